"""Names of terms put into sentences: French articles, contractions and elisions.

A text writes ``{le BT-110}`` or ``{du BT-131}``; the name comes from the tables, so that one thing has one word everywhere.
"""

from __future__ import annotations

import re

from flux.referentiel.explications.modele import Texte
from flux.referentiel.explications.noms import AUTRES, NOMS
from flux.referentiel.termes import TERMES

_MARQUE = re.compile(r"\{(?:(?P<mot>[^\W\d_]+) )?(?P<cle>(?:BT|BG|EXT|MDT|MDG)-[\w-]+)\}")

#: First word of a name → m, f, or p for a plural.
GENRES: dict[str, str] = dict.fromkeys(
    ["agent", "arrondi", "attribut", "bénéficiaire", "BIC", "cadre", "code", "compte", "contact", "contenu", "destinataire", "détail", "expéditeur", "fournisseur", "horodatage", "IBAN", "identifiant", "libellé", "lieu", "mandat", "mode", "montant", "motif", "net", "nom", "numéro", "pays", "prix", "profil", "rabais", "représentant", "rôle", "SIRET", "sous-type", "taux", "texte", "total", "type", "début"],
    "m",
) | dict.fromkeys(
    ["action", "adresse", "assiette", "base", "carte", "catégorie", "charge", "date", "description", "devise", "donnée", "fin", "mention", "note", "période", "phase", "quantité", "référence", "remise", "rue", "somme", "unité", "valeur", "ventilation", "ville"],
    "f",
) | dict.fromkeys(["conditions", "factures", "instructions", "lignes", "notes", "pièces"], "p")  # fmt: skip

#: Article or contraction → masculine, feminine, before a vowel, plural.
_ARTICLES: dict[str, tuple[str, str, str, str]] = {
    "le": ("le ", "la ", "l'", "les "),
    "du": ("du ", "de la ", "de l'", "des "),
    "au": ("au ", "à la ", "à l'", "aux "),
    "de": ("de ", "de ", "d'", "de "),
    "un": ("un ", "une ", "", "des "),
}
#: Group of a term → what its name leaves out, since an anomaly of the schema tells it apart.
_GROUPES: dict[str, Texte] = {"BG-25": (" de la ligne", " of the line"), "BG-23": (" de la ventilation", " of the VAT breakdown")}
_COMPLET = (" ligne", "l'article", " du taux")


def ecrire(texte: Texte) -> Texte:
    """Return a text with the names of its terms.

    >>> ecrire(("Il manque {le BT-2}.", "{BT-2} is missing."))
    ("Il manque la date d'émission (BT-2).", 'issue date (BT-2) is missing.')
    """
    fr, en = texte
    return _MARQUE.sub(_francais, fr), _MARQUE.sub(_anglais, en)


def nom(cle: str) -> tuple[str, str, str]:
    """Return the French name, the English one and the number of a term.

    :param cle: its number, its key in the table of terms, or two numbers joined by ``_``.
    :raises KeyError: no table knows it; a test walks every text.
    """
    if cle in AUTRES:
        numero, (fr, en) = AUTRES[cle]
        return fr, en, numero
    if cle in NOMS:
        return *NOMS[cle], cle
    terme = TERMES[cle]
    suffixe = _GROUPES.get(terme.groupe or "", ("", ""))
    if any(mot in terme.fr for mot in _COMPLET):
        suffixe = ("", "")
    return terme.fr + suffixe[0], terme.en + suffixe[1], terme.numero


def connu(cle: str) -> bool:
    """Whether a term has a name."""
    return cle in AUTRES or cle in NOMS or cle in TERMES


def _francais(marque: re.Match[str]) -> str:
    fr, _, numero = nom(marque["cle"])
    return _article(marque["mot"] or "", fr) + _numeroter(fr, numero)


def _anglais(marque: re.Match[str]) -> str:
    _, en, numero = nom(marque["cle"])
    return _numeroter(en, numero)


def _numeroter(nom: str, numero: str) -> str:
    return f"{nom[:-1]}, {numero})" if nom.endswith(")") else f"{nom} ({numero})"


def _article(mot: str, fr: str) -> str:
    if not mot:
        return ""
    premier = re.split(r"[ ']", fr, maxsplit=1)[0]
    genre = GENRES[premier]
    forms = _ARTICLES[mot.lower()]
    if genre == "p":
        article = forms[3]
    elif mot.lower() != "un" and fr[0].lower() in "aeéèiouh":
        article = forms[2]
    else:
        article = forms[0 if genre == "m" else 1]
    return article.capitalize() if mot[0].isupper() else article
