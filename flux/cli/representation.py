"""``flux representation``: which partner speaks for which public structure."""

from __future__ import annotations

from typing import Annotated

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.rendu import contexte_migre
from flux.errors import ErreurUsage
from flux.registre.representations import ne_plus_representer, representer, toutes
from raccordement.partenaires import partenaire

representation = typer.Typer(help="Qui parle pour quelle structure. / Who speaks for which structure.", no_args_is_help=True)

_Siret = Annotated[str, typer.Argument(help="SIRET de la structure. / SIRET of the structure.")]


@representation.command()
def ajouter(
    code: Annotated[str, typer.Argument(help="Code application du partenaire. / Partner's application code.")], siret: _Siret
) -> None:
    """Le partenaire reçoit les factures de la structure et en pose les statuts. / The partner speaks for the structure from now on."""
    ctx = contexte_migre()
    found = partenaire(ctx.engine, code)
    if found is None:
        raise ErreurUsage(f"partenaire {code} inconnu / unknown partner", code_application=code)
    representer(ctx.engine, siret, found.id)
    dire(f"{code} représente {siret} / speaks for {siret}")


@representation.command()
def retirer(siret: _Siret) -> None:
    """Plus personne ne parle pour la structure. / Nobody speaks for it any more. Code retour 1 : personne ne parlait pour elle."""
    if not ne_plus_representer(contexte_migre().engine, siret):
        dire(f"{siret} n'était représentée par personne / nobody spoke for it")
        raise typer.Exit(1)
    dire(f"{siret} n'est plus représentée / is not spoken for any more")


@representation.command()
def lister(format_: Annotated[FormatSortie, typer.Option("--format", help="texte ou json")] = FormatSortie.TEXTE) -> None:
    """Tout ce qui est déclaré. / All declarations."""
    rows = toutes(contexte_migre().engine)
    if format_ is FormatSortie.JSON:
        ecrire_json([{"partenaire": code, "siret": siret} for code, siret in rows])
    else:
        tableau("Représentations", ("partenaire", "SIRET"), rows)
