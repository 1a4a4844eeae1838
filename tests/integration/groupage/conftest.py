"""A platform whose lifecycle files are grouped: its steps on a real ledger, its clock, what its partners find."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.cycle_de_vie import Issue
from flux.etapes import ouvrir, repondre, traiter
from flux.fabrique import Demande as Exemple
from flux.fabrique import ecrire_exemple
from flux.modele.statut import Motif
from flux.registre.bilan import verifier_bilan
from flux.registre.entretien import lacunes
from flux.registre.journal_verification import verifier_journal
from flux.registre.representations import representer
from flux.registre.statuts import Demande, poser_statut
from flux.registre.valeurs import StatutPose
from flux.transport.entrepot import Entrepot
from raccordement.exemple import creer_partenaire
from tests.bench.chemin import enregistrer

LE = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class Horloge:
    instant: datetime = LE

    def __call__(self) -> datetime:
        return self.instant


@dataclass
class Plateforme:
    contexte: Contexte
    dossier: Path
    sequence: int = 0
    mairie: int | None = None

    def representer(self) -> None:
        """Make the town hall's partner receive the invoices of every structure that the ledger knows."""
        for (siret,) in self.lignes("SELECT DISTINCT destinataire_id FROM factures"):
            representer(self.contexte.engine, str(siret), self.mairie)

    def integrer(self, factures: int = 3, interface: str = "FSO1140A", **demande: object) -> int:
        """Deposit, judge and answer a flow; return its id."""
        self.sequence += 1
        given = {
            "interface": interface,
            "factures": factures,
            "graine": self.sequence,
            "sequence": self.sequence,
            "avoirs": False,
        } | demande
        flow = ecrire_exemple(Exemple(**given), self.dossier).chemin
        self.deposer(flow)
        return self.un("SELECT max(id) FROM flux")

    def deposer(self, flow: Path) -> None:
        lot = enregistrer(self.contexte, flow)
        for task in ouvrir(self.contexte, lot):
            traiter(self.contexte, task)
        if self.mairie:
            self.representer()
        repondre(self.contexte, lot)

    def poser(
        self, code: str, *ou: tuple[int, int], complement: str | None = None, motifs: tuple[Motif, ...] = (), **detail: object
    ) -> None:
        """Give a status to invoices, as the platform's operator."""
        for cle in ou:
            pose = StatutPose(code, self.contexte.horloge(), complement, None, motifs)
            demande = Demande(pose, "essai", detail=detail)
            assert poser_statut(self.contexte.engine, cle, demande, self.contexte.horloge()).issue is Issue.APPLIQUE

    def un(self, requete: str) -> int:
        with self.contexte.engine.connect() as conn:
            return conn.execute(text(requete)).scalar_one()

    def lignes(self, requete: str) -> list[tuple[object, ...]]:
        with self.contexte.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(text(requete))]

    def fichier(self, nom: str) -> dict[str, bytes]:
        """Members of an outgoing archive."""
        ((cle,),) = self.lignes(f"SELECT cle FROM sorties WHERE nom = '{nom}'")
        with self.contexte.entrepot.ouvrir(cle) as data, tarfile.open(fileobj=BytesIO(data.read()), mode="r:gz") as archive:
            return {one.name: archive.extractfile(one).read() for one in archive}

    def groupes(self, interface: str = "FEN1202A") -> list[str]:
        rows = self.lignes(f"SELECT nom FROM sorties WHERE flux_id IS NULL AND interface = '{interface}' ORDER BY id")
        return [str(nom) for (nom,) in rows]

    def avec(self, **reglages: object) -> Contexte:
        return replace(self.contexte, reglages=Reglages(dossier=self.dossier, **reglages))


@pytest.fixture
def plateforme(registre: Engine, tmp_path: Path) -> Iterator[Plateforme]:
    contexte = Contexte(Reglages(dossier=tmp_path), registre, Entrepot(str(tmp_path / "entrepot")), Horloge())
    yield Plateforme(contexte, tmp_path)
    verifier_bilan(registre)
    assert verifier_journal(registre) == []
    found = lacunes(registre, LE - timedelta(days=1))
    assert found.trous == ()


@pytest.fixture
def mairie(plateforme: Plateforme) -> Plateforme:
    plateforme.mairie = creer_partenaire(plateforme.contexte.engine, "MAI001", "Banc", "mai001", LE).id
    return plateforme
