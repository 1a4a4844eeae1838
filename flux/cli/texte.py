"""A verdict in the terminal: one line a file, then its root causes, or each anomaly. Colours are rich's: none in a pipe, ``NO_COLOR``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from flux.cli.ecran import inerte
from flux.cli.rejets import Rejets
from flux.cli.verdict_fichier import VerdictFichier
from flux.explication import Cause, Place, terme_de
from flux.explication.causes import VALEURS
from flux.modele.anomalie import Anomalie
from flux.modele.verdict import Decision


class Langue(StrEnum):
    """Language of the sentences printed."""

    FR = "fr"
    EN = "en"


#: Word of each verdict, and words of the lines, by language.
MOTS: dict[Langue, dict[str, str]] = {
    Langue.FR: {
        Decision.ACCEPTE: "accepté", Decision.REJETE: "rejeté", Decision.ILLISIBLE: "illisible",
        "acceptées": "factures acceptées", "statuts": "statuts recevables",
        "invalide": "accepté ici, mais des règles publiées ne sont pas suivies",
        "facture": "facture", "factures": "factures", "fichier": "fichier", "fichiers": "fichiers",
        "fois": "fois", "valeurs": "valeurs trouvées", "autres": "autres",
        "exemple": "Par exemple :",
        "registre": "Facture connue, transition admise, droit de la poser : le registre en décide au dépôt.",
        "rejets": "{n} facture(s) rejetée(s) ou illisible(s) écrite(s) dans {sortie} : corrigez-les, donnez à ce flux un nom et un "
        "identifiant neufs, puis déposez-le.",
        "sans_rejet": "Aucune facture rejetée : {sortie} n'est pas écrit.",
        "entier": "Le flux entier est refusé : corrigez-le puis déposez-le tout entier. {sortie} n'est pas écrit.",
        "laissees": "{n} fichier(s) vide(s) ou trop gros n'y sont pas.",
    },
    Langue.EN: {
        Decision.ACCEPTE: "accepted", Decision.REJETE: "rejected", Decision.ILLISIBLE: "unreadable",
        "acceptées": "invoices accepted", "statuts": "statuses receivable",
        "invalide": "accepted here, yet published rules are broken",
        "facture": "invoice", "factures": "invoices", "fichier": "file", "fichiers": "files",
        "fois": "times", "valeurs": "values found", "autres": "others",
        "exemple": "For example:",
        "registre": "Whether the invoice is known, the transition allowed and yours to set, the ledger decides when you deposit.",
        "rejets": "{n} rejected or unreadable invoice(s) written to {sortie}: mend them, give this flow a name with a new id, "
        "then deposit it.",
        "sans_rejet": "No invoice is rejected: {sortie} is not written.",
        "entier": "The whole flow is refused: mend it and deposit all of it. {sortie} is not written.",
        "laissees": "{n} empty or too large file(s) are not in it.",
    },
}  # fmt: skip
_COULEURS = {Decision.ACCEPTE: "green", Decision.REJETE: "red", Decision.ILLISIBLE: "red"}


def phrase(one: Anomalie, langue: Langue) -> str:
    """Return the sentence of an anomaly."""
    return one.fr if langue is Langue.FR else one.en


def phrase_cause(cause: Cause, langue: Langue) -> str:
    """Return the sentence of a cause: that of its first anomaly, said to be an example where the values differ."""
    said = phrase(cause.exemple, langue)
    return f"{MOTS[langue]['exemple']} {said}" if len(cause.valeurs) > 1 and _citee(cause) else said


def _citee(cause: Cause) -> bool:
    """Tell whether the sentence quotes the value found; a reader's own words, for one, are left to ``--format json``."""
    return (cause.exemple.found or "") in cause.exemple.fr


def compte(cause: Cause, langue: Langue, unite: str = "facture") -> str:
    """Return ``×1000 factures, 3000 fois``; empty for the flow itself. :param unite: ``facture``, or ``fichier`` of a flow of statuses."""
    if not cause.factures:
        return ""
    words = MOTS[langue]
    told = f"×{cause.factures} {words[unite if cause.factures == 1 else f'{unite}s']}"
    return told if cause.fois == cause.factures else f"{told}, {cause.fois} {words['fois']}"


def valeurs(cause: Cause, langue: Langue) -> str:
    """Return the values most found, with how often each; empty when there is one only, which the sentence quotes, or none comes back."""
    if len(cause.valeurs) <= 1 or max(cause.valeurs.values()) == 1 or not _citee(cause):
        return ""
    told = ", ".join(f"« {found} » ×{times}" for found, times in cause.valeurs.most_common(VALEURS))
    rest = len(cause.valeurs) - VALEURS
    return f"{MOTS[langue]['valeurs']} : {told}" + (f", … (+{rest} {MOTS[langue]['autres']})" if rest > 0 else "")


def lieux(cause: Cause) -> str:
    """Return the first places of a cause and how many more there are."""
    told = ", ".join(str(one) for one in cause.places if str(one))
    rest = cause.fois - len(cause.places)
    return f"{told}, … (+{rest})" if told and rest > 0 else told


def lignes(verdict: VerdictFichier, causes: Sequence[Cause], langue: Langue, *, detail: bool) -> Iterator[str]:
    """Yield the lines of one file, in rich's markup.

    :param detail: each anomaly instead of root causes.
    """
    words, colour = MOTS[langue], _COULEURS[verdict.decision]
    code = verdict.interface.code if verdict.interface else "?"
    what = words["statuts" if verdict.de_statuts else "acceptées"]
    counts = f"{verdict.acceptees}/{verdict.total} {what}"
    yield f"[bold {colour}]{words[verdict.decision]}[/]  {inerte(verdict.fichier)}  [dim]{code}[/]  {counts}"
    if verdict.decision is Decision.ACCEPTE and not verdict.valide:
        yield f"  [yellow]{words['invalide']}[/]"
    if verdict.de_statuts and verdict.acceptees:
        yield f"  [dim]{words['registre']}[/]"
    if detail:
        for one in verdict.anomalies:
            yield from _bloc(one, str(Place(one.member, one.line, one.column)), phrase(one, langue))
            yield from _suite(one.path)
        return
    for cause in causes:
        yield from _bloc(cause.exemple, compte(cause, langue, "fichier" if verdict.de_statuts else "facture"), phrase_cause(cause, langue))
        yield from _suite(lieux(cause), valeurs(cause, langue), cause.path)


def lignes_rejets(done: Rejets, sortie: str, langue: Langue) -> Iterator[str]:
    """Yield what ``--rejets`` did, in rich's markup."""
    words = MOTS[langue]
    key = "entier" if done.verdict.refuse_entier else "rejets" if done.ecrites else "sans_rejet"
    yield inerte(words[key].format(n=done.ecrites, sortie=sortie))
    if done.laissees:
        yield inerte(words["laissees"].format(n=done.laissees))


def _bloc(one: Anomalie, after: str, sentence: str) -> Iterator[str]:
    mark = "[red]✗[/]" if one.bloquante else "[yellow]![/]"
    terme = terme_de(one)
    yield f"  {mark} [bold]{one.code}[/] [dim]{one.rule}[/]{f' {terme.numero}' if terme else ''}  {inerte(after)}".rstrip()
    yield f"    {inerte(sentence)}"


def _suite(*lines: str | None) -> Iterator[str]:
    for line in lines:
        if line:
            yield f"    [dim]{inerte(line)}[/]"
