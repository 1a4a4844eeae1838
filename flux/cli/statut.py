"""``flux statut``: statuses given by an operator, and "traiter le rejet"."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.rendu import contexte_migre
from flux.cli.suivi import une_facture
from flux.controle_statuts import AVANCE
from flux.cycle_de_vie import Issue, suivants
from flux.errors import ErreurUsage
from flux.modele.motifs_retenus import motifs_retenus
from flux.modele.temps import PARIS, en_utc
from flux.referentiel.circuits import circuit_du_cadre
from flux.referentiel.motifs import motifs_nommes
from flux.referentiel.refus import MotifRefus, motif_dit, motif_hors_cadre, statut_du_refus
from flux.referentiel.statuts import STATUTS_FACTURE, statut_facture
from flux.registre.statuts import Demande, poser_statut, traiter_rejet
from flux.registre.suivi import FactureSuivie
from flux.registre.valeurs import StatutPose

statut = typer.Typer(help="Statuts des factures. / Statuses of invoices.", no_args_is_help=True)

_Facture = Annotated[str, typer.Argument(help="Numéro de la facture, ou FLUX:RANG. / Number of the invoice, or FLOW:RANK.")]
_Par = Annotated[str, typer.Option("--par", help="Qui le demande. / Who asks for it.")]
_Fournisseur = Annotated[str | None, typer.Option(help="Fournisseur, quand plusieurs factures ont ce numéro. / Supplier.")]


@statut.command()
def poser(
    facture: _Facture,
    code: Annotated[str, typer.Argument(metavar="STATUT", help="Statut à poser (voir flux statut possibles). / Status to set.")],
    motif: Annotated[str, typer.Option("--motif", help="Pourquoi, en clair. / Why, in words.")],
    par: _Par,
    le: Annotated[datetime | None, typer.Option("--date", help="Instant du statut, heure de Paris ; maintenant par défaut.")] = None,
    fournisseur: _Fournisseur = None,
) -> None:
    """Poser un statut à la place d'un acteur. / Set a status in place of a party.

    Code retour : 0 posé ou déjà posé, 1 refusé (les statuts possibles sont donnés), 2 arguments inutilisables.
    """
    motif, par = _dit(motif, "--motif"), _dit(par, "--par")
    ctx = contexte_migre()
    one = une_facture(ctx.engine, facture, fournisseur)
    said = motif_dit(motif)
    row = statut_facture(statut_du_refus(code.upper(), said))
    _verifier_motif(row.code, one, said, motif)
    instant = ctx.horloge() if le is None else en_utc(le)
    if instant is None:
        raise ErreurUsage(f"--date {le} : date hors du calendrier / outside the calendar", argument="date")
    if instant > ctx.horloge() + AVANCE:  # as of a deposited one (STA-11): every later status of the invoice would be older than this
        raise ErreurUsage(f"--date {le} est à venir : donnez une date passée / is to come: give a past date", argument="date")
    pose = StatutPose(row.code, instant, motif, None, motifs_retenus(row, (), motif))
    answer = poser_statut(ctx.engine, one.cle, Demande(pose, par), ctx.horloge(), libere_par=ctx.reglages.numero_libere_par)
    if answer.issue in (Issue.APPLIQUE, Issue.DEJA):
        dire(f"{one.numero} : {answer.courant.code} → {row.code} ({row.libelle}), {answer.issue}")
        return
    admis = ", ".join(answer.admis) or "aucun / none"
    dire(
        f"{one.numero} : {row.code} refusé, {answer.issue}. Statut courant : {answer.courant.code} depuis le "
        f"{answer.courant.horodatage.astimezone(PARIS):%d/%m/%Y %H:%M:%S}. Possibles / possible: {admis}."
    )
    raise typer.Exit(1)


def _verifier_motif(code: str, facture: FactureSuivie, dit: MotifRefus | None, texte: str) -> None:
    hors = motif_hors_cadre(code, facture.cadre, dit, (), texte)
    if hors is not None:
        wrong, admis = hors
        dire(f"{facture.numero} : cadre {facture.cadre}, motif {wrong} non admis. Admis / admitted: {motifs_nommes(admis)}.")
        raise typer.Exit(1)


def _dit(valeur: str, option: str) -> str:
    """Return what an option says. Blanks say nothing, and the journal keeps it for ever.

    :raises ErreurUsage: blanks alone.
    """
    if not valeur.strip():
        raise ErreurUsage(f"{option} est vide : écrivez-le en clair / {option} is empty: write it in words", argument=option)
    return valeur.strip()


@statut.command()
def possibles(
    facture: _Facture,
    fournisseur: _Fournisseur = None,
    format_: Annotated[FormatSortie, typer.Option("--format", help="texte ou json")] = FormatSortie.TEXTE,
) -> None:
    """Statuts qui peuvent suivre. / Statuses that may follow."""
    one = une_facture(contexte_migre().engine, facture, fournisseur)
    rows = [STATUTS_FACTURE[code] for code in suivants(circuit_du_cadre(one.cadre), one.etat)]
    if format_ is FormatSortie.JSON:
        ecrire_json({"facture": one.numero, "statut": one.etat, "possibles": [row.code for row in rows]})
        return
    tableau(
        f"{one.numero} : {one.etat}", ("statut", "posé par", "libellé"), [(row.code, ", ".join(row.roles), row.libelle) for row in rows]
    )


@statut.command()
def rejet_traite(facture: _Facture, par: _Par, fournisseur: _Fournisseur = None) -> None:
    """« Traiter le rejet » : la facture refusée quitte la liste du fournisseur. / The refused invoice leaves its supplier's list."""
    par = _dit(par, "--par")
    ctx = contexte_migre()
    one = une_facture(ctx.engine, facture, fournisseur)
    new = traiter_rejet(ctx.engine, one.cle, par, ctx.horloge())
    dire(f"{one.numero} : rejet traité{'' if new else ' déjà'} / dealt with")
