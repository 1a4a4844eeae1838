"""CDAR D22B: lifecycle messages on invoices that a partner deposits → :class:`StatutLu`. MDT numbers: annexe 2 V2.2.

A message has one AcknowledgementDocument (MDT-74 = false) in every published example; several, or several references in one, are read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from lxml.etree import _Element

from flux.modele.statut import Acteur, MontantStatut, Motif
from flux.modele.statut_lu import StatutLu
from flux.parsers.valeurs import decimal, instant_204, jour_102, texte
from flux.referentiel.codes_cdar import SCHEMA_DU_TYPE, SCHEMA_SIREN
from flux.referentiel.espaces_de_noms import PREFIXES, QDT, RAM, UDT

_TYPES = {schema: number for number, schema in SCHEMA_DU_TYPE.items()}
_R, _U, _Q = f"{{{RAM}}}", f"{{{UDT}}}", f"{{{QDT}}}"


def lire_cdar(root: _Element) -> Iterator[StatutLu]:
    """Yield what a message says of invoices, one a reference.

    :param root: ``rsm:CrossDomainAcknowledgementAndResponse``.
    """
    document = root.find("cdar:ExchangedDocument", PREFIXES)
    auteur = None if document is None else document.find(f"{_R}IssuerTradeParty")
    rank = 0
    for number, accuse in enumerate(root.iterfind("cdar:AcknowledgementDocument", PREFIXES), 1):
        # Once an acknowledgement: find() reads on to the next element of that name, here past all references.
        horodatage = instant_204(accuse.findtext(f"{_R}IssueDateTime/{_U}DateTimeString"))
        for place, objet in enumerate(accuse.iterfind(f"{_R}ReferenceReferencedDocument"), 1):
            rank += 1
            yield StatutLu(
                rang=rank,
                chemin=f"/cdar:CrossDomainAcknowledgementAndResponse/cdar:AcknowledgementDocument[{number}]"
                f"/ram:ReferenceReferencedDocument[{place}]",
                ligne=cast(int | None, objet.sourceline),
                code=_texte(objet, "ProcessConditionCode") or "",
                horodatage=horodatage,
                numero=_texte(objet, "IssuerAssignedID"),
                date_facture=jour_102((objet.findtext(f"{_R}FormattedIssueDateTime/{_Q}DateTimeString") or "").strip()[:8]),
                type_code=_texte(objet, "TypeCode"),
                recu_le=instant_204(objet.findtext(f"{_R}ReceiptDateTime/{_U}DateTimeString")),
                fournisseur=_acteur(objet.find(f"{_R}IssuerTradeParty")),
                auteur=_acteur(auteur),
                role=None if auteur is None else _texte(auteur, "RoleCode"),
                commentaire=_notes(objet),
                motifs=tuple(_motifs(objet)),
                actions=tuple(code for one in _details(objet) if (code := _texte(one, "RequestedActionCode"))),
                montants=tuple(_montants(objet)),
            )


def _texte(parent: _Element, name: str) -> str | None:
    return texte(parent.findtext(_R + name))


def _details(objet: _Element) -> Iterator[_Element]:
    """MDG-37."""
    return objet.iterfind(f"{_R}SpecifiedDocumentStatus")


def _motifs(objet: _Element) -> Iterator[Motif]:
    for one in _details(objet):
        code = _texte(one, "ReasonCode")
        if code is not None:
            yield Motif(code, _texte(one, "Reason") or "")


def _notes(objet: _Element) -> str | None:
    """MDT-126, one a line."""
    notes = [one.text for one in objet.iterfind(f"{_R}SpecifiedDocumentStatus/{_R}IncludedNote/{_R}Content") if one.text]
    return "\n".join(notes) or None


def _montants(objet: _Element) -> Iterator[MontantStatut]:
    """MDG-43 that hold an amount."""
    for one in objet.iterfind(f"{_R}SpecifiedDocumentStatus/{_R}SpecifiedDocumentCharacteristic"):
        amount = one.find(f"{_R}ValueAmount")
        value: Decimal | None = None if amount is None else decimal(amount.text)
        if amount is not None and value is not None:
            yield MontantStatut(_texte(one, "TypeCode") or "", value, amount.get("currencyID"), decimal(one.findtext(f"{_R}ValuePercent")))


def _acteur(partie: _Element | None) -> Acteur | None:
    """A party by its identifiers: the SIREN (0002) beside the first other one, or alone."""
    if partie is None:
        return None
    known = {one.get("schemeID") or "": (one.text or "").strip() for one in partie.iterfind(f"{_R}GlobalID")}
    siren = known.pop(SCHEMA_SIREN, None)
    schema, value = next(iter(known.items()), (SCHEMA_SIREN, siren or ""))
    if siren is None and schema == "0009":
        siren = value[:9]
    return Acteur(_TYPES.get(schema, 1 if schema == SCHEMA_SIREN else 0), value, _texte(partie, "Name") or "", siren=siren)
