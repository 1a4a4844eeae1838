"""Is the platform at work? Looks at what it needs and at what moves; each line says what to do. Nothing is changed.

Processes that live prove nothing: a step that must run beats in the ledger (:mod:`flux.registre.battements`), and what waits has an age.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from flux.config import Reglages
from flux.errors import ErreurFlux, ErreurTransport
from flux.registre.battements import Battement, battements
from flux.registre.bloques import DELAIS, flux_bloques
from flux.registre.migrations import derniere
from flux.registre.sante import etat, fins_de_certificat, revision
from flux.reglages_sante import SILENCES
from flux.sante.modele import Etat, Ligne, depasse, manque
from flux.transport import sftp as transport
from flux.transport.entrepot import Entrepot
from flux.transport.session import ouvrir_session
from flux.xsd.catalogue import verifier_tout
from raccordement.partenaires import partenaires

__all__ = ["Etat", "Ligne", "Patient", "examiner"]

_DU_REGISTRE = ("horloge", "battement", "bloques", "reponse", "sorties", "refus", "certificat")


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at. :ivar maintenant: aware, UTC."""

    reglages: Reglages
    engine: Engine
    entrepot: Entrepot
    maintenant: datetime


def examiner(patient: Patient, *, vite: bool = False) -> list[Ligne]:
    """Look at everything. :param vite: at the database and the heartbeats alone, for a probe that comes every few seconds."""
    lines = [_base(patient)]
    seen = lines[0].etat is not Etat.ROUGE
    if seen:
        for look in (_cadence,) if vite else (_cadence, _attentes, _certificats):
            lines += look(patient)
    else:
        lines += [Ligne(nom, Etat.ORANGE, "non regardé / not looked at") for nom in _DU_REGISTRE]
    return lines if vite else [*lines, _entrepot(patient), _sftp(patient, lines), _regles()]


def _base(patient: Patient) -> Ligne:
    wanted = derniere() or ""
    try:
        found = revision(patient.engine)
    except ErreurFlux as panne:
        return Ligne("base", Etat.ROUGE, str(panne), wanted)
    return Ligne("base", Etat.VERT if found == wanted else Etat.ROUGE, found or "—", wanted)


def _cadence(patient: Patient) -> Iterator[Ligne]:
    beats = battements(patient.engine)
    for etape, usual in SILENCES.items():
        limit = patient.reglages.sante.silences.get(etape, usual)
        yield _silence(etape, beats.get(etape), limit)


def _silence(etape: str, beat: Battement | None, limit: int) -> Ligne:
    if beat is None:
        return Ligne("battement", Etat.ROUGE, "jamais / never", duree(limit), etape)
    said = duree(beat.silence) + ("" if beat.vue else ", jamais vu / never seen") + (", échec / failure" if beat.en_echec else "")
    state = depasse(beat.silence, limit)
    return Ligne("battement", Etat.ORANGE if beat.en_echec and state is Etat.VERT else state, said, duree(limit), etape)


def _attentes(patient: Patient) -> Iterator[Ligne]:
    now, settings = patient.maintenant, patient.reglages
    found = etat(patient.engine)
    skew = abs((found.heure - now).total_seconds())
    yield Ligne("horloge", depasse(skew, settings.sante.ecart), f"{skew:.1f} s", f"{settings.sante.ecart:.0f} s")
    stuck = flux_bloques(patient.engine, now, settings.bloque_apres)
    flows = sorted({one.flux_id for one in stuck if one.flux_id is not None})
    named = f" : {', '.join(map(str, flows[:5]))}{'…' if len(flows) > 5 else ''}" if flows else ""
    yield Ligne("bloques", depasse(len(stuck), 0), f"{len(stuck)}{named}", "0")
    outbox = {**DELAIS, **settings.bloque_apres}["a_emettre"]
    for nom, since, limit in (("reponse", found.sans_reponse, settings.sante.reponse), ("sorties", found.a_emettre, outbox)):
        age = (now - since).total_seconds() if since else 0.0
        yield Ligne(nom, depasse(age, limit), duree(age) if since else "aucun / none", duree(limit))
    yield Ligne("refus", depasse(found.refus, 0), str(found.refus), "0")


def _certificats(patient: Patient) -> Iterator[Ligne]:
    limit = patient.reglages.sante.certificat
    for fiche, end in fins_de_certificat(patient.engine):
        days = (end - patient.maintenant).total_seconds() / 86400
        if (state := manque(days, limit)) is not Etat.VERT:  # those that last have no line: there may be thousands
            yield Ligne("certificat", state, f"{days:.0f} j", f"{limit} j", fiche)


def _entrepot(patient: Patient) -> Ligne:
    limit = patient.reglages.sante.place
    try:
        free = patient.entrepot.sonder()
    except ErreurFlux as panne:
        return Ligne("entrepot", Etat.ROUGE, str(panne))
    if free is None:
        return Ligne("entrepot", Etat.VERT, "écrit, relu / written, read")
    return Ligne("entrepot", manque(free, limit), f"{free / 1024**3:.1f} Gio", f"{limit / 1024**3:.1f} Gio")


def _sftp(patient: Patient, lines: list[Ligne]) -> Ligne:
    settings = patient.reglages.sante
    if settings.sftp is None or settings.sftp_cle is None or settings.sftp_cle_hote is None:
        seen = next((one for one in lines if one.objet == "recevoir"), None)
        said = f"vu par recevoir / seen by recevoir: {seen.valeur}" if seen else "non regardé / not looked at"
        return Ligne("sftp", seen.etat if seen else Etat.ORANGE, said, seen.limite if seen else "")
    refused = []
    try:
        known = partenaires(patient.engine)
        with ouvrir_session(settings.sftp, settings.sftp_cle, settings.sftp_cle_hote, settings.sftp_delai) as sftp:
            for one in known:
                for room in (transport.ENTREE, transport.SORTIE, transport.TRAITEMENT):
                    path = posixpath.join(patient.reglages.sftp_racine, one.dossier, room)
                    try:
                        there = transport.existe(sftp, path)
                        if there:
                            transport.lister(sftp, path)
                    except ErreurTransport:
                        there = False
                    if not there:
                        refused.append(path)
    except ErreurFlux as panne:
        return Ligne("sftp", Etat.ROUGE, str(panne))
    said = ", ".join(refused[:5]) + ("…" if len(refused) > 5 else "")
    return Ligne("sftp", depasse(len(refused), 0), said or f"{len(known)} partenaire(s) / partner(s)")


def _regles() -> Ligne:
    try:
        return Ligne("regles", Etat.VERT, f"{verifier_tout()} fichiers / files, SHA-256")
    except ErreurFlux as faute:
        return Ligne("regles", Etat.ROUGE, str(faute))


def duree(seconds: float) -> str:
    """Return an age in its greatest unit."""
    for size, unit in ((86400, "j"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
