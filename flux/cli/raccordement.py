"""``flux raccordement``: connection records, their subscriptions, their states and their history.

Exit codes: 0 done, 1 refused (what is missing is said, nothing changed) or unknown, 2 unusable arguments.
"""

from __future__ import annotations

import getpass
import json
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flux.cli.certificat import certificat
from flux.cli.confiance import sante
from flux.cli.ecran import champs, dire, ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.porte import cles, sshd
from flux.cli.rendu import contexte_migre, heure
from flux.contexte import Contexte
from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatFiche, Sens
from raccordement.certificats_partenaire import CertificatPartenaire, certificats
from raccordement.etats import changer_etat, examiner
from raccordement.fiche import Fiche, lire_demande
from raccordement.fiches import abonner as abonner_fiche
from raccordement.fiches import creer as creer_fiche
from raccordement.fiches import fiches, trouver
from raccordement.fiches import modifier as modifier_fiche
from raccordement.historique import Geste
from raccordement.historique import historique as lire_historique

raccordement = typer.Typer(help="Fiches de raccordement des partenaires. / Connection records of partners.", no_args_is_help=True)
raccordement.command()(cles)
raccordement.command()(sshd)
raccordement.command()(sante)
raccordement.add_typer(certificat, name="certificat")

_Code = Annotated[str, typer.Argument(help="Code application, AAA999. / Application code.")]
_Format = Annotated[FormatSortie, typer.Option("--format", help="texte ou json")]
_Json = Annotated[str | None, typer.Option("--json", help="Fichier JSON de la fiche ; - pour l'entrée. / JSON file; - is the input.")]
_Par = Annotated[str | None, typer.Option("--par", help="Qui fait ce changement ; par défaut vous. / Who changes; you by default.")]
_Motif = Annotated[str | None, typer.Option("--motif", help="Pourquoi. / Why.")]
_MotifDu = Annotated[str, typer.Option("--motif", help="Pourquoi : demandé. / Why: required.")]
_Repetition = Annotated[bool, typer.Option("--repetition", help="Dire ce qui manque, ne rien changer. / Say what is missing only.")]
_Texte = Annotated[str | None, typer.Option()]
_Liste = Annotated[list[str] | None, typer.Option()]
_Contact = Annotated[
    list[str] | None, typer.Option("--contact", help="« nom <courriel> », technique ; plusieurs fois. / “name <mail>”, may be repeated.")
]
_EMPREINTE, _INSTANT = re.compile(r"[0-9a-f]{64}"), re.compile(r"\d{4}-\d\d-\d\dT.*\+00:00$")


@raccordement.command()
def creer(
    code: Annotated[str | None, typer.Argument(help="Code application, AAA999 ; ou dans --json. / Application code.")] = None,
    json_: _Json = None,
    raison_sociale: _Texte = None,
    siret: _Texte = None,
    dossier: _Texte = None,
    protocole: _Texte = None,
    fin: _Texte = None,
    contact: _Contact = None,
    adresse: _Liste = None,
    emission: _Liste = None,
    reception: _Liste = None,
    par: _Par = None,
    motif: _Motif = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Enregistrer une demande de raccordement. / Register a connection record.

    La même commande de nouveau ne change rien. / Given again, the same command changes nothing.
    """
    ctx = contexte_migre()
    given = _lire(json_) | _options(
        code_application=code, raison_sociale=raison_sociale, siret=siret, dossier=dossier, protocole=protocole, fin=fin,
        contacts=_contacts(contact), reseau={"adresses": adresse} if adresse else None,
    )  # fmt: skip
    if emission or reception:
        given["abonnements"] = [*given.get("abonnements", ()), *_abonnements(emission, reception)]
    _montrer(ctx, creer_fiche(ctx.engine, lire_demande(given), _geste(ctx, par, motif)), format_)


@raccordement.command()
def lister(
    etat: Annotated[EtatFiche | None, typer.Option(help="Seulement celles de cet état. / Only those in this state.")] = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Lister les fiches. / List the records."""
    found = fiches(contexte_migre().engine, etat)
    if format_ is FormatSortie.JSON:
        ecrire_json([one.model_dump(mode="json") for one in found])
        return
    lignes = [(one.code_application, one.raison_sociale, one.etat, one.environnement, one.protocole, one.dossier, one.fin) for one in found]
    tableau("Fiches de raccordement", ("code", "raison sociale", "état", "environnement", "protocole", "dossier", "fin"), lignes)


@raccordement.command()
def montrer(code: _Code, format_: _Format = FormatSortie.TEXTE) -> None:
    """Montrer une fiche et ses certificats. / Show a record and its certificates."""
    ctx = contexte_migre()
    _montrer(ctx, trouver(ctx.engine, code)[1], format_)


@raccordement.command()
def modifier(
    code: _Code,
    json_: _Json = None,
    raison_sociale: _Texte = None,
    siret: _Texte = None,
    protocole: _Texte = None,
    fin: Annotated[str | None, typer.Option(help="Dernier jour, AAAA-MM-JJ ; « aucune » pour l'ôter. / Last day; “aucune”: none.")] = None,
    contact: _Contact = None,
    adresse: _Liste = None,
    par: _Par = None,
    motif: _Motif = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Changer des champs ; ceux qui ne sont pas nommés restent. / Change fields; those not named stay."""
    ctx = contexte_migre()
    given = _lire(json_) | _options(
        raison_sociale=raison_sociale, siret=siret, protocole=protocole, fin=fin, contacts=_contacts(contact),
        reseau={"adresses": adresse} if adresse else None,
    )  # fmt: skip
    if given.get("fin") == "aucune":
        given["fin"] = None
    _montrer(ctx, modifier_fiche(ctx.engine, code, given, _geste(ctx, par, motif)), format_)


@raccordement.command()
def abonner(
    code: _Code,
    emission: Annotated[list[str] | None, typer.Option(help="Interface que le partenaire envoie. / It sends this interface.")] = None,
    reception: Annotated[list[str] | None, typer.Option(help="Interface qu'il reçoit. / It receives this interface.")] = None,
    retirer: Annotated[bool, typer.Option("--retirer", help="Ôter ces abonnements. / Take these subscriptions away.")] = False,
    par: _Par = None,
    motif: _Motif = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Abonner une fiche à des interfaces. / Subscribe a record to interfaces."""
    ctx = contexte_migre()
    chosen = _abonnements(emission, reception)
    if not chosen:
        raise ErreurUsage("donnez --emission ou --reception / give --emission or --reception")
    _, found = trouver(ctx.engine, code)
    checked = lire_demande(
        {**found.model_dump(mode="json", include={"code_application", "raison_sociale"}), "abonnements": chosen}
    ).abonnements
    geste = _geste(ctx, par, motif)
    _montrer(ctx, abonner_fiche(ctx.engine, code, geste, **{"retirer" if retirer else "ajouter": checked}), format_)


@raccordement.command()
def passer_en_qualification(
    code: _Code, repetition: _Repetition = False, par: _Par = None, motif: _Motif = None, format_: _Format = FormatSortie.TEXTE
) -> None:
    """Ouvrir la fiche en qualification. / Open the record in qualification."""
    _passer(code, EtatFiche.QUALIFICATION, par, motif, format_, repetition=repetition)


@raccordement.command()
def passer_en_production(
    code: _Code, repetition: _Repetition = False, par: _Par = None, motif: _Motif = None, format_: _Format = FormatSortie.TEXTE
) -> None:
    """Ouvrir la fiche en production. / Open the record in production.

    Demande un certificat en vigueur et un flux intégré en qualification.
    """
    _passer(code, EtatFiche.PRODUCTION, par, motif, format_, repetition=repetition)


@raccordement.command()
def suspendre(code: _Code, motif: _MotifDu, par: _Par = None, format_: _Format = FormatSortie.TEXTE) -> None:
    """Arrêter les échanges, le temps de lever le motif. / Stop exchanges for a time."""
    _passer(code, EtatFiche.SUSPENDU, par, motif, format_)


@raccordement.command()
def reprendre(code: _Code, par: _Par = None, motif: _Motif = None, format_: _Format = FormatSortie.TEXTE) -> None:
    """Rouvrir une fiche suspendue, là où elle était. / Open a suspended record again, where it was."""
    _, found = trouver(contexte_migre().engine, code)
    if found.etat is not EtatFiche.SUSPENDU:
        raise ErreurUsage(
            f"la fiche {code} est en état « {found.etat} » : elle n'est pas suspendue / the record is not suspended", code_application=code
        )
    _passer(code, EtatFiche(found.environnement.value), par, motif, format_)


@raccordement.command()
def clore(code: _Code, motif: _MotifDu, par: _Par = None, format_: _Format = FormatSortie.TEXTE) -> None:
    """Clore une fiche, pour toujours. / Close a record for ever."""
    _passer(code, EtatFiche.CLOS, par, motif, format_)


@raccordement.command()
def historique(code: _Code, format_: _Format = FormatSortie.TEXTE) -> None:
    """Qui a changé quoi, quand, pourquoi. / Who changed what, when and why."""
    ctx = contexte_migre()
    found = lire_historique(ctx.engine, trouver(ctx.engine, code)[0])
    if format_ is FormatSortie.JSON:
        ecrire_json([{name: getattr(one, name) for name in ("le", "par", "action", "motif", "detail")} for one in found])
        return
    lignes = [(heure(one.le), one.par, one.action, one.motif, _resume(one.detail)) for one in found]
    tableau(f"Historique de {code}", ("le (Paris)", "par", "action", "motif", "détail"), lignes)


def _passer(code: str, vers: EtatFiche, par: str | None, motif: str | None, format_: FormatSortie, *, repetition: bool = False) -> None:
    ctx = contexte_migre()
    if repetition:
        missing = examiner(ctx.engine, code, vers, ctx.horloge())
    else:
        missing = changer_etat(ctx.engine, code, vers, _geste(ctx, par, motif))
    if format_ is FormatSortie.JSON:
        faits = {"code_application": code, "vers": vers, "fait": not missing and not repetition}
        ecrire_json(faits | {"manques": [{"code": one.code, "fr": one.fr, "en": one.en} for one in missing]})
    elif missing:
        for one in missing:
            dire(f"✗ {one.code} : {one.fr} / {one.en}")
        dire(f"{code} : rien n'a changé / nothing changed")
    else:
        dire(f"{code} : {vers}{' possible, rien ne manque / nothing is missing' if repetition else ''}")
    if missing:
        raise typer.Exit(1)


def _geste(ctx: Contexte, par: str | None, motif: str | None) -> Geste:
    return Geste(par or getpass.getuser(), ctx.horloge(), motif)


def _lire(source: str | None) -> dict[str, Any]:
    if source is None:
        return {}
    try:
        given = json.loads(sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, not JSON
        raise ErreurUsage(f"{source} n'est pas un fichier JSON lisible / is not a readable JSON file: {error}", file=source) from error
    if not isinstance(given, dict):
        raise ErreurUsage(f"{source} : un objet JSON est attendu / a JSON object is wanted", file=source)
    return given


def _options(**given: object) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _contacts(given: list[str] | None) -> list[dict[str, str]] | None:
    """Read ``Anne Martin <anne@exemple.fr>``."""
    if not given:
        return None
    return [
        {"nom": nom.strip() or courriel, "courriel": courriel.rstrip("> ")} for nom, _, courriel in (one.rpartition("<") for one in given)
    ]


def _abonnements(emission: list[str] | None, reception: list[str] | None) -> list[dict[str, str]]:
    both = ((Sens.EMISSION, emission), (Sens.RECEPTION, reception))
    return [{"interface": one, "sens": sens.value} for sens, given in both for one in given or ()]


def _montrer(ctx: Contexte, fiche: Fiche, format_: FormatSortie) -> None:
    known = certificats(ctx.engine, trouver(ctx.engine, fiche.code_application)[0])
    now = ctx.horloge()
    if format_ is FormatSortie.JSON:
        ecrire_json(fiche.model_dump(mode="json") | {"certificats": [_certificat(one, now) for one in known]})
        return
    faits: dict[str, object] = fiche.model_dump(exclude={"abonnements", "contacts", "reseau"})
    faits["adresses"] = ", ".join(fiche.reseau.adresses) or None
    faits["contacts"] = ", ".join(f"{one.nom} <{one.courriel}> ({one.role})" for one in fiche.contacts)
    for sens in Sens:
        faits[f"abonnements en {sens}"] = ", ".join(one.interface for one in fiche.abonnements if one.sens is sens)
    champs(f"Fiche {fiche.code_application}", faits)
    if known:
        lignes = [
            (
                one.empreinte[:16] + "…",
                one.etat,
                one.en_vigueur_au(now),
                heure(one.not_before),
                heure(one.not_after),
                heure(one.en_vigueur_jusqu),
            )
            for one in known
        ]
        tableau("Certificats", ("empreinte", "état", "en vigueur", "valable du", "au", "fin de fenêtre"), lignes)


def _certificat(one: CertificatPartenaire, now: datetime) -> dict[str, object]:
    names = ("empreinte", "etat", "not_before", "not_after", "en_vigueur_de", "en_vigueur_jusqu", "depose_le", "par", "cle_ssh")
    return {name: getattr(one, name) for name in names} | {"en_vigueur": one.en_vigueur_au(now)}


def _resume(detail: Mapping[str, object]) -> str:
    return ", ".join(f"{name} : {_court(value)}" for name, value in detail.items() if value != 0)


def _court(value: object) -> str:
    match value:
        case {"avant": before, "apres": after}:
            said = f"{_court(before)} → {_court(after)}"
        case {"interface": interface, "sens": sens}:
            said = f"{interface} ({sens})"
        case list():
            said = ", ".join(map(_court, value)) or "—"
        case None:
            said = "—"
        case str() if _EMPREINTE.fullmatch(value):
            said = f"{value[:16]}…"
        case str() if _INSTANT.match(value):
            said = heure(datetime.fromisoformat(value)) or ""
        case _:
            said = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return said
