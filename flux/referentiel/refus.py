"""Why a works document, or one that someone validates, is refused; and the status that each reason leads to.

Reasons: service ``recupererMotifsRefusFactureTravaux`` of the API. Statuses: release notes V3.9.4 for the MOE that names the owner wrong;
the others by the words of the statuses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from flux.referentiel.motifs import motif_du_libelle, motifs_admis
from flux.referentiel.statuts import STATUTS_FACTURE


class MotifRefus(StrEnum):
    """Reason of a refusal, by its constant in the API; the value is its label."""

    MAUVAISE_MOE = "Mauvaise maîtrise d'œuvre"
    MAUVAISE_MOA = "Mauvaise maîtrise d'ouvrage"
    MAUVAIS_VALIDEUR = "Mauvais valideur"
    AUTRE = "Autre"


_MOE, _MOA, _VALIDEUR, _AUTRE = MotifRefus.MAUVAISE_MOE, MotifRefus.MAUVAISE_MOA, MotifRefus.MAUVAIS_VALIDEUR, MotifRefus.AUTRE

#: Who refuses → reason → status. The same reason under another code of the same author is the same refusal.
REFUS: tuple[dict[MotifRefus, str], ...] = (
    {_MOE: "ERREUR_FOURNISSEUR_SUR_MOE", _MOA: "ERREUR_FOURNISSEUR_SUR_MOA", _AUTRE: "REFUSEE_MOE"},
    {_MOE: "ERREUR_DE_MOE", _MOA: "ERREUR_MOE_SUR_MOA", _AUTRE: "REFUSEE_MOA"},
    {_VALIDEUR: "ERREUR_FOURNISSEUR_SUR_VALIDEUR", _AUTRE: "REFUSEE_1"},
    {_VALIDEUR: "ERREUR_COTRAITANT_SUR_VALIDEUR", _AUTRE: "REFUSEE_2"},
    {_MOA: "ERREUR_DE_MOA", _AUTRE: "REFUSEE_FOURNISSEUR"},
)

#: Words that name a reason, once the accents are off.
_DITS = (
    (_MOE, re.compile(r"\bmauvaise (moe|maitrise d.?(oeuvre|uvre))\b")),
    (_MOA, re.compile(r"\bmauvaise (moa|maitrise d.?ouvrage)\b")),
    (_VALIDEUR, re.compile(r"\bmauvais valideur\b")),
)


def motif_dit(*textes: str | None) -> MotifRefus | None:
    """Return the reason that free texts name in words, accents and case aside; ``None`` when they name none."""
    plain = " ".join(_plat(text) for text in textes if text)
    return next((motif for motif, form in _DITS if form.search(plain)), None)


def _plat(texte: str) -> str:
    decomposed = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("Œ", "OE").replace("_", " "))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def statut_du_refus(code: str, motif: MotifRefus | None) -> str:
    """Return the status that a refusal under ``code`` leads to, once its reason is known; ``code`` itself when it is no such refusal.

    An MOE that refuses (``REFUSEE_MOE``) because of the owner gives ``ERREUR_FOURNISSEUR_SUR_MOA``, not "pour un autre motif".
    """
    if motif is None:
        return code
    return next((table.get(motif, code) for table in REFUS if code in table.values()), code)


def refus_precis(code: str) -> bool:
    """Tell whether a status is a refusal whose reason its name says, other than "pour un autre motif"."""
    return motif_du_refus(code) not in (None, MotifRefus.AUTRE)


#: Reason codes (MDT-113) of a refusal of a co-contractor's invoice for services (annexe 7, G7.39).
_REFUS_S6 = ("DEST_ERR", "ROUTAGE_ERR", "CODE_ROUTAGE_ERR")


def motif_du_refus(code: str) -> MotifRefus | None:
    """Return the reason that a refusal says by its own name; ``None`` for what is no refusal of the tables."""
    return next((motif for table in REFUS for motif, status in table.items() if status == code), None)


def motif_hors_cadre(
    code: str, cadre: str | None, dit: MotifRefus | None, codes: Sequence[str], texte: str | None
) -> tuple[str, tuple[str, ...]] | None:
    """Return the reason of a refusal that its framework does not admit, and those that it admits; ``None`` when nothing is wrong.

    S6 in words: those that name an admitted code by its label, or say that the wrong validator was named, which is an error of recipient.

    :param code: the status. :param dit: reason that the words name (:func:`motif_dit`). :param codes: MDT-113, none in CPPStatut and
        from an operator. :param texte: the words.
    """
    admis = motifs_du_cadre(code, cadre)
    if admis is None:
        return None
    named = dit or motif_du_refus(code)
    if cadre == "A4" and named is not None:
        given: Sequence[str] = (named.name,)
    elif codes:
        given = codes
        admis = tuple(one for one in admis if one in motifs_admis("210")) or admis  # BR-FR-CDV-CL-09 refuses the others in CDAR
    elif named is _VALIDEUR:
        return None
    else:
        given = (motif_du_libelle(texte, admis) or _AUTRE.name,)
    wrong = next((one for one in given if one not in admis), None)
    return None if wrong is None else (wrong, admis)


def motifs_du_cadre(code: str, cadre: str | None) -> tuple[str, ...] | None:
    """Return the reasons that a framework admits for a refusal; ``None`` when it restricts none.

    A4, refused by the MOE: wrong MOE, wrong MOA (release notes V3.9.4). S6, refused by anyone: codes of G7.39.
    """
    if cadre == "A4" and code in REFUS[0].values():
        return (_MOE.name, _MOA.name)
    if cadre == "S6" and STATUTS_FACTURE[code].cdar == "210":
        return _REFUS_S6
    return None
