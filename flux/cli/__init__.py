"""The command line: ``flux …``.

Exit codes: 0 accepted or done, 1 rejected or something found, 2 unusable arguments, 3 an outage or a setting, 4 what is kept is not what
was (``rejouer``, ``registre bilan``). Operators read them in ``docs/operators.md``.
"""

from __future__ import annotations

import os
import sys

import typer

from flux.cli.annuaire import annuaire as sous_commandes_annuaire  # under its own name it would hide its module
from flux.cli.ecran import accorder, dire
from flux.cli.emettre import emettre
from flux.cli.emission import emission as sous_commandes_emission  # under its own name it would hide its module
from flux.cli.entretien import entretien
from flux.cli.export import export
from flux.cli.fabriquer import fabriquer
from flux.cli.interfaces import interfaces
from flux.cli.journal import journal as sous_commandes_journal  # under its own name it would hide its module
from flux.cli.metriques import metriques
from flux.cli.pannes import ligne
from flux.cli.raccordement import raccordement
from flux.cli.registre import registre as sous_commandes_registre
from flux.cli.regles import regles
from flux.cli.rejouer import rejouer
from flux.cli.representation import representation as sous_commandes_representation
from flux.cli.sante import sante
from flux.cli.statut import statut as sous_commandes_statut
from flux.cli.suivi import suivi
from flux.cli.verifier import verifier
from flux.config import presque, reglages
from flux.errors import ErreurFlux, ErreurUsage
from flux.journalisation import configurer

app = typer.Typer(
    name="flux",
    help="Factures publiques par EDI : vérifier, fabriquer, émettre. / Public e-invoicing by EDI: check, make, emit.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (verifier, interfaces, emettre, entretien, export, fabriquer, metriques, rejouer, sante, suivi):
    app.command()(command)
app.add_typer(sous_commandes_annuaire, name="annuaire")
app.add_typer(sous_commandes_emission, name="emission")
app.add_typer(sous_commandes_journal, name="journal")
app.add_typer(raccordement, name="raccordement")
app.add_typer(sous_commandes_registre, name="registre")
app.add_typer(regles, name="regles")
app.add_typer(sous_commandes_statut, name="statut")
app.add_typer(sous_commandes_representation, name="representation")


def principal() -> None:
    """Run the command line; an error of ours is one line on stderr, never a traceback, and so is the log."""
    accorder()
    try:
        configurer(reglages().journal_format)
        for nom, reglage in presque(os.environ).items():
            dire(f"flux : {nom} n'est pas un réglage ; vouliez-vous {reglage} ? / is no setting; did you mean {reglage}?", err=True)
        app()
    except ErreurUsage as error:
        dire(f"flux : {error}", *(f"  {one}" for one in error.lignes), err=True)
        sys.exit(2)
    except ErreurFlux as error:
        dire(ligne(error), err=True)
        sys.exit(3)
