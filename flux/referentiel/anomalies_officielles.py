"""Rows of the catalogue for the official rules: one a kind of finding; the rule's own number stands in the anomaly.

Their code, which is the reason code of BR-FR-CDV-CL-09 too, is one of :data:`CODES`: a sum that does not add up is ``CALCUL_ERR``, and a
rule that a management rule explains has that one's; anything else is ``REJ_SEMAN``.
"""

from __future__ import annotations

from flux.referentiel.catalogue import Couche, LigneCatalogue, Severite

_O = Couche.OFFICIELLE

#: A rule is not kept; a rule that a value stops; a set that could not be run; what is not told; a group repeated too often.
REGLE, INDECISE, NON_JUGE, SUITE, TROP = "OFF-01", "OFF-02", "OFF-03", "OFF-04", "OFF-05"

#: Codes that an official rule may be told under.
CODES = ("REJ_SEMAN", "CALCUL_ERR", "MONTANTTOTAL_ERR", "REJ_COH")

LIGNES_OFFICIELLES = (
    LigneCatalogue(
        REGLE,
        "REJ_SEMAN",
        _O,
        "{explication_fr} Règle {regle}, texte publié : « {message} ».",
        "{explication_en} Rule {regle}, published text: “{message}”.",
    ),
    LigneCatalogue(
        INDECISE,
        "REJ_SEMAN",
        _O,
        "La règle {regle} n'a pas pu être appliquée : une valeur qu'elle lit n'a pas la forme attendue (erreur {found}). Vérifiez à cet "
        "endroit que les nombres, les dates et les indicateurs sont écrits dans leur forme normale et ne sont pas répétés.",
        "Rule {regle} could not be applied: a value that it reads does not have the expected form (error {found}). Check there that numbers, "
        "dates and indicators are written in their normal form and are not repeated.",
    ),
    LigneCatalogue(
        NON_JUGE,
        "REGLES_NON_JUGEES",
        _O,
        "La plateforme n'a pas pu appliquer les règles officielles {regle} à ce document. Vous n'avez rien à faire : l'exploitant est prévenu.",
        "The platform could not apply the official rules {regle} to this document. You have nothing to do: the operator has been told.",
        severity=Severite.AVERTISSEMENT,
    ),
    LigneCatalogue(
        SUITE,
        "REJ_SEMAN",
        _O,
        "{found} autres manquements aux règles officielles ne sont pas détaillés. Corrigez d'abord ceux qui le sont, puis vérifiez de nouveau.",
        "{found} more breaches of the official rules are not detailed. Mend those that are first, then check again.",
    ),
    LigneCatalogue(
        TROP,
        "REJ_SEMAN",
        _O,
        "L'élément {name} est présent {found} fois, {expected} au plus sont admises ; les règles officielles n'ont pas été appliquées. "
        "Regroupez ce qui peut l'être : une ventilation par catégorie et taux de TVA, un bloc par moyen de paiement.",
        "The element {name} stands {found} times, {expected} at most are admitted; the official rules were not applied. Gather what can be: "
        "one breakdown a category and rate of VAT, one block a means of payment.",
    ),
)
