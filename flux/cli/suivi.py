"""``flux suivi``: the whole history of an invoice or of a flow, and what is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy import Engine

from flux.cli.ecran import champs, dire, ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.rendu import contexte_migre
from flux.errors import ErreurUsage
from flux.modele.temps import PARIS
from flux.referentiel.statuts import STATUTS_FACTURE
from flux.registre.bloques import Bloque, flux_bloques
from flux.registre.suivi import FactureSuivie, Fait, FluxSuivi, chercher_factures, chercher_flux, factures_du_valideur, faits_de


def suivi(
    reference: Annotated[str | None, typer.Argument(help="Numéro de facture, FLUX:RANG, flux (nom, identifiant, numéro).")] = None,
    format_: Annotated[FormatSortie, typer.Option("--format", help="texte ou json")] = FormatSortie.TEXTE,
    valideur: Annotated[str | None, typer.Option(help="SIRET d'un valideur : ses factures. / A validator's invoices.")] = None,
    bloques: Annotated[bool, typer.Option("--bloques", help="Ce qui n'avance plus. / What does not move any more.")] = False,
) -> None:
    """Dire tout ce qui est arrivé à une facture ou à un flux. / Tell all that happened to an invoice or a flow.

    Code retour : 0 trouvé (avec --bloques : rien n'est bloqué), 1 inconnu (avec --bloques : quelque chose l'est).
    """
    ctx = contexte_migre()
    now = ctx.horloge()
    if bloques:
        _dire_bloques(flux_bloques(ctx.engine, now, ctx.reglages.bloque_apres), now, format_)
        return
    if valideur is not None:
        _dire_liste(factures_du_valideur(ctx.engine, valideur), valideur, format_)
        return
    if not reference:
        raise ErreurUsage(
            "donnez une facture ou un flux, --valideur ou --bloques / give an invoice or a flow, --valideur or --bloques", reference=None
        )
    invoices = [replace(one, faits=faits_de(ctx.engine, one)) for one in chercher_factures(ctx.engine, reference)]
    flows = [] if invoices else chercher_flux(ctx.engine, reference)
    if format_ is FormatSortie.JSON:
        ecrire_json({"factures": [asdict(one) for one in invoices], "flux": [asdict(one) for one in flows]})
    for one in invoices if format_ is FormatSortie.TEXTE else ():
        _dire_facture(one, now)
    for flow in flows if format_ is FormatSortie.TEXTE else ():
        _dire_flux(flow, now)
    if not invoices and not flows:
        if format_ is FormatSortie.TEXTE:
            dire(f"{reference} : inconnu du registre / not in the ledger")
        raise typer.Exit(1)


def une_facture(engine: Engine, reference: str, fournisseur: str | None = None) -> FactureSuivie:
    """Return the one invoice that a reference names.

    :param fournisseur: name or part of a name of its supplier, when the number is not enough.
    :raises ErreurUsage: there is none, or there are several (told with what tells them apart).
    """
    found = chercher_factures(engine, reference)
    if fournisseur is not None:
        found = [one for one in found if fournisseur.casefold() in (one.fournisseur or "").casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        de, of = (f" de « {fournisseur} »", f" of “{fournisseur}”") if fournisseur is not None else ("", "")
        raise ErreurUsage(
            f"{reference} : aucune facture{de} au registre, vérifiez le numéro ou FLUX:RANG par flux suivi / no invoice{of} in the ledger, "
            f"check the number or FLOW:RANK with flux suivi",
            reference=reference,
        )
    told = tuple(f"{one.cle[0]}:{one.cle[1]} {one.fournisseur} {one.date_emission} {one.etat}" for one in found)
    raise ErreurUsage(
        f"{reference} désigne {len(found)} factures ; donnez FLUX:RANG / names {len(found)} invoices; give FLOW:RANK",
        reference=reference,
        lignes=told,
    )


def _dire_facture(one: FactureSuivie, now: datetime) -> None:
    row = STATUTS_FACTURE[one.etat]
    champs(
        f"Facture {one.numero or '—'}",
        {
            "désignation": f"{one.cle[0]}:{one.cle[1]}", "date": one.date_emission, "fournisseur": one.fournisseur,
            "destinataire": one.destinataire, "cadre": one.cadre, "flux": one.flux,
            "statut": f"{one.etat} · {row.libelle} / {row.label}" + (" · rejet traité" if one.rejet_traite else ""),
        },
    )  # fmt: skip
    _dire_faits(one.faits, now)


def _dire_liste(found: Sequence[FactureSuivie], valideur: str, format_: FormatSortie) -> None:
    if format_ is FormatSortie.JSON:
        ecrire_json([asdict(one) for one in found])
    else:
        rows = [(f"{one.cle[0]}:{one.cle[1]}", one.numero, one.fournisseur, one.cadre, one.etat) for one in found]
        tableau(f"Factures du valideur {valideur}", ("désignation", "numéro", "fournisseur", "cadre", "statut"), rows)


def _dire_flux(flow: FluxSuivi, now: datetime) -> None:
    champs(
        f"Flux {flow.id}",
        {
            "nom": flow.nom,
            "partenaire": flow.partenaire,
            "interface": flow.interface,
            "état": flow.etat,
            "issue": flow.statut,
            **flow.contenu,
        },
    )
    _dire_faits(flow.faits, now)


def _dire_faits(faits: Sequence[Fait], now: datetime) -> None:
    rows = [(_instant(one.le), _age(now - one.le), one.quoi, one.par, one.detail) for one in faits]
    tableau("Histoire", ("le (Paris)", "il y a", "quoi", "par", "détail"), rows)


def _dire_bloques(found: Sequence[Bloque], now: datetime, format_: FormatSortie) -> None:
    if format_ is FormatSortie.JSON:
        ecrire_json([asdict(one) | {"secondes": int((now - one.depuis).total_seconds())} for one in found])
    elif found:
        rows = [(one.flux_id, one.nom, one.partenaire, one.etat, one.lot_id, _instant(one.depuis), _age(now - one.depuis)) for one in found]
        tableau("Bloqués", ("flux", "fichier", "partenaire", "état", "lot", "depuis (Paris)", "âge"), rows)
    else:
        dire("Rien n'est bloqué. / Nothing is stuck.")
    if found:
        raise typer.Exit(1)


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"


def _age(age: timedelta) -> str:
    if age < timedelta():
        return "à venir / to come"
    seconds = int(age.total_seconds())
    for size, unit in ((86400, "j"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
