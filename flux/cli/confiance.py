"""Whom certificates are trusted through: accepted authorities, trusted lists, the verification service.

Exit codes: 0 done or healthy; 1 refused or not healthy; 2 unusable arguments.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.rendu import contexte_migre, heure, lire_fichier
from raccordement.certificats.autorites import Import, ancres, listes
from raccordement.certificats.dossier import dire_recherche
from raccordement.certificats.montage import dossier_autorites, service
from raccordement.certificats.noms import empreinte, nom_lisible
from raccordement.certificats.quotidien import importer_tsl
from raccordement.certificats.service import Sante

_Format = Annotated[FormatSortie, typer.Option("--format", help="texte ou json")]


def autorites(format_: _Format = FormatSortie.TEXTE) -> None:
    """Autorités acceptées, et d'où elles viennent. / Accepted authorities, and where they come from."""
    ctx = contexte_migre()
    dossier = dossier_autorites(ctx.reglages)
    found = ancres(ctx.engine, dossier)
    rows = [
        (nom_lisible(one.certificat.subject), one.certificat.not_valid_after_utc, empreinte(one.certificat), one.source) for one in found
    ]
    if format_ is FormatSortie.JSON:
        ecrire_json([dict(zip(("nom", "fin", "sha256", "source"), row, strict=True)) for row in rows])
        return
    tableau(
        "Autorités acceptées",
        ("nom", "fin", "SHA-256", "source"),
        [(nom, heure(fin), sha[:16] + "…", source) for nom, fin, sha, source in rows],
    )
    for one in listes(ctx.engine):
        dire(f"TSL {one.territoire} n° {one.numero}, {one.source}, prochaine / next: {heure(one.prochaine)}")
    dire(" / ".join(dire_recherche(dossier, len(found))))


def importer_liste(
    fichier: Annotated[Path, typer.Argument(help="Liste de confiance XML (ETSI TS 119 612). / XML trusted list.")],
    signataires: Annotated[Path, typer.Option(help="PEM des certificats qui peuvent la signer. / PEM of those who may sign it.")],
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Importer une liste de confiance, signature vérifiée. / Import a trusted list, its signature checked."""
    ctx = contexte_migre()
    fait = importer_tsl(ctx.engine, lire_fichier(fichier), signataires, fichier.name, ctx.horloge())
    if isinstance(fait, Import):
        if format_ is FormatSortie.JSON:
            ecrire_json(asdict(fait))
        else:
            change = f"+{len(fait.ajoutees)} −{len(fait.retirees)}"
            dire(f"{fait.territoire} n° {fait.numero} : {fait.total} autorités acceptées / accepted, {change}")
        return
    dire(f"✗ {fait.fr} / {fait.en} {fait.detail}")
    raise typer.Exit(1)


def sante(format_: _Format = FormatSortie.TEXTE) -> None:
    """Santé du service de vérification, adresse par adresse. / Health of the verification service, address by address."""
    ctx = contexte_migre()
    found = service(ctx.reglages.certificats, ctx.engine, ctx.horloge)
    etats = () if found is None else found.sante()
    if format_ is FormatSortie.JSON:
        ecrire_json([_sante(one) for one in etats])
    elif not etats:
        dire("Aucun service réglé (FLUX_CERTIFICATS__SERVICE) : vérification locale seule / no service set: local verification alone")
    else:
        lignes = [
            ("✗" if one.panne else "✓", f"{one.fr} / {one.en}", f"{one.duree * 1000:.0f} ms", heure(one.etat.ouvert_jusqu_au))
            for one in etats
        ]
        tableau("Service de vérification", ("", "adresse", "durée", "au repos jusqu'au"), lignes)
    if any(one.panne for one in etats):
        raise typer.Exit(1)


def _sante(one: Sante) -> dict[str, object]:
    faits = {"adresse": one.adresse, "pret": one.panne is None, "fr": one.fr, "en": one.en, "millisecondes": round(one.duree * 1000)}
    return faits | {"vers": None if one.panne is None else one.panne.vers, "disjoncteur": asdict(one.etat)}
