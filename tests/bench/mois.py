"""A simulated month: every invoice goes through six statuses, day after day, and each change leaves in grouped files.

``python -m tests.bench.mois --factures 100000`` runs it in a ledger of its own and prints one JSON line: rates, peak memory, files.
It stops at the first hole, the first double and the first message lost, and when the journal does not tell what the ledger says. ``journal_share``: what part of the time of the changes, and of that
of the grouped files, telling the journal takes.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.cycle_de_vie import Issue
from flux.etapes import groupage, grouper
from flux.modele.journal import Evenement, Genre
from flux.registre.connexion import creer_moteur, transaction
from flux.registre.embarque import adresse, arreter
from flux.registre.entretien import lacunes
from flux.registre.journal import inscrire
from flux.registre.journal_verification import verifier_journal
from flux.registre.migrations import migrer
from flux.registre.statuts import Cahier, Cle, Demande, tenir
from flux.registre.valeurs import StatutPose
from flux.transport.entrepot import Entrepot
from raccordement.exemple import creer_partenaire
from tests.memoire import pic_kio

FACTURES, PARTENAIRES, PAR_FLUX, PAR_PAQUET = 5_000, 20, 500, 2_000
STATUTS = (
    "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION", "PRISE_EN_COMPTE_DESTINATAIRE", "SERVICE_FAIT", "MANDATEE", "MISE_EN_PAIEMENT",
)  # fmt: skip
JOURS = 30
DEBUT = datetime(2026, 11, 1, 6, tzinfo=UTC)
_SEMER = """
INSERT INTO flux (partenaire_id, nom, reclamation, sha256, taille, recu_le, interface, etat, statut, membres)
SELECT 1 + mod(n, :p), 'FLUX-' || n, 'r-' || n, repeat('a', 64), 1, :le, 'FSO1140A', 'repondu', 'INTEGRE', :k
FROM generate_series(1, :flux) n;
INSERT INTO membres (flux_id, rang, nom, taille, decision)
SELECT f.id, n, n || '.xml', 100, 'accepted' FROM flux f, generate_series(0, :k - 1) n;
INSERT INTO factures (flux_id, membre_rang, partenaire_id, etat, numero, date_emission, annee, type_code, devise, fournisseur_schema,
  fournisseur_id, fournisseur_siren, fournisseur_nom, fournisseur_pays, destinataire_id, destinataire_nom, cadre, ht, tva, ttc,
  net_a_payer, detail)
SELECT f.id, n, f.partenaire_id, 'DEPOSEE', 'F' || f.id || '-' || n, '2026-10-30', 2026, '380', 'EUR', '0009', '10000000900015',
  '100000009', 'Atelier Lumière', 'FR', '20000000800012', 'Commune', 'A1', 100, 20, 120, 120, '{}'
FROM flux f, generate_series(0, :k - 1) n;
INSERT INTO statuts (flux_id, membre_rang, rang, code, horodatage)
SELECT flux_id, membre_rang, 0, 'DEPOSEE', :le FROM factures
"""

# The flow of a deposited file of statuses, of one batch.
_DEPOSER = """
WITH f AS (INSERT INTO flux (partenaire_id, nom, reclamation, sha256, taille, recu_le, interface, etat, statut, membres)
  SELECT 1, 'STATUTS-' || n, 's-' || n, repeat('b', 64), 1, :le, 'FSO1301A', 'repondu', 'INTEGRE', 1
  FROM (SELECT count(*) AS n FROM flux) c RETURNING id),
b AS (INSERT INTO tranches (flux_id, rang, cle, nombre, octets, etat) SELECT id, 0, 't/' || id, 1, 1, 'traitee' FROM f RETURNING flux_id)
INSERT INTO membres (flux_id, rang, nom, taille, decision, tranche_rang) SELECT flux_id, 0, 's.xml', :n, 'accepted', 0 FROM b RETURNING flux_id
"""


class _Horloge:
    """The day of the month that is played."""

    def __init__(self) -> None:
        self.instant = DEBUT

    def __call__(self) -> datetime:
        return self.instant


class _Part:
    """Seconds spent in a function, the server's answers included, wherever its name is put in place of it."""

    def __init__(self, action: Callable[..., Any]) -> None:
        self.action, self.secondes = action, 0.0

    def __call__(self, *args: object) -> Any:
        start = time.perf_counter()
        try:
            return self.action(*args)
        finally:
            self.secondes += time.perf_counter() - start


def _semer(engine: Engine, factures: int) -> int:
    """Put integrated invoices into the ledger, as tranches would; return how many."""
    flows = -(-factures // PAR_FLUX)
    for n in range(PARTENAIRES):
        creer_partenaire(engine, f"BAN{n:03d}", f"Banc {n}", f"ban{n:03d}", DEBUT)
    values = {"p": PARTENAIRES, "flux": flows, "k": PAR_FLUX, "le": DEBUT}
    with engine.begin() as conn:
        for statement in _SEMER.split(";\n"):
            conn.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})
        inscrire(conn, [Evenement(n, Genre.REPRISE, "", {}, DEBUT) for n in range(1, flows + 1)])
        conn.execute(text("ANALYZE"))
    return flows * PAR_FLUX


def _jour(rang: int, jour: int, factures: int) -> Iterator[tuple[Cle, str]]:
    """Yield what is said on one day: each invoice hears of its next status every fifth day, on a day of its own."""
    step = jour // (JOURS // len(STATUTS))
    for n in range(rang, factures, JOURS // len(STATUTS)):
        yield (1 + n // PAR_FLUX, n % PAR_FLUX), STATUTS[step]


def _poser(engine: Engine, said: list[tuple[Cle, str]], le: datetime, dire: _Part) -> None:
    """Apply what one file of statuses says, as its batch would."""
    with transaction(engine, "banc") as conn:
        held = tenir(conn, [cle for cle, _ in said])
        source = conn.execute(text(_DEPOSER), {"le": le, "n": len(said)}).scalar_one()
        cahier = Cahier(le)
        for rank, (cle, code) in enumerate(said, 1):
            answer = cahier.noter(held[cle], Demande(StatutPose(code, le), "banc", source=(source, 0, rank)))
            assert answer.issue is Issue.APPLIQUE, (cle, code, answer)
        cahier.ecrire(conn)
        dire(conn, [Evenement(source, Genre.REPRISE, "", {}, le), *cahier.inscriptions(f"flux {source} tranche 0")])


def jouer(base: str, dossier: Path, factures: int) -> dict[str, object]:
    """Play the month; return figures."""
    engine, clock = creer_moteur(base), _Horloge()
    contexte = Contexte(Reglages(dossier=dossier, groupage_delai=0), engine, Entrepot(str(dossier / "entrepot")), clock)
    factures = _semer(engine, factures)
    posing = grouping = 0.0
    told_of = [_Part(inscrire), _Part(groupage.dire_envoi)]
    groupage.dire_envoi = told_of[1]
    files = 0
    for day in range(JOURS):
        start = time.perf_counter()
        told = _jour(day % (JOURS // len(STATUTS)), day, factures)
        while said := list(islice(told, PAR_PAQUET)):
            _poser(engine, said, clock.instant, told_of[0])
        mark = time.perf_counter()
        files += grouper(contexte)
        posing, grouping = posing + mark - start, grouping + time.perf_counter() - mark
        clock.instant += timedelta(days=1)
    changes = factures * len(STATUTS)
    messages = _verifier(engine, changes, files)
    return {
        "invoices": factures, "changes": changes, "messages": messages, "files": files,
        "changes_per_s": round(changes / posing), "messages_per_s": round(messages / grouping),
        "journal_share": [round(one.secondes / whole, 3) for one, whole in zip(told_of, (posing, grouping), strict=True)],
        "rss_mib": pic_kio() // 1024,
    }  # fmt: skip


def _verifier(engine: Engine, changes: int, files: int) -> int:
    """Hold that every change left once on every interface that has a code for it, in files numbered without holes."""
    with engine.connect() as conn:
        one = conn.execute(
            text(
                "SELECT (SELECT count(*) FROM envois), (SELECT count(*) FROM envois WHERE sortie_id IS NULL), "
                "(SELECT coalesce(sum(elements), 0) FROM sorties), (SELECT count(*) FROM sorties), (SELECT sum(dernier) FROM numeros), "
                "(SELECT count(DISTINCT interface) FROM envois)"
            )
        ).one()
    planned, waiting, inside, written, numbers, interfaces = one
    assert planned == inside == changes * interfaces, one
    assert waiting == 0, one
    assert written == numbers == files, one
    found = lacunes(engine, DEBUT)
    assert not found, found
    altered = verifier_journal(engine)
    assert not altered, altered[:3]
    return int(planned)


def mesurer(factures: int = FACTURES) -> dict[str, object]:
    """Play the month in a process of its own, so that the peak of memory is its own; return the figures."""
    command = [sys.executable, "-m", "tests.bench.mois", "--factures", str(factures)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def dire(found: dict[str, object]) -> str:
    """Return the figures as one line a person reads."""
    return (
        f"mois simulé : {found['invoices']} factures × {len(STATUTS)} statuts, {found['changes_per_s']} changements/s, "
        f"{found['messages_per_s']} messages/s, {found['files']} fichiers, {found['rss_mib']} Mio ; ni trou ni doublon"
    )


def principal() -> None:
    """Play one month, print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--factures", type=int, default=FACTURES)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    folder = Path(tempfile.mkdtemp(prefix="flux-mois-"))
    try:
        base = adresse(folder)
        migrer(creer_moteur(base))
        sys.stdout.write(json.dumps(jouer(base, folder, given.factures)) + "\n")
    finally:
        arreter(folder)
        shutil.rmtree(folder)


if __name__ == "__main__":
    principal()
