"""``flux raccordement certificat``: verify, deposit, switch, roll back, list, calendar.

Exit codes: 0 accepted or done; 1 refused or held; 2 unusable arguments.
"""

from __future__ import annotations

import getpass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.confiance import autorites, importer_liste
from flux.cli.ecran import dire, ecrire_document, ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.rendu import contexte_migre, heure, lire_fichier
from flux.contexte import Contexte
from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatCertificat
from flux.modele.temps import lire_instant
from raccordement.certificats import renouvellement
from raccordement.certificats.calendrier import calendrier as ecrire_calendrier
from raccordement.certificats.montage import politique, verificateur
from raccordement.certificats.registre import attendu, dernier_verdict, en_json
from raccordement.certificats.renouvellement import Suite
from raccordement.certificats.resultats import TITRES, Resultat, Verdict
from raccordement.certificats.textes import MARQUES
from raccordement.certificats.verdict import Attendu, Verificateur
from raccordement.certificats_partenaire import CertificatPartenaire, certificats
from raccordement.fiches import fiches, trouver
from raccordement.historique import Geste

certificat = typer.Typer(help="Certificats des partenaires. / Certificates of partners.", no_args_is_help=True)
certificat.command()(autorites)
certificat.command("importer-liste")(importer_liste)

_Fichier = Annotated[Path, typer.Argument(help="PEM, DER ou PKCS#7 (.p7b) avec la chaîne. / PEM, DER or PKCS#7 with the chain.")]
_Code = Annotated[str, typer.Argument(help="Code application, AAA999. / Application code.")]
_Format = Annotated[FormatSortie, typer.Option("--format", help="texte ou json")]
_Par = Annotated[str | None, typer.Option("--par", help="Qui fait ce geste ; par défaut vous. / Who does this; you by default.")]
_Motif = Annotated[str | None, typer.Option("--motif", help="Pourquoi. / Why.")]
_Recouvrement = Annotated[
    int | None, typer.Option("--recouvrement", min=0, max=366, help="Jours où l'ancien reste valable. / Days the old one stays good.")
]
_Repetition = Annotated[bool, typer.Option("--repetition", help="Dire ce qui se passerait, ne rien changer. / Rehearse, change nothing.")]


@certificat.command()
def verifier(
    fichier: _Fichier,
    fiche: Annotated[str | None, typer.Option(help="Code de la fiche à comparer. / Code of the record to compare with.")] = None,
    le: Annotated[str | None, typer.Option(help="Date jugée, ISO 8601 ; maintenant par défaut. / Moment judged; now by default.")] = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Juger un certificat, ligne par ligne ; ne rien garder. / Judge a certificate, line by line; keep nothing."""
    ctx = contexte_migre()
    quand = ctx.horloge() if le is None else _instant(le)
    wanted = Attendu() if fiche is None else attendu(ctx.engine, *trouver(ctx.engine, fiche), quand)
    verdict = _juge(ctx).verifier(lire_fichier(fichier), quand, wanted)
    _montrer(verdict, format_)
    if not verdict.decision.accepte:
        raise typer.Exit(1)


@certificat.command()
def deposer(
    code: _Code,
    fichier: _Fichier,
    basculer_: Annotated[bool, typer.Option("--basculer", help="Le mettre en vigueur s'il est accepté. / Put it in force.")] = False,
    recouvrement: _Recouvrement = None,
    repetition: _Repetition = False,
    par: _Par = None,
    motif: _Motif = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Juger un certificat et le garder pour un partenaire. / Judge a certificate and keep it for a partner."""
    ctx = contexte_migre()
    suite = renouvellement.deposer(
        ctx.engine, _juge(ctx), code, lire_fichier(fichier), _geste(ctx, par, motif),
        basculer=basculer_, recouvrement=_jours(recouvrement), repetition=repetition,
    )  # fmt: skip
    _conclure(suite, code, format_, repetition=repetition)


@certificat.command()
def basculer(
    code: _Code,
    empreinte: Annotated[str, typer.Argument(help="Début de l'empreinte SHA-256. / Beginning of the SHA-256 fingerprint.")],
    de: Annotated[str | None, typer.Option(help="À partir de quand, ISO 8601. / From when, ISO 8601.")] = None,
    recouvrement: _Recouvrement = None,
    repetition: _Repetition = False,
    par: _Par = None,
    motif: _Motif = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Mettre en vigueur un certificat gardé ; l'ancien reste valable un temps. / Switch; the old one stays good for a time."""
    ctx = contexte_migre()
    suite = renouvellement.basculer(
        ctx.engine, _juge(ctx), code, empreinte, _geste(ctx, par, motif),
        de=None if de is None else _instant(de), recouvrement=_jours(recouvrement), repetition=repetition,
    )  # fmt: skip
    _conclure(suite, code, format_, repetition=repetition)


@certificat.command()
def revenir(
    code: _Code,
    recouvrement: _Recouvrement = None,
    repetition: _Repetition = False,
    par: _Par = None,
    motif: _Motif = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Remettre en vigueur le certificat précédent. / Put the former certificate back in force."""
    ctx = contexte_migre()
    suite = renouvellement.revenir(
        ctx.engine, _juge(ctx), code, _geste(ctx, par, motif), recouvrement=_jours(recouvrement), repetition=repetition
    )
    _conclure(suite, code, format_, repetition=repetition)


@certificat.command()
def lister(
    code: Annotated[str | None, typer.Argument(help="Code application ; tous par défaut. / Application code; all by default.")] = None,
    format_: _Format = FormatSortie.TEXTE,
) -> None:
    """Certificats gardés, leur état, leur fin. / Certificates kept, their state, their end."""
    ctx = contexte_migre()
    rows = [(un_code, one) for un_code in _codes(ctx, code) for one in certificats(ctx.engine, trouver(ctx.engine, un_code)[0])]
    now = ctx.horloge()
    if format_ is FormatSortie.JSON:
        ecrire_json([{"code_application": un_code} | _faits(ctx, one, now) for un_code, one in rows])
        return
    colonnes = ("fiche", "empreinte", "état", "fin", "jours", "valable jusqu'au", "dernier verdict")
    tableau("Certificats", colonnes, [_ligne(ctx, un_code, one, now) for un_code, one in rows])


@certificat.command()
def calendrier(
    code: Annotated[str | None, typer.Argument(help="Code application ; tous par défaut. / Application code; all by default.")] = None,
    sortie: Annotated[Path | None, typer.Option("--sortie", "-o", help="Fichier .ics ; sinon l'écran. / .ics file.")] = None,
) -> None:
    """Fins des certificats en vigueur, au format iCalendar. / Ends of the certificates in force, as iCalendar."""
    ctx = contexte_migre()
    now = ctx.horloge()
    rows = [
        (un_code, one)
        for un_code in _codes(ctx, code)
        for one in certificats(ctx.engine, trouver(ctx.engine, un_code)[0])
        if one.etat is EtatCertificat.EN_VIGUEUR and one.not_after > now
    ]
    data = ecrire_calendrier(rows, politique(ctx.reglages.certificats).preavis, now)
    if sortie is None:
        ecrire_document(data.decode("utf-8"))
        return
    try:
        sortie.write_bytes(data)
    except OSError as error:
        raise ErreurUsage(f"{sortie} ne peut pas être écrit / cannot be written: {error}", path=str(sortie)) from error
    dire(f"{sortie} : {len(rows)} certificat(s)")


def _conclure(suite: Suite, code: str, format_: FormatSortie, *, repetition: bool) -> None:
    """Show what a gesture did; exit 1 when it was not accepted."""
    avant = {one.empreinte: one for one in suite.avant}
    changes = [one for one in suite.apres if avant.get(one.empreinte) != one]
    accepte = suite.verdict is None or suite.verdict.decision.accepte
    if format_ is FormatSortie.JSON:
        faits = {"code_application": code, "repetition": repetition, "accepte": accepte}
        ecrire_json(
            faits
            | {"verdict": None if suite.verdict is None else _verdict(suite.verdict)}
            | {"changements": [{"empreinte": one.empreinte, "etat": one.etat, "jusqu_au": one.en_vigueur_jusqu} for one in changes]}
        )
    else:
        if suite.verdict is not None:
            _dire(suite.verdict)
        verbe = "changerait / would change" if repetition else "a changé / changed"
        for one in changes:
            etat = "nouveau / new" if one.empreinte not in avant else str(avant[one.empreinte].etat)
            dire(f"{verbe} : {one.empreinte[:16]}… {etat} → {one.etat}, valable jusqu'au / good until {heure(_valable(one))}")
        if not changes:
            dire(f"{code} : rien ne change / nothing changes")
    if not accepte:
        raise typer.Exit(1)


def _dire(verdict: Verdict) -> None:
    """Show a verdict in short when it accepts, whole when it does not."""
    if not verdict.decision.accepte:
        _montrer(verdict, FormatSortie.TEXTE)
        return
    dire(f"{verdict.sujet} : {verdict.decision}, fin / ends {heure(verdict.fin)}")
    for one in verdict.lignes:
        if one.resultat in {Resultat.ECHOUE, Resultat.INCONNU}:
            dire(f"{MARQUES[one.resultat]} {one.fr} / {one.en}")
    if verdict.reverifier_le is not None:
        dire(f"à vérifier de nouveau / to check again: {heure(verdict.reverifier_le)}")


def _montrer(verdict: Verdict, format_: FormatSortie) -> None:
    if format_ is FormatSortie.JSON:
        ecrire_json(_verdict(verdict))
        return
    rows = []
    for one in verdict.lignes:
        titre_fr, titre_en = TITRES[one.controle]
        fait = one.fr if one.fr == one.en else f"{one.fr} / {one.en}"
        rows.append((MARQUES[one.resultat], f"{titre_fr} / {titre_en}", fait, one.source))
    tableau(f"{verdict.sujet or 'Certificat'} : {verdict.decision}", ("", "contrôle / check", "fait / fact", "source"), rows)
    if verdict.reverifier_le is not None:
        dire(f"à vérifier de nouveau / to check again: {heure(verdict.reverifier_le)}")


def _verdict(verdict: Verdict) -> dict[str, object]:
    faits = {name: getattr(verdict, name) for name in ("decision", "le", "sha256", "sujet", "fin", "reverifier_le")}
    return faits | {"lignes": [en_json(one) for one in verdict.lignes]}


def _faits(ctx: Contexte, one: CertificatPartenaire, now: datetime) -> dict[str, object]:
    verdict = dernier_verdict(ctx.engine, one.id)
    names = ("empreinte", "etat", "not_before", "not_after", "en_vigueur_de", "en_vigueur_jusqu", "depose_le", "par")
    faits = {name: getattr(one, name) for name in names} | {"en_vigueur": one.en_vigueur_au(now)}
    return faits | {
        "verdict": None if verdict is None else {"le": verdict.le, "decision": verdict.decision, "reverifier_le": verdict.reverifier_le}
    }


def _ligne(ctx: Contexte, code: str, one: CertificatPartenaire, now: datetime) -> tuple[object, ...]:
    verdict = dernier_verdict(ctx.engine, one.id)
    dit = None if verdict is None else f"{verdict.decision} {heure(verdict.le)}"
    jours = (one.not_after - now).days
    return code, one.empreinte[:12] + "…", one.etat, heure(one.not_after), jours, heure(_valable(one)), dit


def _valable(one: CertificatPartenaire) -> datetime:
    return one.not_after if one.en_vigueur_jusqu is None else min(one.en_vigueur_jusqu, one.not_after)


def _juge(ctx: Contexte) -> Verificateur:
    return verificateur(ctx.reglages, ctx.engine, ctx.horloge)


def _geste(ctx: Contexte, par: str | None, motif: str | None) -> Geste:
    return Geste(par or getpass.getuser(), ctx.horloge(), motif)


def _codes(ctx: Contexte, code: str | None) -> list[str]:
    return [one.code_application for one in fiches(ctx.engine)] if code is None else [code]


def _instant(texte: str) -> datetime:
    """Read an ISO 8601 date; without time zone it is one of Paris."""
    lu = lire_instant(texte)
    if lu is None:
        raise ErreurUsage(f"{texte!r} n'est pas une date ISO 8601 / is not an ISO 8601 date", date=texte)
    return lu


def _jours(jours: int | None) -> timedelta | None:
    return None if jours is None else timedelta(days=jours)
