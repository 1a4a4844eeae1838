"""``flux verifier FILE…``: the platform's own verdict, before any deposit. No server, no Airflow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flux.annuaire import Annuaire, charger_memoire
from flux.cli.ecran import dire_balises, ecrire_document, ecrire_json
from flux.cli.html import page
from flux.cli.rejets import Rejets, verifier_et_extraire
from flux.cli.texte import Langue, lignes, lignes_rejets
from flux.cli.verdict_fichier import Jugement, VerdictFichier, verifier_fichier
from flux.cli.verdict_json import en_json
from flux.config import reglages
from flux.errors import ErreurUsage
from flux.explication import Cause
from flux.modele.temps import PARIS
from flux.modele.verdict import Decision
from flux.referentiel.interfaces import INTERFACES, Interface
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS, InterfaceStatuts
from flux.referentiel.jeux import MoteurRegles
from flux.regles.gestion import lire_severites
from flux.regles.officielles.moteur import regles_officielles


class FormatVerdict(StrEnum):
    """How a verdict is printed."""

    TEXTE = "texte"
    JSON = "json"
    HTML = "html"


def jugement(
    interface: str | None = None, le: datetime | None = None, annuaire: Sequence[Path] = (), moteur: MoteurRegles | None = None
) -> Jugement:
    """Return how to judge, from the options of a command and the settings.

    :param interface: code of an interface. :param le: a day, today in Paris by default. :param annuaire: files of a directory.
    :param moteur: engine of the official rules, that of the settings by default.
    :raises ErreurUsage: the interface is unknown, or a file of the directory has faults.
    """
    settings = reglages()
    day = (le or datetime.now(tz=PARIS)).date()
    return Jugement(
        settings,
        day,
        interface_dite(interface),
        _annuaire(annuaire),
        lire_severites(settings.severites),
        regles_officielles(moteur or settings.moteur_regles, settings.regles_cache),
    )


def interface_dite(code: str | None) -> Interface | InterfaceStatuts | None:
    """Return the row of an interface given on the command line; ``None`` for none.

    :raises ErreurUsage: there is no such interface.
    """
    row = (INTERFACES.get(code) or INTERFACES_STATUTS.get(code)) if code else None
    if code and row is None:
        codes = ", ".join((*INTERFACES, *INTERFACES_STATUTS))
        raise ErreurUsage(f"interface {code} inconnue / unknown. Codes : {codes}", interface=code)
    return row


def _annuaire(fichiers: Sequence[Path]) -> Annuaire | None:
    if not fichiers:
        return None
    found, faults = charger_memoire(fichiers)
    if found is None:
        told = tuple(f"{one.fichier}:{one.ligne or ''} {one.code} {one.fr} / {one.en}" for one in faults)
        raise ErreurUsage("l'annuaire a des fautes / the directory has faults :", lignes=told)
    return found


def verifier(
    fichiers: Annotated[list[Path], typer.Argument(help="Flux, factures ou archives à vérifier. / Files to check.", show_default=False)],
    format_: Annotated[
        FormatVerdict, typer.Option("--format", help="texte, json (un objet par fichier) ou html (une page)")
    ] = FormatVerdict.TEXTE,
    interface: Annotated[str | None, typer.Option(help="Code interface quand le nom du fichier ne le dit pas.")] = None,
    langue: Annotated[Langue, typer.Option(help="Langue des phrases / language of the sentences.")] = Langue.FR,
    le: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Juger à ce jour. / Judge as of that day.")] = None,
    annuaire: Annotated[list[Path] | None, typer.Option(help="Annuaire (F14 ou CSV) ; sinon non contrôlé. / Directory files.")] = None,
    rejets: Annotated[Path | None, typer.Option(help="Écrire les seules factures rejetées (tar.gz). / Write the rejected ones.")] = None,
    moteur: Annotated[
        MoteurRegles | None, typer.Option(help="Moteur des règles officielles : natif, saxon ou aucun. / Engine of the official rules.")
    ] = None,
    detail: Annotated[bool, typer.Option("--detail", help="Chaque anomalie, sans regroupement. / Each fault, not grouped.")] = False,
) -> None:
    """Rend le verdict de la plateforme, sans rien déposer. / Gives the platform's verdict, nothing is deposited.

    Code retour : 0 tout accepté, 1 au moins un rejet, 2 arguments inutilisables.
    """
    how = jugement(interface, le, annuaire or (), moteur)
    if rejets is not None and len(fichiers) > 1:
        raise ErreurUsage("--rejets prend un seul flux à la fois / takes one flow at a time", files=len(fichiers))
    verdicts: list[tuple[VerdictFichier, list[Cause]]] = []
    rejected, unusable = False, list[ErreurUsage]()
    for path in fichiers:
        try:
            verdict, done = _juger(path, how, rejets)
        except ErreurUsage as error:  # the other files still get their verdict
            unusable.append(error)
            continue
        causes = verdict.causes()
        rejected = rejected or verdict.decision is not Decision.ACCEPTE
        if format_ is FormatVerdict.HTML:
            verdicts.append((verdict, causes))
        elif format_ is FormatVerdict.JSON:
            ecrire_json(en_json(verdict, causes))
        else:
            dire_balises(lignes(verdict, causes, langue, detail=detail))
        if done is not None:
            dire_balises(lignes_rejets(done, str(rejets), langue), err=format_ is not FormatVerdict.TEXTE)
    if verdicts:
        ecrire_document("".join(page(verdicts, langue)))
    _dire_inutilisables(unusable)
    if rejected:
        raise typer.Exit(1)


def _juger(chemin: Path, how: Jugement, rejets: Path | None) -> tuple[VerdictFichier, Rejets | None]:
    """Judge one file, and write its rejected invoices where they are asked for.

    :raises ErreurUsage: it cannot be judged, or they cannot be written.
    """
    if rejets is None:
        return verifier_fichier(chemin, how), None
    done = verifier_et_extraire(chemin, how, rejets)
    done.verdict.reunir()  # only now: what gave no bytes is in no flow of rejected invoices
    return done.verdict, done


def _dire_inutilisables(erreurs: Sequence[ErreurUsage]) -> None:
    """Say which arguments could not be used, once every other one has its verdict.

    :raises ErreurUsage: there is one; the sentences of the others follow its own.
    """
    if len(erreurs) > 1:
        first, *others = erreurs
        raise ErreurUsage(str(first), **{**first.facts, "lignes": (*first.lignes, *map(str, others))}) from first
    for error in erreurs:
        raise error
