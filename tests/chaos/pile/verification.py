"""Every promise, checked on what partners sent and got, on the ledger, on the store and on Airflow. Each breach is one sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy import Engine, text

from demo.partenaire import lire_retour, messages
from flux.enveloppe import NomFlux
from flux.errors import ErreurInvariant
from flux.parsers.cpp_statut import lire_cpp_statut
from flux.registre.bilan import verifier_bilan
from flux.registre.connexion import lecture
from flux.registre.entretien import lacunes
from flux.registre.journal_verification import verifier_journal
from flux.transport.entrepot import cle_de
from tests.chaos.pile.depots import Depot
from tests.chaos.pile.partenaire import Recu

_FLUX = """
SELECT p.dossier, f.nom, f.sha256, f.statut, f.acceptees, f.rejetees,
  (SELECT count(*) FROM factures v WHERE v.flux_id = f.id AND v.etat <> 'NON_CONFORME'),
  (SELECT count(*) FROM factures v WHERE v.flux_id = f.id AND v.etat = 'NON_CONFORME')
FROM flux f JOIN partenaires p ON p.id = f.partenaire_id
"""


@dataclass(slots=True)
class Constat:
    """What was counted, and the breaches by promise."""

    depots: int = 0
    redeposes: int = 0
    factures: int = 0
    repondus: int = 0
    reponses: int = 0
    redites: int = 0
    rompus: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def tenu(self) -> bool:
        """True when every promise holds."""
        return not any(self.rompus.values())


def verifier(engine: Engine, entrepot: Path, depots: Iterable[Depot], recus: Mapping[str, Mapping[str, Recu]]) -> Constat:
    """Check what does not need Airflow.

    :param entrepot: folder of the staging store. :param recus: partner → files fetched by name.
    """
    constat = Constat()
    depots = list(depots)
    constat.depots = sum(1 for one in depots if one.sur)
    constat.redeposes = sum(one.fois - 1 for one in depots if one.sur)
    for promesse, faute in _fautes(engine, entrepot, depots, recus, constat):
        constat.rompus[promesse].append(faute)
    return constat


def _fautes(
    engine: Engine, entrepot: Path, depots: list[Depot], recus: Mapping[str, Mapping[str, Recu]], constat: Constat
) -> Iterator[tuple[str, str]]:
    yield from _reponses(depots, recus, constat)
    yield from _registre(engine, depots, constat)
    yield from _statuts(depots, recus)
    yield from _numeros(recus)
    for depot in depots:
        kept = entrepot / cle_de(depot.sha256)
        if depot.sur and (not kept.is_file() or sha256(kept.read_bytes()).hexdigest() != depot.sha256):
            yield "original", f"{depot.nom} : l'original n'est plus dans l'entrepôt, ou n'est plus le même"
    for alteration in verifier_journal(engine):
        yield "journal", str(alteration)
    try:
        verifier_bilan(engine)
    except ErreurInvariant as rompu:
        yield "bilan", str(rompu)
    trouvees = lacunes(engine, datetime.now(tz=UTC) + timedelta(days=1))
    for quoi in ("trous", "refus"):
        for one in getattr(trouvees, quoi):
            yield "trou", f"{quoi} : {one}"


def _reponses(  # noqa: C901  # one check after the other
    depots: list[Depot], recus: Mapping[str, Mapping[str, Recu]], constat: Constat
) -> Iterator[tuple[str, str]]:
    """One feedback a flow, under one name, with one content, and the right one."""
    retours: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for compte, fichiers in recus.items():
        constat.reponses += len(fichiers)
        for nom, recu in fichiers.items():
            constat.redites += recu.fois - 1
            if len(recu.empreintes) > 1:
                yield "contenu", f"{nom} : {len(recu.empreintes)} contenus différents"
            if nom.startswith("CSO"):
                lu = lire_retour(recu.contenu)
                retours[compte, lu.id_flux].append((nom, lu.id_statut))
    for depot in depots:
        trouves = retours.pop((depot.partenaire, depot.cle), [])
        constat.repondus += bool(trouves)
        if not trouves and depot.sur:
            yield "sans réponse", f"{depot.nom} ({depot.sorte}) : aucun retour"
        # A name outside the grammar bears no flow id: each deposit of it is a flow, with its own answer.
        if len(trouves) > (1 if NomFlux.lire(depot.nom) else max(1, depot.essais)):
            yield "double réponse", f"{depot.nom} : {len(trouves)} retours {sorted(nom for nom, _ in trouves)}"
        for nom, statut in trouves:
            if statut != depot.statut:
                yield "autre réponse", f"{depot.nom} : {nom} dit {statut}, attendu {depot.statut}"
    for (compte, cle), trouves in retours.items():
        yield "réponse sans dépôt", f"{compte} {cle} : {trouves}"


def _registre(engine: Engine, depots: list[Depot], constat: Constat) -> Iterator[tuple[str, str]]:
    """One flow a deposit that is no repetition, with its invoices, each once."""
    lignes: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    with lecture(engine, "chaos") as conn:
        for compte, nom, empreinte, *reste in conn.execute(text(_FLUX)):
            lignes[compte, nom, empreinte].append(reste)
        constat.factures = conn.execute(text("SELECT count(*) FROM factures")).scalar_one()
    for depot in depots:
        trouves = lignes.get((depot.partenaire, depot.nom, depot.sha256), [])
        premiers = [one for one in trouves if one[0] != "REPETE"]
        if not trouves and depot.sur:
            yield "perdu", f"{depot.nom} ({depot.sorte}) : pas au registre"
        if len(premiers) > 1 and NomFlux.lire(depot.nom) is not None:
            yield "doublé", f"{depot.nom} : {len(premiers)} flux"
        for statut, _, _, acceptees, rejetees in premiers:
            if (acceptees, rejetees) != (depot.acceptees, depot.rejetees):
                quoi = "perdu" if acceptees + rejetees < depot.acceptees + depot.rejetees else "doublé"
                attendu = f"attendu {depot.acceptees} et {depot.rejetees}"
                yield quoi, f"{depot.nom} ({statut}) : {acceptees} factures acceptées et {rejetees} rejetées, {attendu}"


def _statuts(depots: list[Depot], recus: Mapping[str, Mapping[str, Recu]]) -> Iterator[tuple[str, str]]:
    """The lifecycle files say once of each invoice that it is deposited or refused, and miss none."""
    for compte, fichiers in recus.items():
        dits: Counter[tuple[str | None, str]] = Counter()
        for nom, recu in fichiers.items():
            if nom.startswith("FSO1301A"):
                for root in messages(recu.contenu):
                    dits.update((lu.numero, lu.code) for lu in lire_cpp_statut(etree.ElementTree(root).getroot()))
        for (numero, code), fois in dits.items():
            if fois > 1:
                yield "statut doublé", f"{compte} : facture {numero}, statut {code}, dit {fois} fois"
        attendus = {"01": sum(one.acceptees for one in depots if one.partenaire == compte and (one.sur or one.cle in _cles(fichiers)))}
        trouves = sum(1 for _, code in dits if code == "01")
        if trouves < attendus["01"]:
            yield "statut manquant", f"{compte} : {trouves} factures dites déposées sur {attendus['01']}"


def _cles(fichiers: Mapping[str, Recu]) -> set[str]:
    return {lire_retour(recu.contenu).id_flux for nom, recu in fichiers.items() if nom.startswith("CSO")}


def _numeros(recus: Mapping[str, Mapping[str, Recu]]) -> Iterator[tuple[str, str]]:
    """A partner's files are numbered 1, 2, 3… and it got them all."""
    for compte, fichiers in recus.items():
        numeros = {int(nom[-15:]) % 10**9 for nom in fichiers}
        if manquent := sorted(set(range(1, len(numeros) + 1)) - numeros):
            yield "trou", f"{compte} : numéros {manquent[:10]} jamais reçus"


def verifier_airflow(runs: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """All DAG runs ended, and none is red."""
    for run in runs:
        if run["state"] in {"queued", "running"}:
            yield "exécution sans fin", f"{run['dag_id']} {run['dag_run_id']} : {run['state']}"
        elif run["state"] == "failed":
            yield "exécution rouge", f"{run['dag_id']} {run['dag_run_id']}"
