"""What can be wrong with a directory file, in French and in English. A file with one fault changes nothing in the directory.

These are said to the operator who imports, never to a partner: they have no published code, hence a table of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from flux.modele.anomalie import citer

#: Faults told of one import at most; reading stops there.
FAUTES_MAX = 100

#: Code → French, English. Words in braces are the facts.
TEXTES: dict[str, tuple[str, str]] = {
    "ANN-01": ("Le fichier n'est pas en UTF-8. Enregistrez-le en UTF-8.", "The file is not UTF-8. Save it as UTF-8."),
    "ANN-02": (
        "La ligne dépasse {maximum} octets ou ses guillemets ne se ferment pas. Corrigez-la.",
        "The line exceeds {maximum} bytes or its quotes do not close. Mend it.",
    ),
    "ANN-03": (
        "La colonne « {colonne} » est inconnue ou en double. Colonnes admises : {admises}.",
        "The column “{colonne}” is unknown or given twice. Columns allowed: {admises}.",
    ),
    "ANN-04": (
        "Il manque la colonne « {colonne} ». Ajoutez-la à la première ligne.",
        "The column “{colonne}” is missing. Add it to the first line.",
    ),
    "ANN-05": (
        "La ligne a {nombre} colonnes au lieu de {attendu}, séparées par « ; ».",
        "The line has {nombre} columns instead of {attendu}, separated by “;”.",
    ),
    "ANN-06": (
        "Le SIRET « {valeur} » n'a pas 14 chiffres, ou n'est que des zéros. Corrigez-le.",
        "The SIRET “{valeur}” does not have 14 digits, or is all zeros. Correct it.",
    ),
    "ANN-07": ("Le nom manque. Donnez un nom.", "The name is missing. Give a name."),
    "ANN-08": (
        "Le code service « {valeur} » est vide ou dépasse {maximum} caractères. Corrigez-le.",
        "The service code “{valeur}” is empty or exceeds {maximum} characters. Correct it.",
    ),
    "ANN-09": (
        "{champ} vaut « {valeur} ». Valeurs admises : {admises}.",
        "{champ} is “{valeur}”. Allowed values: {admises}.",
    ),
    "ANN-10": (
        "{champ} vaut « {valeur} », qui n'est pas une date AAAA-MM-JJ, ou la fin précède le début. Corrigez la date.",
        "{champ} is “{valeur}”, which is no AAAA-MM-JJ date, or the end comes before the start. Correct the date.",
    ),
    "ANN-11": (
        "{champ} ne se donne pas pour un service. Laissez la colonne vide sur cette ligne.",
        "{champ} is not given for a service. Leave the column empty on this line.",
    ),
    "ANN-12": ("Le XML est mal formé : {valeur}. Redemandez le fichier.", "The XML is malformed: {valeur}. Ask for the file again."),
    "ANN-13": ("Le fichier a un DOCTYPE : il est refusé. Ôtez-le.", "The file has a DOCTYPE: it is refused. Remove it."),
    "ANN-14": (
        "La racine est « {valeur} » au lieu de « {attendu} ». Donnez un export d'annuaire F14.",
        "The root is “{valeur}” instead of “{attendu}”. Give an F14 directory export.",
    ),
    "ANN-15": (
        "{champ} vaut « {valeur} », qui n'est pas une horodate AAAAMMJJHHMMSS. Redemandez le fichier.",
        "{champ} is “{valeur}”, which is no AAAAMMJJHHMMSS time. Ask for the file again.",
    ),
    "ANN-16": (
        "{quoi} est déjà donné à la ligne {autre}. Gardez une seule ligne.",
        "{quoi} is given already on line {autre}. Keep one line.",
    ),
    "ANN-17": (
        "Le service {valeur} est d'une structure {siret} que l'annuaire n'a pas. Ajoutez la structure ou ôtez le service.",
        "The service {valeur} is of a structure {siret} that the directory does not have. Add the structure or remove the service.",
    ),
    "ANN-18": (
        "Le fichier dit être de type {valeur}, l'import est demandé en --{attendu}. Accordez les deux.",
        "The file says it is of type {valeur}, the import is asked as --{attendu}. Make both agree.",
    ),
    "ANN-19": (
        "L'export, produit le {valeur}, n'est pas plus récent que celui importé, du {attendu}. Importez-en un plus récent, ou un complet.",
        "The export, made {valeur}, is not newer than the one imported already, of {attendu}. Import a newer export, or a full one.",
    ),
    "ANN-20": (
        "L'export suit celui du {valeur}, l'annuaire en est au {attendu} : il manque des différences. Importez-les, ou un export complet.",
        "The export follows the one of {valeur}, the directory stands at {attendu}: differences are missing. Import them or a full export.",
    ),
    "ANN-21": (
        "Le fichier ne contient aucune structure publique. Un import complet viderait l'annuaire : il est refusé.",
        "The file holds no public structure. A full import would empty the directory: it is refused.",
    ),
    "ANN-22": (
        "Le fichier est vide ou n'a pas de ligne de titres. Donnez un export F14 (XML) ou un CSV à titres.",
        "The file is empty or has no title line. Give an F14 export (XML) or a CSV with titles.",
    ),
    "ANN-23": (
        "Plus de {maximum} octets se suivent sans qu'un élément d'annuaire se termine. Redemandez le fichier.",
        "More than {maximum} bytes come without the end of any element of a directory. Ask for the file again.",
    ),
}


@dataclass(frozen=True, slots=True)
class FauteAnnuaire:
    """One fault. :ivar code: key of :data:`TEXTES`. :ivar fichier: name. :ivar ligne: from 1, ``None`` for the file itself."""

    code: str
    fichier: str
    ligne: int | None
    fr: str
    en: str


def faute(code: str, fichier: str, ligne: int | None, **faits: object) -> FauteAnnuaire:
    """Build a fault of :data:`TEXTES`; ``faits`` fill its braces, quoted as :func:`flux.modele.anomalie.citer` does."""
    cites = {nom: citer(valeur) for nom, valeur in faits.items()}
    fr, en = TEXTES[code]
    return FauteAnnuaire(code, fichier, ligne, fr.format_map(cites), en.format_map(cites))


class Illisible(Exception):
    """A row or a file that cannot be read. :ivar faits: as :func:`faute` wants them."""

    def __init__(self, code: str, **faits: object) -> None:
        super().__init__(code)
        self.code = code
        self.faits = faits
