"""``flux sante``: red when work is stuck, even though every process lives."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.config import reglages
from flux.contexte import maintenant
from flux.registre.connexion import moteur
from flux.sante import Etat, Ligne, Patient, examiner
from flux.sante.mots import mots

_SIGNES = {Etat.NON_REGARDE: "? —", Etat.VERT: "✓ vert", Etat.ORANGE: "! orange", Etat.ROUGE: "✗ rouge"}
#: States that call for something to be done.
_A_VOIR = frozenset({Etat.ORANGE, Etat.ROUGE})


def sante(
    json_: Annotated[bool, typer.Option("--json", help="Une ligne de JSON. / One line of JSON.")] = False,
    vivacite: Annotated[
        bool, typer.Option("--vivacite", help="Base et battements seuls, pour une sonde. / Database and heartbeats alone, for a probe.")
    ] = False,
) -> None:
    """Dire si la plateforme travaille, et que faire sinon. / Tell whether the platform works, and what to do when not.

    Code retour : 0 rien de rouge, 1 au moins une ligne rouge. / Exit code: 0 nothing red, 1 at least one red line.
    """
    settings = reglages()
    lines = examiner(Patient(settings, moteur(settings), None, maintenant()), vite=vivacite)
    if json_:
        ecrire_json([asdict(one) | _conseil(one) for one in lines])
    else:
        rows = [(_SIGNES[one.etat], _sujet(one), one.valeur, one.limite) for one in lines]
        tableau("Santé / health", ("état", "quoi / what", "trouvé / found", "limite / limit"), rows)
        for one in lines:
            if one.etat in _A_VOIR:
                words = mots(one)
                dire(f"{_SIGNES[one.etat]} {words.fr} {one.objet}".rstrip())
                dire(f"    → {words.faire}", f"    → {words.do}", *([f"    $ {one.commande}"] if one.commande else []))
    if any(one.etat is Etat.ROUGE for one in lines):
        raise typer.Exit(1)


def _sujet(one: Ligne) -> str:
    words = mots(one)
    return f"{words.fr} / {words.en}" + (f" : {one.objet}" if one.objet else "")


def _conseil(one: Ligne) -> dict[str, str]:
    words = mots(one)
    return {"fr": words.fr, "en": words.en} | ({"faire": words.faire, "do": words.do} if one.etat in _A_VOIR else {})
