"""``flux regles diff``: which verdicts change from one day to another, before they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.texte import MOTS, Langue
from flux.cli.verdict_fichier import Jugement, VerdictFichier, verifier_fichier
from flux.cli.verifier import jugement
from flux.errors import ErreurUsage

_TITRES = {
    Langue.FR: ("Fichier", "Avant", "Après", "Règles en plus", "Règles en moins"),
    Langue.EN: ("File", "Before", "After", "Rules added", "Rules gone"),
}
_FIN = {
    Langue.FR: "{n} verdict(s) changent sur {total} fichier(s) ; {i} ignoré(s), leur nom ne dit pas d'interface.",
    Langue.EN: "{n} verdict(s) change out of {total} file(s); {i} left out, their name says no interface.",
}


@dataclass(frozen=True, slots=True)
class Ecart:
    """One file whose verdict is not the same on two days: the two verdicts, and the rules that only one of them tells."""

    avant: VerdictFichier
    apres: VerdictFichier
    ajoutees: tuple[str, ...]
    retirees: tuple[str, ...]


def diff(
    date1: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Premier jour. / First day.")],
    date2: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Second jour. / Second day.")],
    corpus: Annotated[list[Path], typer.Argument(help="Flux, factures, ou dossiers qui en contiennent. / Files or folders.")],
    interface: Annotated[str | None, typer.Option(help="Code interface quand le nom d'un fichier ne le dit pas.")] = None,
    annuaire: Annotated[list[Path] | None, typer.Option(help="Annuaire (F14 ou CSV) ; sinon non contrôlé. / Directory files.")] = None,
    format_: Annotated[FormatSortie, typer.Option("--format", help="texte ou json")] = FormatSortie.TEXTE,
    langue: Annotated[Langue, typer.Option(help="Langue des phrases / language of the sentences.")] = Langue.FR,
) -> None:
    """Dire quels verdicts changent d'un jour à l'autre. / Say which verdicts change from one day to another.

    Code retour : 0 aucun, 1 au moins un, 2 arguments inutilisables.
    """
    how = jugement(interface, date1, annuaire or ())
    judged, ignored, changes = 0, [], []
    for path, explicit in _fichiers(corpus):
        try:
            before, after = verifier_fichier(path, how), verifier_fichier(path, replace(how, le=date2.date()))
        except ErreurUsage:
            if explicit:
                raise
            ignored.append(str(path))
            continue
        judged += 1
        change = ecart(before, after)
        if change is not None:
            changes.append(change)
    if format_ is FormatSortie.JSON:
        ecrire_json(_en_json(how, date2.date(), judged, ignored, changes))
    else:
        _imprimer(changes, judged, len(ignored), langue)
    if changes:
        raise typer.Exit(1)


def ecart(avant: VerdictFichier, apres: VerdictFichier) -> Ecart | None:
    """Return what differs between two verdicts on one file: the decision, or a rule told of a member by one of them only."""
    old, new = ({(a.member, a.rule, a.severity) for a in one.anomalies} for one in (avant, apres))
    if avant.decision == apres.decision and old == new:
        return None
    added, gone = (tuple(sorted({rule for _, rule, _ in some})) for some in (new - old, old - new))
    return Ecart(avant, apres, added, gone)


def _fichiers(corpus: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield the files to judge, in order; True for one that was named itself: it must say its interface."""
    for one in corpus:
        if one.is_dir():
            yield from ((path, False) for path in sorted(one.rglob("*")) if path.is_file())
        else:
            yield one, True


def _en_json(how: Jugement, second: date, judged: int, ignored: list[str], changes: list[Ecart]) -> dict[str, Any]:
    return {
        "from": how.le.isoformat(),
        "to": second.isoformat(),
        "files": judged,
        "ignored": ignored,
        "changed": [
            {
                "file": one.avant.fichier,
                "before": one.avant.decision,
                "after": one.apres.decision,
                "rule_set_before": one.avant.jeu,
                "rule_set_after": one.apres.jeu,
                "rules_added": one.ajoutees,
                "rules_removed": one.retirees,
            }
            for one in changes
        ],
    }


def _imprimer(changes: list[Ecart], judged: int, ignored: int, langue: Langue) -> None:
    words = MOTS[langue]
    if changes:
        told = [
            (one.avant.fichier, words[one.avant.decision], words[one.apres.decision], ", ".join(one.ajoutees), ", ".join(one.retirees))
            for one in changes
        ]
        tableau(None, _TITRES[langue], told)
    dire(_FIN[langue].format(n=len(changes), total=judged, i=ignored))
