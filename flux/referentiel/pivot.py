"""What CPPFacturePivot (V2_02) admits and an invoice of another format says otherwise: frameworks, types, payment means.

Sources: enumerations of CPPFacturePivot V2_02; rule G1.14 of the EDI annex (an unset payment means is ``Virement`` in the pivot). No
public text maps the frameworks of the reform, nor A11, to the pivot's: these rows are inferred (``inféré``), and the original, which the
pivot always has attached, says what the invoice said.
"""

from __future__ import annotations

from flux.referentiel.cadres import CADRES_CLASSIQUES, CADRES_REFORME
from flux.referentiel.modes_de_paiement import MODES_DE_PAIEMENT
from flux.referentiel.types_facture import AVOIRS

#: @Version.
VERSION_PIVOT = "V2_02"

_SIMPLE, _DEJA_PAYEE, _SOUS_TRAITANT, _COTRAITANT = "A1", "A2", "A9", "A12"
# inféré: same object in the classic list, by the labels of both lists.
_DE_LA_REFORME = {
    "B2": _DEJA_PAYEE, "S2": _DEJA_PAYEE, "M2": _DEJA_PAYEE, "S3": _SOUS_TRAITANT, "S5": _SOUS_TRAITANT, "S6": _COTRAITANT,
}  # fmt: skip

#: Framework of the invoice (BT-23) → Cadre of the pivot.
CADRES_PIVOT: dict[str, str] = {
    **{code: code for code in CADRES_CLASSIQUES},
    **{code: _DE_LA_REFORME.get(code, _SIMPLE) for code in CADRES_REFORME},
    "A11": "A10",  # inféré: the pivot's enumeration has no A11; both are a subcontractor's claim on works
}
#: Cadre of an invoice whose own is not in the table (an invoice without BT-23 is a supplier's plain invoice).
CADRE_PAR_DEFAUT = _SIMPLE

#: Payment means of the invoice (BT-81) → Code of the pivot; SEPA forms are those of their kind.
MODES_PIVOT: dict[str, str] = {**{code: code for code in ("10", "20", "30", "31", "42", "48", "49", "97")}, "58": "30", "59": "49"}
#: Unset or other (G1.14).
MODE_PAR_DEFAUT = "30"
LIBELLE_PAR_DEFAUT = "Virement"

#: CategoriePJ, as recipients have seen it.
CATEGORIE_XML, CATEGORIE_PDF, CATEGORIE_JOINTE = "Facture XML", "Facture PDF", "Pièce jointe standard"
#: Renvoi: the first time, then after the supplier completed it.
RENVOIS = ("Non", "Complétée")


def cadre_pivot(cadre: str | None) -> str:
    """Return Cadre."""
    return CADRES_PIVOT.get(cadre or "", CADRE_PAR_DEFAUT)


def type_pivot(type_code: str | None) -> str:
    """Return Type: 381 for any kind of credit note (BT-3), 380 for any other invoice."""
    return "381" if type_code in AVOIRS else "380"


def mode_pivot(code: str | None, libelle: str | None) -> tuple[str, str]:
    """Return Code and Libelle of ModePaiement."""
    known = MODES_PIVOT.get(code or "")
    if known is None:
        return MODE_PAR_DEFAUT, LIBELLE_PAR_DEFAUT
    return known, libelle or MODES_DE_PAIEMENT[code or ""][0].capitalize()
