"""``flux rejouer FLUX``: a stored original judged again, beside the verdict of then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.cli.pannes import ligne
from flux.cli.rendu import FLUX_MAX, contexte_migre
from flux.errors import ErreurInvariant
from flux.etapes.rejeu import rejouer_flux
from flux.modele.anomalie import Anomalie, visible
from flux.modele.rejeu import BilanRejeu, MembreRejoue
from flux.modele.temps import PARIS

#: Exit code of an original, or a file in it, that is not what was deposited; ``flux registre bilan`` says as much by the same.
ALTERE = 4

_MOTS = {None: "—", "accepted": "acceptée / accepted", "rejected": "rejetée / rejected", "unreadable": "illisible / unreadable"}
_PAR = {
    "jeu": "jeu de règles daté / dated rule set", "moteur": "moteur des règles officielles / engine of the official rules",
    "version": "version de la plateforme / of the platform", "severites": "sévérités réglées / severities of the settings",
    "officielles": "fichiers des règles officielles / files of the official rules",
}  # fmt: skip


def rejouer(
    flux: Annotated[int, typer.Argument(min=1, max=FLUX_MAX, help="Numéro du flux / number of the flow.")],
    regles: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Juger par les règles de ce jour. / Judge by the rules of that day.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Une ligne JSON par fichier qui diffère, puis le bilan. / JSON lines.")] = False,
    ecrire: Annotated[bool, typer.Option("--ecrire", help="Le noter au journal du flux. / Note it in the flow's journal.")] = False,
) -> None:
    """Juger à nouveau l'original gardé et montrer ce qui diffère. / Judge a stored original again and show what differs.

    Rien n'est écrit sans --ecrire ; le verdict du registre n'est jamais changé. / Nothing is written unless asked; the verdict stays.
    Code retour : 0 aucune différence, 1 des différences, 2 rejeu impossible, 3 panne ou réglage, 4 l'original n'est pas celui déposé.
    Exit code: 0 no difference, 1 differences, 2 it cannot be judged again, 3 outage or setting, 4 the original is not what was deposited.
    """

    def montrer(one: MembreRejoue) -> None:
        if not one.differe:
            return
        if json_:
            ecrire_json(asdict(one))
        else:
            for line in _lignes(one):
                dire(line)

    try:
        done = rejouer_flux(contexte_migre(), flux, None if regles is None else regles.date(), montrer=montrer, ecrire=ecrire)
    except ErreurInvariant as error:
        if "flux_id" not in error.facts:  # a refusal of the ledger says nothing of the original
            raise
        dire(ligne(error), err=True)
        raise typer.Exit(ALTERE) from error
    if json_:
        ecrire_json(_en_json(done))
    else:
        _dire(done)
        if ecrire:
            dire("Noté au journal. / Noted in the journal.")
    if not done.identique:
        raise typer.Exit(1)


def _lignes(one: MembreRejoue) -> Iterator[str]:
    what = "le flux lui-même / the flow itself" if one.rang < 0 else f"{one.rang} {one.nom}"
    decision = "" if one.rang < 0 else f" : {_MOTS[one.alors]}" + (f" → {_MOTS[one.maintenant]}" if one.alors != one.maintenant else "")
    yield what + decision
    for sign, anomalies in (("−", one.disparues), ("+", one.nouvelles)):
        yield from (f"  {sign} {_anomalie(a)}" for a in anomalies)
    if one.memes:
        yield f"  = {one.memes}"


def _anomalie(one: Anomalie) -> str:
    where = f", ligne / line {one.line}" if one.line is not None else ""
    return visible(f"{one.severity} {one.code} {one.rule}{where} : {one.fr} / {one.en}")


def _en_json(done: BilanRejeu) -> dict[str, object]:
    said = asdict(done) | {"identique": done.identique, "change": done.change}
    said["decisions"] = [{"alors": a, "maintenant": b, "fichiers": n} for (a, b), n in done.decisions.items()]
    for name, counted in (("disparues", done.disparues), ("nouvelles", done.nouvelles)):
        said[name] = [{"code": code, "regle": rule, "nombre": n} for (code, rule), n in counted.items()]
    return said


def _dire(done: BilanRejeu) -> None:
    title = f"Flux {done.flux_id} {done.nom}, reçu le / received {done.recu_le.astimezone(PARIS):%d/%m/%Y %H:%M}"
    dire(title)
    dire(f"Règles / rules : alors / then {done.jeu_alors}, maintenant / now {done.jeu} (au / of {done.au:%d/%m/%Y})")
    for name in done.change:
        dire(f"  {_PAR.get(name, name)} : {_court(done.regles_alors[name])} → {_court(done.regles.get(name))}")
    if done.decisions:
        rows = [(_MOTS[a], _MOTS[b], n) for (a, b), n in done.decisions.items()]
        tableau("Décisions", ("alors / then", "maintenant / now", "fichiers / files"), rows)
    told = [(sign, *key, n) for sign, counted in (("−", done.disparues), ("+", done.nouvelles)) for key, n in counted.items()]
    if told:
        tableau("Anomalies qui diffèrent / that differ", ("", "code", "règle / rule", "nombre / count"), told)
    if done.tranches or done.tranches_autres:
        other = f", autres / others : {done.tranches_autres}" if done.tranches_autres else ""
        dire(f"Journal : {done.tranches} tranche(s) conforme(s) / batches as told{other}")
    dire(
        "Aucune différence. / No difference."
        if done.identique
        else f"{done.differents} différence(s) sur {done.fichiers} fichier(s). / {done.differents} differ of {done.fichiers} files."
    )


def _court(value: object) -> str:
    """Say a value of the rules in a few words: digests are for ``--json``."""
    if value is None:
        return "—"
    if isinstance(value, dict):
        return ", ".join(value) or "—"
    text = str(value)
    return text if len(text) < 64 else f"{text[:12]}…"
