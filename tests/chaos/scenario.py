"""What partners deposit, in waves: each waits until the one before is answered."""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from gzip import GzipFile
from pathlib import Path

from sqlalchemy import Engine

from flux.emitters.fso1301a import ecrire_fso1301a
from flux.fabrique import DESTINATAIRES, Demande, ecrire_exemple, ecrire_ubl, fabriquer_facture
from flux.modele.facture import Facture
from flux.modele.statut import Acteur, Statut
from flux.registre.representations import representer
from raccordement.exemple import creer_partenaire
from tests.chaos.promesses import Depose
from tests.unit.emitters.exemples import enveloppe

#: The first process's clock stands here, those after it two minutes later each.
DEBUT = datetime(2026, 11, 23, 9, tzinfo=UTC)
#: What the clock gains with each wave.
PAR_VAGUE = timedelta(hours=2)
EMETTEUR, SECOND, RECEVEUR = "abc123", "def456", "xyz789"
PARTENAIRES = {EMETTEUR: "ABC123", SECOND: "DEF456", RECEVEUR: "XYZ789"}

Vagues = list[list[Depose]]


def peupler(engine: Engine) -> None:
    """Make the partners of an empty ledger; the last one speaks for every structure."""
    made = {one: creer_partenaire(engine, code, f"Partenaire {code}", one, DEBUT) for one, code in PARTENAIRES.items()}
    for one in DESTINATAIRES:
        representer(engine, one.siret, made[RECEVEUR].id)


def vagues(graine: int) -> Vagues:
    """Return the deposits of a seed: the same bytes for the same seed."""
    with tempfile.TemporaryDirectory() as folder:
        ou = Path(folder)
        bons = [fabriquer_facture(graine, rang, 1, date(2026, 9, 30), avoir=False) for rang in range(4)]
        tout = _fichier(ou, graine, 1, factures=4)
        return [
            [
                Depose(EMETTEUR, _nom("FSO1140A", "ABC123", 101), _archive(*map(ecrire_ubl, bons), b"<Invoice")),
                Depose(EMETTEUR, tout.name, tout.read_bytes()),  # four invoices, the first at fault
                Depose(EMETTEUR, _nom("FSO1140A", "ABC123", 102), b"\x1f\x8bnot an archive"),
                Depose(EMETTEUR, "facture.xml", ecrire_ubl(bons[1])),
                Depose(EMETTEUR, os.fsdecode(b"re\xe7u.xml"), b"<vide/>"),
                Depose(SECOND, _nom("FSO1140A", "DEF456", 1), ecrire_ubl(fabriquer_facture(graine + 1, 9, 1, date(2026, 9, 30), avoir=False))),
            ],
            [
                Depose(RECEVEUR, _nom("FSO1301A", "XYZ789", 1), _statuts(
                    _dire(bons[0], "SUSPENDUE", 60), _dire(bons[1], "MISE_A_DISPOSITION", 61), _dire(bons[1], "MANDATEE", 62),
                    replace(_dire(bons[2], "MANDATEE", 63), numero="INCONNUE"))),
                Depose(EMETTEUR, _nom("FSO1140A", "ABC123", 103), _archive(*map(ecrire_ubl, bons[:2]))),  # stored already
                Depose(EMETTEUR, tout.name, tout.read_bytes()),  # the same again: its answers leave again
            ],
            [
                Depose(EMETTEUR, _nom("FSO1301A", "ABC123", 2), _statuts(_dire(bons[0], "COMPLETEE", 7200))),
                Depose(EMETTEUR, tout.name, ecrire_ubl(bons[0])),  # the same id, other bytes
            ],
        ]  # fmt: skip


def _nom(interface: str, code: str, sequence: int) -> str:
    return f"{interface}_{code}_{code}{interface[3:7]}{sequence:015d}"


def _fichier(ou: Path, graine: int, sequence: int, **demande: object) -> Path:
    given = {"lignes": 1, "avoirs": False, "defauts": ("montant-illisible",), "part_fautive": 0.25} | demande
    return ecrire_exemple(Demande(interface="FSO1140A", graine=graine + 100, sequence=sequence, **given), ou).chemin  # type: ignore[arg-type]


def _archive(*documents: bytes) -> bytes:
    out = io.BytesIO()
    with GzipFile(fileobj=out, mode="wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for n, data in enumerate(documents):
            member = tarfile.TarInfo(f"{n}.xml")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def _dire(facture: Facture, code: str, plus: int) -> Statut:
    return Statut(
        code, DEBUT + 2 * PAR_VAGUE - timedelta(minutes=20) + timedelta(seconds=plus), facture.numero, facture.date_emission, "380", DEBUT,
        Acteur(1, facture.vendeur.identifiant("0009"), facture.vendeur.nom, "FR"),
        Acteur(1, facture.siret_destinataire, facture.acheteur.nom), "Justificatif absent" if code == "SUSPENDUE" else None,
    )  # fmt: skip


def _statuts(*statuts: Statut) -> bytes:
    out = io.BytesIO()
    ecrire_fso1301a(out, enveloppe(), statuts, len(statuts))
    return out.getvalue()


def preparer(dossier: Path, prevu: Vagues) -> None:
    """Lay the waves out on disk: the first in the partners' ``in``, the others aside, each deposit with a date of its own."""
    for compte in PARTENAIRES:
        for place in ("in", "out", "traitement"):
            (dossier / "sftp" / compte / place).mkdir(parents=True)
    for n, vague in enumerate(prevu):
        for rang, one in enumerate(vague):
            ou = dossier / "attente" / str(n) / one.dossier
            ou.mkdir(parents=True, exist_ok=True)
            fichier = ou / one.nom
            fichier.write_bytes(one.contenu)
            quand = DEBUT.timestamp() - 86400 + n * 3600 + rang * 60
            os.utime(fichier, (quand, quand))
