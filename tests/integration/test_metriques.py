"""Metrics tell what the ledger holds, on a real one, in the text that Prometheus reads and by OTLP."""

import http.server
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, event, text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.errors import ErreurUsage
from flux.metriques import MESURES, Releve
from flux.registre.battements import battre
from flux.registre.connexion import creer_moteur
from tests.integration.test_etapes import Maison, maison
from tests.marqueur import MARQUEUR, facture_marquee
from tests.services import port_libre

__all__ = ["maison"]


def relever(engine: Engine, le: datetime | None = None) -> dict[tuple[str, ...], float]:
    """Return each value by its name and its labels' values."""
    registre = CollectorRegistry()
    reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=registre)
    Releve(engine, timedelta(days=1), lambda: le or datetime.now(UTC)).fournir([reader])
    return lire(generate_latest(registre).decode())


def lire(exposition: str) -> dict[tuple[str, ...], float]:
    return {
        (one.name, *(one.labels[label] for label in sorted(one.labels))): one.value
        for family in text_string_to_metric_families(exposition)
        for one in family.samples
    }


def test_flows_invoices_and_anomalies_are_told_by_state_and_by_rule(maison: Maison) -> None:
    maison.deposer(facture_marquee(maison.dossier, 1, partout=False))
    maison.deposer(facture_marquee(maison.dossier, 2, partout=True))
    maison.recevoir()
    now = maison.contexte.horloge()
    before = relever(maison.contexte.engine, now)
    assert (before["flux_flux_en_cours", "recu"], before["flux_file", "flux_sans_reponse"]) == (2, 2)
    assert 0 < before["flux_file_age_seconds", "flux_sans_reponse"] < 60
    maison.integrer()
    found = relever(maison.contexte.engine, now)
    assert not [one for one in found if one[0] == "flux_flux_en_cours"]
    assert (found["flux_flux_recus", "INTEGRE"], found["flux_flux_recus", "REJETE"]) == (1, 1)
    assert (found["flux_fichiers", "acceptees"], found["flux_fichiers", "rejetees"], found["flux_fichiers", "illisibles"]) == (1, 1, 0)
    told = dict(maison.lignes("SELECT rule, count(*) FROM anomalies WHERE severity = 'error' GROUP BY 1"))
    assert told
    assert {one[1]: value for one, value in found.items() if one[0] == "flux_anomalies" and one[2] == "error"} == told
    assert found["flux_file", "reponses_a_emettre"] == len(maison.lignes("SELECT 1 FROM sorties"))
    maison.emettre()
    found = relever(maison.contexte.engine, now)
    assert (found["flux_file", "reponses_a_emettre"], found["flux_file_age_seconds", "reponses_a_emettre"]) == (0, 0)
    assert found["flux_etape_reussites_total", "traiter"] == 1
    assert found["flux_etape_duree_paliers_total", "traiter", "+Inf"] == 1
    assert not [one for one in found if MARQUEUR in "".join(one)]
    later = relever(maison.contexte.engine, now + timedelta(days=3))
    assert not [one for one in later if one[0] in ("flux_flux_recus", "flux_factures", "flux_anomalies")]
    assert later["flux_sceau_retard_jours",] == 3


def test_the_days_of_certificates_are_told_by_record_and_the_least(maison: Maison) -> None:
    with maison.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE certificats_partenaire SET not_after = now() + interval '5 days'"))
    found = relever(maison.contexte.engine)
    assert found["flux_certificat_jours", "ABC123"] == found["flux_certificat_jours_min",] == pytest.approx(5, abs=0.1)


def test_a_ledger_that_does_not_answer_is_told_and_nothing_else() -> None:
    assert relever(creer_moteur("postgresql+psycopg://personne@127.0.0.1:1/rien")) == {("flux_registre_repond",): 0}


def test_a_collection_reads_the_ledger_once(registre: Engine) -> None:
    battre(registre, "recevoir", 0.2, reussie=True)
    asked: list[str] = []
    event.listen(registre, "before_cursor_execute", lambda _c, _cur, statement, *_: asked.append(statement))
    found = relever(registre)
    assert found["flux_registre_repond",] == 1
    assert len(asked) == len(set(asked)) < len(MESURES)


class _Collecteur(http.server.BaseHTTPRequestHandler):
    recus: list[bytes] = []  # noqa: RUF012  # one collector a test run

    def do_POST(self) -> None:
        self.recus.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def collecteur() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Collecteur) as serveur:
        threading.Thread(target=serveur.serve_forever, daemon=True).start()
        yield serveur.server_address[1]
        serveur.shutdown()


def test_the_command_answers_prometheus_and_sends_by_otlp(
    registre: Engine, url_registre: str, tmp_path: Path, collecteur: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = port_libre()
    for name, value in {
        "FLUX_BASE": url_registre, "FLUX_DOSSIER": str(tmp_path), "FLUX_METRIQUES_ADRESSE": f"127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collecteur}", "OTEL_METRIC_EXPORT_INTERVAL": "200",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    reglages.cache_clear()
    command = subprocess.Popen([sys.executable, "-m", "flux", "metriques", "--servir"], stderr=subprocess.PIPE, text=True)
    try:
        assert lire(CliRunner().invoke(app, ["metriques"]).stdout)["flux_registre_repond",] == 1
        assert command.stderr is not None
        url = command.stderr.readline().strip()
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert lire(answer.read().decode())["flux_registre_repond",] == 1
        taken = CliRunner().invoke(app, ["metriques", "--servir"])
        assert isinstance(taken.exception, ErreurUsage)
        assert "FLUX_METRIQUES_ADRESSE" in str(taken.exception)
        command.terminate()
        assert command.wait(60) == 0
    finally:
        reglages.cache_clear()
        command.kill()
        command.communicate()
    sent = ExportMetricsServiceRequest.FromString(_Collecteur.recus[-1])
    names = {metric.name for resource in sent.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics}
    assert "flux_registre_repond" in names
