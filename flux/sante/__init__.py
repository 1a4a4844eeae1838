"""Is the platform at work? Looks at what it needs and at what moves; each line says what to do. Nothing is changed.

Processes that live prove nothing: a step that must run beats in the ledger (:mod:`flux.registre.battements`), and what waits has an age.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from flux.errors import ErreurConfiguration, ErreurFlux, ErreurRegistre
from flux.modele.temps import PARIS, veille
from flux.registre.battements import Battement, attente_du_verdict, battements
from flux.registre.bloques import DELAIS, flux_bloques
from flux.registre.journal_sceaux import jours_sautes, premier_jour_sans_sceau
from flux.registre.mesures import files
from flux.registre.sante import fins_de_certificat, heure
from flux.reglages_sante import SILENCES
from flux.sante.base import base, en_panne
from flux.sante.modele import Etat, Ligne, Patient, depasse, duree, manque, non_regarde
from flux.sante.serveur import serveur
from flux.sante.sessions import sessions
from flux.transport.entrepot import Entrepot
from flux.xsd.catalogue import verifier_tout

__all__ = ["Etat", "Ligne", "Patient", "examiner"]

_DU_REGISTRE = ("horloge", "battement", "transaction", "bloques", "reponse", "sorties", "refus", "sceau", "certificat")
#: How long a day of the journal without seal of its own is still told.
_RAPPEL = timedelta(days=7)


def examiner(patient: Patient, *, vite: bool = False) -> list[Ligne]:
    """Look at everything. :param vite: at the database and the heartbeats alone, for a probe that comes every few seconds."""
    lines = [base(patient.engine)]
    try:
        if lines[0].etat is not Etat.ROUGE:
            for look in (_cadence,) if vite else (_cadence, sessions, _attentes, _sceau, _certificats):
                lines += look(patient)
    except ErreurRegistre as panne:  # a right that the role lacks, or a server that just went
        lines[0] = en_panne(panne, lines[0].limite)
    if lines[0].etat is Etat.ROUGE:
        seen = {one.nom for one in lines}
        lines += [non_regarde(nom) for nom in (("battement",) if vite else _DU_REGISTRE) if nom not in seen]
    return lines if vite else [*lines, _entrepot(patient), *serveur(patient, lines), _regles()]


def _cadence(patient: Patient) -> Iterator[Ligne]:
    beats = battements(patient.engine)
    for etape, usual in SILENCES.items():
        limit = patient.reglages.sante.silences.get(etape, usual)
        beat = beats.get(etape)
        if beat is not None and etape == "verdict":  # without a lot there is nothing to judge, however long
            beat = replace(beat, silence=attente_du_verdict(patient.engine))
        yield _silence(etape, beat, limit)


def _silence(etape: str, beat: Battement | None, limit: int) -> Ligne:
    if beat is None:
        return Ligne("battement", Etat.ROUGE, "jamais / never", duree(limit), etape)
    said = duree(beat.silence) + ("" if beat.vue else ", jamais vu / never seen") + (", échec / failure" if beat.en_echec else "")
    state = depasse(beat.silence, limit)
    return Ligne("battement", Etat.ORANGE if beat.en_echec and state is Etat.VERT else state, said, duree(limit), etape)


def _attentes(patient: Patient) -> Iterator[Ligne]:
    now, settings = patient.maintenant, patient.reglages
    skew = abs((heure(patient.engine) - now).total_seconds())
    yield Ligne("horloge", depasse(skew, settings.sante.ecart), f"{skew:.1f} s", f"{settings.sante.ecart:.0f} s")
    stuck = flux_bloques(patient.engine, now, settings.bloque_apres)
    flows = sorted({one.flux_id for one in stuck if one.flux_id is not None})
    named = f" : {', '.join(map(str, flows[:5]))}{'…' if len(flows) > 5 else ''}" if flows else ""
    yield Ligne("bloques", depasse(len(stuck), 0), f"{len(stuck)}{named}", "0")
    outbox = {**DELAIS, **settings.bloque_apres}["a_emettre"]
    waiting = files(patient.engine)
    for nom, file, limit in (("reponse", "flux_sans_reponse", settings.sante.reponse), ("sorties", "reponses_a_emettre", outbox)):
        since = waiting[file].depuis
        age = (now - since).total_seconds() if since else 0.0
        yield Ligne(nom, depasse(age, limit), duree(age) if since else "aucun / none", duree(limit))
    refused = waiting["messages_refuses"].nombre
    yield Ligne("refus", depasse(refused, 0), str(refused), "0")


def _sceau(patient: Patient) -> Iterator[Ligne]:
    """A day's seal is due at the midnight (Paris) that ends it; the first, of the day of the first entry.

    One that a later day's seal answers for was not held by any seal meanwhile: it is told for a week.
    """
    limit = patient.reglages.sante.sceau
    found = premier_jour_sans_sceau(patient.engine)
    late = 0.0
    if found is not None:
        due = datetime.combine(found + timedelta(days=1), time(), PARIS)
        late = max((patient.maintenant - due).total_seconds(), 0.0)
    state, said = depasse(late, limit), f"{found}" if late else "aucun / none"
    if state is not Etat.ROUGE and (skipped := jours_sautes(patient.engine, veille(patient.maintenant) - _RAPPEL)):
        state, said = Etat.ORANGE, f"sauté / skipped: {', '.join(map(str, skipped))}"
    yield Ligne("sceau", state, said, duree(limit))


def _certificats(patient: Patient) -> Iterator[Ligne]:
    limit = patient.reglages.sante.certificat
    for fiche, end in fins_de_certificat(patient.engine):
        days = (end - patient.maintenant).total_seconds() / 86400
        if (state := manque(days, limit)) is not Etat.VERT:  # those that last have no line: there may be thousands
            yield Ligne("certificat", state, f"{days:.0f} j", f"{limit} j", fiche)


def _entrepot(patient: Patient) -> Ligne:
    limit = patient.reglages.sante.place
    try:
        free = (patient.entrepot or Entrepot.depuis(patient.reglages)).sonder()
    except ErreurConfiguration as faute:
        return Ligne("entrepot", Etat.ROUGE, str(faute), cas="reglage")
    except ErreurFlux as panne:
        return Ligne("entrepot", Etat.ROUGE, str(panne))
    if free is None:
        return Ligne("entrepot", Etat.VERT, "écrit, relu / written, read")
    return Ligne("entrepot", manque(free, limit), f"{free / 1024**3:.1f} Gio", f"{limit / 1024**3:.1f} Gio")


def _regles() -> Ligne:
    try:
        return Ligne("regles", Etat.VERT, f"{verifier_tout()} fichiers / files, SHA-256")
    except ErreurFlux as faute:
        return Ligne("regles", Etat.ROUGE, str(faute))
