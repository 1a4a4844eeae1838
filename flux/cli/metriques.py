"""``flux metriques``: what the ledger holds, for a monitor."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta
from typing import Annotated
from wsgiref.simple_server import WSGIServer

import typer
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from prometheus_client import CollectorRegistry, generate_latest, start_http_server

from flux.cli.ecran import dire, ecrire_document
from flux.config import reglages
from flux.contexte import maintenant
from flux.errors import ErreurUsage
from flux.metriques import Releve
from flux.registre.connexion import moteur

#: Standard variables of OpenTelemetry: one of them set, metrics leave by OTLP too.
OTLP = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def metriques(
    servir: Annotated[
        bool, typer.Option("--servir", help="Répondre à Prometheus jusqu'à l'arrêt. / Answer Prometheus until stopped.")
    ] = False,
) -> None:
    """Écrire les métriques une fois, ou les servir. / Write the metrics once, or serve them.

    Avec --servir et OTEL_EXPORTER_OTLP_ENDPOINT, elles partent aussi par OTLP (HTTP). / With that variable they leave by OTLP too.
    """
    settings = reglages()
    registre = CollectorRegistry()
    serveur = _ecouter(settings.metriques_adresse, registre) if servir else None
    lecteurs: list[MetricReader] = [PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=registre)]
    if serveur is not None and any(os.environ.get(one) for one in OTLP):
        lecteurs.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
    releve = Releve(moteur(settings), timedelta(seconds=settings.metriques_fenetre), maintenant)
    fournisseur = releve.fournir(lecteurs)
    if serveur is None:
        ecrire_document(generate_latest(registre).decode())
        return
    arret = threading.Event()
    for un in (signal.SIGINT, signal.SIGTERM):
        signal.signal(un, lambda *_: arret.set())
    dire(f"http://{settings.metriques_adresse}/metrics", err=True)
    arret.wait()
    serveur.shutdown()
    fournisseur.shutdown()


def _ecouter(adresse: str, registre: CollectorRegistry) -> WSGIServer:
    hote, _, port = adresse.rpartition(":")
    try:
        return start_http_server(int(port), hote, registre)[0]
    except OSError as panne:
        raise ErreurUsage(
            f"{adresse} : adresse refusée ou prise / refused or in use ({panne.strerror}) : FLUX_METRIQUES_ADRESSE", adresse=adresse
        ) from panne
