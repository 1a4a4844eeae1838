"""Metrics of the platform, read from the ledger at each collection: OpenTelemetry instruments, for Prometheus and for OTLP.

Nothing is counted in the processes: a worker that dies takes no number with it, and one exporter tells all. One collection reads the ledger
once. No label holds a text of a partner: states, rules, steps, and application codes are all there is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from sqlalchemy import Engine

from flux.errors import ErreurRegistre
from flux.modele.temps import PARIS
from flux.referentiel.anomalies import CATALOGUE
from flux.registre.battements import PALIERS, battements
from flux.registre.journal_sceaux import premier_jour_sans_sceau
from flux.registre.mesures import mesurer
from flux.registre.sante import fins_de_certificat

#: Seconds for which one look at the ledger serves: all instruments of a collection, and both readers when there are two.
FRAICHEUR = 1.0
#: Records told one by one at most, those whose certificate ends first.
FICHES_MAX = 500

#: Number of an official rule, as its publisher writes it: as many as the pinned files hold, some hundreds.
_NUMERO = re.compile(r"[A-Z][A-Za-z0-9_.-]{0,39}")

Valeurs = dict[str, list[Observation]]


@dataclass(frozen=True, slots=True)
class Mesure:
    """One instrument. :ivar total: it only grows."""

    nom: str
    quoi: str
    unite: str = ""
    total: bool = False


MESURES: Sequence[Mesure] = (
    Mesure("flux_registre_repond", "1 when the ledger answered this collection, else 0: then nothing else is told"),
    Mesure("flux_flux_en_cours", "Flows not answered yet, by state"),
    Mesure("flux_flux_recus", "Flows received in the window, by outcome"),
    Mesure("flux_fichiers", "Invoices and files of statuses of the answered flows of the window, by decision"),
    Mesure("flux_factures", "Invoices of the flows of the window, by present status"),
    Mesure("flux_anomalies", "Faults told in the window, by rule (of the catalogue, or official) and severity"),
    Mesure("flux_file", "What waits, by queue"),
    Mesure("flux_file_age", "Age of the oldest that waits, by queue; 0 when none does", "s"),
    Mesure("flux_etape_silence", "Time since a step last ended well", "s"),
    Mesure("flux_etape_reussites", "Runs of a step that ended well", total=True),
    Mesure("flux_etape_echecs", "Runs of a step that failed", total=True),
    Mesure("flux_etape_duree", "Time spent in a step", "s", total=True),
    Mesure("flux_etape_duree_paliers", "Runs of a step that lasted at most `le` seconds", total=True),
    Mesure("flux_certificat_jours_min", "Days until the first end of a record's last certificate in force"),
    Mesure("flux_certificat_jours", f"Days until the end of a record's last certificate in force; the {FICHES_MAX} records that end first"),
    Mesure("flux_sceau_retard_jours", "Whole days (Paris) of the journal that ended without their seal"),
)


@dataclass(slots=True)
class Releve:
    """The instruments of one process. :ivar fenetre: how far back received flows are counted. :ivar horloge: returns aware UTC times."""

    engine: Engine
    fenetre: timedelta
    horloge: Callable[[], datetime]
    _lu: Valeurs = field(default_factory=dict)
    _le: datetime | None = None

    def fournir(self, lecteurs: Sequence[MetricReader]) -> MeterProvider:
        """Return a provider whose readers collect every instrument. The standard ``OTEL_…`` variables name the resource."""
        provider = MeterProvider(lecteurs, resource=Resource.create({"service.name": "chorus-flux"}))
        meter = provider.get_meter("flux")
        for one in MESURES:
            self._ajouter(meter, one)
        return provider

    def _ajouter(self, meter: Meter, one: Mesure) -> None:
        def observer(_options: CallbackOptions) -> Sequence[Observation]:
            return self._valeurs().get(one.nom, [])

        creer = meter.create_observable_counter if one.total else meter.create_observable_gauge
        creer(one.nom, callbacks=[observer], unit=one.unite, description=one.quoi)

    def _valeurs(self) -> Valeurs:
        now = self.horloge()
        if self._le is None or not timedelta() <= now - self._le <= timedelta(seconds=FRAICHEUR):
            self._lu = _lire(self.engine, now, now - self.fenetre)
            self._le = self.horloge()
        return self._lu


def _lire(engine: Engine, now: datetime, depuis: datetime) -> Valeurs:
    found: Valeurs = {}
    try:
        for read in (_travail, _etapes, _certificats, _sceau):
            for nom, valeur, labels in read(engine, now, depuis):
                found.setdefault(nom, []).append(Observation(valeur, labels))
    except ErreurRegistre:
        return {"flux_registre_repond": [Observation(0)]}
    return found | {"flux_registre_repond": [Observation(1)]}


Releves = Iterator[tuple[str, float, dict[str, str]]]


def _travail(engine: Engine, now: datetime, depuis: datetime) -> Releves:
    found = mesurer(engine, depuis)
    for etat, nombre in found.en_cours.items():
        yield "flux_flux_en_cours", nombre, {"etat": etat}
    for statut, nombre in found.flux.items():
        yield "flux_flux_recus", nombre, {"statut": statut}
    for decision, nombre in found.decisions.items():
        yield "flux_fichiers", nombre, {"decision": decision}
    for statut, nombre in found.factures.items():
        yield "flux_factures", nombre, {"statut": statut}
    regles: dict[tuple[str, str], int] = {}
    for (rule, severity), nombre in found.anomalies.items():
        cle = (rule if rule in CATALOGUE or _NUMERO.fullmatch(rule) else "autre", severity)
        regles[cle] = regles.get(cle, 0) + nombre
    for (regle, severite), nombre in regles.items():
        yield "flux_anomalies", nombre, {"regle": regle, "severite": severite}
    for file, one in found.files.items():
        yield "flux_file", one.nombre, {"file": file}
        yield "flux_file_age", (now - one.depuis).total_seconds() if one.depuis else 0.0, {"file": file}


def _etapes(engine: Engine, _now: datetime, _depuis: datetime) -> Releves:
    for nom, one in battements(engine).items():
        labels = {"etape": nom}
        yield "flux_etape_silence", one.silence, labels
        yield "flux_etape_reussites", one.reussites, labels
        yield "flux_etape_echecs", one.echecs, labels
        yield "flux_etape_duree", one.secondes, labels
        for le, nombre in zip((*map(str, PALIERS), "+Inf"), accumulate(one.paliers), strict=True):
            yield "flux_etape_duree_paliers", nombre, labels | {"le": le}


def _certificats(engine: Engine, now: datetime, _depuis: datetime) -> Releves:
    ends = [(fiche, (end - now).total_seconds() / 86400) for fiche, end in fins_de_certificat(engine)]
    if ends:
        yield "flux_certificat_jours_min", ends[0][1], {}
    for fiche, days in ends[:FICHES_MAX]:
        yield "flux_certificat_jours", days, {"partenaire": fiche}


def _sceau(engine: Engine, now: datetime, _depuis: datetime) -> Releves:
    first = premier_jour_sans_sceau(engine)
    yield "flux_sceau_retard_jours", max((now.astimezone(PARIS).date() - first).days, 0) if first else 0, {}
