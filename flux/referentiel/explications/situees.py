"""Rules told by where they fail and by the value found there, where their number alone does not say what to do."""

from __future__ import annotations

from flux.referentiel.chemins import sans_positions
from flux.referentiel.explications.modele import Texte
from flux.referentiel.explications.structure import DEUX_DESTINATAIRES
from flux.referentiel.types_facture import AVOIRS, TYPES_REFORME

_AVOIR: Texte = (
    (
        "{Le BT-3} est celui d'un avoir, dans un document Invoice. Faites-en un document CreditNote : CreditNoteTypeCode, CreditNoteLine, "
        "CreditedQuantity ; ou, si c'est une facture, mettez un type de facture, par exemple 380."
    ),
    (
        "The {BT-3} is that of a credit note, in an Invoice document. Make it a CreditNote document: CreditNoteTypeCode, CreditNoteLine, "
        "CreditedQuantity; or, if it is an invoice, give an invoice type, such as 380."
    ),
)
_FACTURE: Texte = (
    (
        "{Le BT-3} est celui d'une facture, dans un document CreditNote. Faites-en un document Invoice : InvoiceTypeCode, InvoiceLine, "
        "InvoicedQuantity ; ou, si c'est un avoir, mettez un type d'avoir, par exemple 381."
    ),
    (
        "The {BT-3} is that of an invoice, in a CreditNote document. Make it an Invoice document: InvoiceTypeCode, InvoiceLine, "
        "InvoicedQuantity; or, if it is a credit note, give a credit note type, such as 381."
    ),
)
#: Rule, end of the path where it fails, values there (empty: any) → text.
_LIGNES: tuple[tuple[str, str, frozenset[str], Texte], ...] = (
    ("BR-CL-01", "/ubl:Invoice/cbc:InvoiceTypeCode", AVOIRS, _AVOIR),
    ("BR-CL-01", "/cn:CreditNote/cbc:CreditNoteTypeCode", TYPES_REFORME - AVOIRS, _FACTURE),
    ("FX-SCH-A-000164", "/ram:BuyerTradeParty", frozenset(), DEUX_DESTINATAIRES),
)


def texte(regle: str, chemin: str, valeur: str) -> Texte | None:
    """Return the text of a rule that failed at ``chemin``, a path as anomalies tell it, on ``valeur``; ``None`` when no row fits."""
    fin = sans_positions(chemin)
    return next(
        (dit for cle, lieu, valeurs, dit in _LIGNES if cle == regle and fin.endswith(lieu) and (not valeurs or valeur in valeurs)), None
    )
