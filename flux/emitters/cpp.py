"""What CPP messages share: the root and the envelope. No namespace.

Source: structure of CPPStatutPivot V1_19; forms of the values, the published samples (DtPrd is a day, NumOrdre of a parameter has
four digits).
"""

from __future__ import annotations

from flux.emitters.balises import DECLARATION, bloc, element
from flux.emitters.textes import a_paris
from flux.modele.statut import Enveloppe

#: @Version. The documentation of that attribute, in the published schema V1_19 itself, says "currently V1_18".
VERSION_CPP_STATUT = "V1_18"

FIN = "</CPPStatut>\n"


def debut(enveloppe: Enveloppe) -> str:
    """Return the start of a CPPStatut: root and Enveloppe.

    :raises ErreurUsage: when the production time has no zone.
    """
    return f'{DECLARATION}<CPPStatut Version="{VERSION_CPP_STATUT}">\n' + bloc_enveloppe(enveloppe)


def bloc_enveloppe(enveloppe: Enveloppe) -> str:
    """Return Enveloppe, the same in every CPP format.

    :raises ErreurUsage: when the production time has no zone.
    """
    return bloc(
        "Enveloppe",
        bloc(
            "EnveloppeUnitaire",
            bloc(
                "Parametres",
                _parametre("0001", "DtPrd", f"{a_paris(enveloppe.produit_le):%Y-%m-%d}"),
                _parametre("0002", "IdFlx", enveloppe.identifiant),
            ),
            bloc(
                "Partenaires",
                bloc("Recepteur", element("Id", enveloppe.recepteur)),
                bloc("Emetteur", element("Id", enveloppe.emetteur)),
            ),
            NumOrdre="1",
        ),
    )


def _parametre(rang: str, code: str, valeur: str) -> str:
    return bloc("ParametreIndiv", element("Code", code), element("Valeurparametre", valeur), NumOrdre=rang)
