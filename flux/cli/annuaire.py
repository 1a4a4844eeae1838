"""``flux annuaire``: the directory of public structures, and the attachments declared on issuing ones."""

from __future__ import annotations

import mimetypes
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from flux.annuaire import FauteAnnuaire, Mode, lire_annuaire
from flux.cli.ecran import champs, dire, ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.rendu import contexte_migre
from flux.errors import ErreurUsage
from flux.registre.annuaire import AnnuaireRegistre, etat_annuaire
from flux.registre.annuaire_import import importer as importer_annuaire
from flux.registre.annuaire_pj import Fournisseur, ajouter_piece, pieces_declarees, retirer_piece

annuaire = typer.Typer(help="Annuaire des structures publiques. / Directory of public structures.", no_args_is_help=True)
pj = typer.Typer(help="Pièces jointes déclarées sur une structure émettrice. / Attachments declared on an issuer.", no_args_is_help=True)
annuaire.add_typer(pj, name="pj")

_Format = Annotated[FormatSortie, typer.Option("--format", help="texte ou json")]
_Fournisseur = Annotated[str, typer.Argument(help="SIRET, ou autre identifiant de l'émetteur. / SIRET or other identifier.")]
_Type = Annotated[int, typer.Option("--type", min=1, max=7, help="Type d'identifiant : 1 SIRET … 7 particulier. / Identifier type.")]
_Reference = Annotated[str, typer.Argument(help="Référence que les factures citent (BT-122). / Reference invoices give.")]
#: Bytes read at a time.
_PAQUET = 1 << 20


@annuaire.command()
def importer(
    fichiers: Annotated[list[Path], typer.Argument(help="Export F14 (XML) ou CSV ; structures et services. / F14 export or CSV.")],
    complet: Annotated[bool, typer.Option("--complet/--difference", help="Tout l'annuaire, ou ce qui change. / All, or what changes.")],
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Importer l'annuaire, tout ou rien. / Import the directory, all or nothing.

    Code retour : 0 importé, 1 refusé (fautes listées, rien n'a changé), 2 arguments inutilisables.
    """
    ctx = contexte_migre()
    bilan = importer_annuaire(ctx.engine, lire_annuaire(fichiers), Mode.COMPLET if complet else Mode.DIFFERENCE, ctx.horloge())
    if format_ is FormatSortie.JSON:
        ecrire_json(asdict(bilan))
    elif bilan.etat is None:
        for one in bilan.fautes:
            dire(_ligne_faute(one))
        dire(f"{len(bilan.fautes)} faute(s), rien n'a été importé / fault(s), nothing was imported")
    else:
        champs("Annuaire importé", asdict(bilan.etat) | {"lues": bilan.lues, "ecartees": bilan.ecartees})
    if bilan.etat is None:
        raise typer.Exit(1)


def _ligne_faute(une: FauteAnnuaire) -> str:
    place = une.fichier if une.ligne is None else f"{une.fichier}:{une.ligne}"
    return f"{place} {une.code} {une.fr} / {une.en}"


@annuaire.command()
def chercher(
    siret: Annotated[str, typer.Argument(help="SIRET de la structure. / SIRET of the structure.")],
    service: Annotated[str | None, typer.Option(help="Code service. / Service code.")] = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Montrer une structure, et un de ses services. / Show a structure, and one of its services.

    Code retour : 0 trouvé, 1 inconnu.
    """
    found = AnnuaireRegistre(contexte_migre().engine)
    structure = found.structure(siret)
    un_service = None if service is None or structure is None else found.service(siret, service)
    if format_ is FormatSortie.JSON:
        faits: dict[str, Any] = {"structure": None if structure is None else asdict(structure)}
        ecrire_json(faits if service is None else faits | {"service": None if un_service is None else asdict(un_service)})
    else:
        for titre, cle, un in (("Structure", siret, structure), ("Service", service, un_service)):
            if un is not None:
                champs(titre, asdict(un))
            elif cle is not None:
                dire(f"{titre} {cle} : absent de l'annuaire / not in the directory")
    if structure is None or (service is not None and un_service is None):
        raise typer.Exit(1)


@annuaire.command()
def etat(format_: _Format = FormatSortie.TEXTE) -> None:
    """Version, date et taille de l'annuaire. / Version, date and size of the directory."""
    found = etat_annuaire(contexte_migre().engine)
    if format_ is FormatSortie.JSON:
        ecrire_json(None if found is None else asdict(found))
    elif found is None:
        dire("Annuaire vide : flux annuaire importer FICHIER --complet / empty directory")
    else:
        champs("Annuaire", asdict(found))


@pj.command()
def ajouter(
    fournisseur: _Fournisseur,
    reference: _Reference,
    fichier: Annotated[Path, typer.Argument(help="Fichier à garder. / File to keep.")],
    type_: _Type = 1,
    nom: Annotated[str | None, typer.Option(help="Nom donné ; par défaut celui du fichier. / Name; the file's by default.")] = None,
    mime: Annotated[str | None, typer.Option(help="Type MIME ; par défaut d'après le nom. / MIME type; by the name by default.")] = None,
    remplacer: Annotated[bool, typer.Option("--remplacer", help="Prendre la place de la pièce de même référence. / Replace.")] = False,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Déclarer une pièce jointe sur une structure émettrice. / Declare an attachment on an issuing structure."""
    ctx = contexte_migre()
    nom = nom or fichier.name
    mime = mime or mimetypes.guess_type(nom)[0] or ""
    qui = Fournisseur(fournisseur, type_)
    try:
        with fichier.open("rb") as source:
            morceaux = iter(partial(source.read, _PAQUET), b"")
            piece = ajouter_piece(
                ctx.engine, ctx.entrepot, qui, reference, nom, mime, morceaux,
                le=ctx.horloge(), limites=ctx.reglages.limites, remplacer=remplacer,
            )  # fmt: skip
    except OSError as error:
        raise ErreurUsage(f"{fichier} ne peut pas être lu / cannot be read: {error.strerror}", file=str(fichier)) from error
    if format_ is FormatSortie.JSON:
        ecrire_json(asdict(piece))
    else:
        champs("Pièce déclarée", asdict(piece))


@pj.command()
def lister(fournisseur: _Fournisseur, type_: _Type = 1, format_: _Format = FormatSortie.TEXTE) -> None:
    """Lister les pièces d'une structure émettrice. / List the attachments of an issuing structure."""
    pieces = pieces_declarees(contexte_migre().engine, Fournisseur(fournisseur, type_))
    if format_ is FormatSortie.JSON:
        ecrire_json([asdict(one) for one in pieces])
        return
    lignes = [(one.reference, one.nom, one.mime, one.taille, one.ajoutee_le) for one in pieces]
    tableau(f"Pièces déclarées de {fournisseur}", ("référence", "nom", "type", "octets", "ajoutée le"), lignes)


@pj.command()
def retirer(fournisseur: _Fournisseur, reference: _Reference, type_: _Type = 1) -> None:
    """Retirer une pièce ; celles déjà jointes à des factures restent. / Withdraw one; those joined to invoices stay.

    Code retour : 0 retirée, 1 inconnue.
    """
    if not retirer_piece(contexte_migre().engine, Fournisseur(fournisseur, type_), reference):
        dire(f"{reference} : aucune pièce de cette référence / no such attachment")
        raise typer.Exit(1)
    dire(f"{reference} : retirée / withdrawn")
