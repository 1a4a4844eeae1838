"""The life of a flow, step by step, on a real SFTP server and a real ledger, without Airflow."""

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import Engine, event, text

from flux.annuaire import Mode
from flux.annuaire.exemple import annuaire_exemple
from flux.config import Reglages
from flux.contexte import Contexte
from flux.enveloppe import NomFlux
from flux.errors import ErreurInvariant, ErreurTransport
from flux.etapes import confirmer_lance, emettre, ouvrir, recevoir, repondre, traiter, verdict
from flux.fabrique import DESTINATAIRES, Demande, ecrire_exemple
from flux.referentiel.interfaces import INTERFACES
from flux.registre.annuaire import AnnuaireRegistre
from flux.registre.annuaire_import import importer
from flux.registre.bilan import verifier_bilan
from flux.registre.journal_verification import verifier_journal
from flux.transport.entrepot import Entrepot
from flux.xsd.catalogue import schema
from raccordement.exemple import creer_partenaire
from tests.services import PARTENAIRE, ServeurSftp, serveur_demo

DEBUT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class Horloge:
    """A clock that moves a second at each reading."""

    instant: datetime = DEBUT

    def __call__(self) -> datetime:
        self.instant += timedelta(seconds=1)
        return self.instant


@dataclass
class Maison:
    """A platform and its partner."""

    contexte: Contexte
    serveur: ServeurSftp
    dossier: Path
    lots: list[int] = field(default_factory=list)

    def fabriquer(self, **demande: object) -> Path:
        given = {"interface": "FSO1140A", "avoirs": False} | demande
        return ecrire_exemple(Demande(**given), self.dossier).chemin

    def deposer(self, fichier: Path, nom: str | None = None) -> str:
        with self.serveur.client(PARTENAIRE) as sftp:
            sftp.put(str(fichier), f"/in/{nom or fichier.name}")
        return nom or fichier.name

    def recevoir(self) -> list[str]:
        with self.serveur.client() as sftp:
            found = recevoir(self.contexte, sftp, intervalle=0)
        for one in found:
            confirmer_lance(self.contexte, one.lot_id)
        self.lots = [one.lot_id for one in found]
        return [one.run_id for one in found]

    def integrer(self) -> str:
        lines = []
        for lot in self.lots:
            for tache in ouvrir(self.contexte, lot):
                traiter(self.contexte, tache)
            repondre(self.contexte, lot)
            lines.append(verdict(self.contexte, lot))
        return "\n".join(lines)

    def emettre(self) -> int:
        with self.serveur.client() as sftp:
            return emettre(self.contexte, sftp)

    def tout(self) -> None:
        self.recevoir()
        self.integrer()
        self.emettre()

    def reponses(self) -> dict[str, bytes]:
        """What the partner finds in its ``out``, by name."""
        with self.serveur.client(PARTENAIRE) as sftp:
            names = sorted(sftp.listdir("/out"))
            found = {}
            for name in names:
                with sftp.open(f"/out/{name}", "rb") as data:
                    found[name] = data.read()
            return found

    def relever(self) -> dict[str, bytes]:
        """Fetch and remove."""
        found = self.reponses()
        with self.serveur.client(PARTENAIRE) as sftp:
            for name in found:
                sftp.remove(f"/out/{name}")
        return found

    def lignes(self, requete: str) -> list[tuple[object, ...]]:
        with self.contexte.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(text(requete))]


@pytest.fixture
def maison(registre: Engine, tmp_path: Path) -> Iterator[Maison]:
    creer_partenaire(registre, "ABC123", "Partenaire", PARTENAIRE, DEBUT)
    settings = Reglages(dossier=tmp_path, tranche_factures=4)
    with serveur_demo(tmp_path, PARTENAIRE) as serveur:
        yield Maison(Contexte(settings, registre, Entrepot(str(tmp_path / "entrepot")), Horloge()), serveur, tmp_path)
    verifier_bilan(registre)
    assert verifier_journal(registre) == []


def _retour(reponses: dict[str, bytes]) -> etree._Element:
    (data,) = [data for name, data in reponses.items() if name.startswith("CSO")]
    root = etree.fromstring(data)
    schema("cpp-statut").assertValid(root)
    return root


def _interfaces(reponses: dict[str, bytes]) -> list[str]:
    return sorted(name[:8] for name in reponses)


def _messages(reponses: dict[str, bytes], interface: str = "FEN1202A") -> list[etree._Element]:
    (data,) = [data for name, data in reponses.items() if name.startswith(interface)]
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        roots = [etree.fromstring(archive.extractfile(member).read()) for member in archive]
    for root in roots:
        schema("cdar-d22b" if interface == "FEN1202A" else "cpp-statut").assertValid(root)
    return roots


@pytest.mark.parametrize("interface", INTERFACES)
def test_a_good_invoice_is_integrated_and_answered(maison, interface):
    nom = maison.deposer(maison.fabriquer(interface=interface))
    assert maison.recevoir() == ["lot-000001--ABC123--1-flux"]
    assert maison.integrer() == "lot 1: 1 flux · 1 factures intégrées, 0 rejetées, 0 illisibles"
    assert maison.emettre() == 3
    found = maison.reponses()
    retour = f"CSO{interface[3:]}"
    assert _interfaces(found) == sorted([retour, "FSO1301A", "FEN1202A"])
    assert all(NomFlux.lire(name).application == "ABC123" for name in found)
    root = _retour(found)
    assert root.findtext(".//IdStatut") == "90"
    assert root.findtext(".//IdFlux") == NomFlux.lire(nom).identifiant
    (statuts,) = _messages(found, "FSO1301A")
    assert [e.text for e in statuts.iter("IdStatut")] == ["01"]
    (message,) = _messages(found)
    assert message.findtext(".//{*}ProcessConditionCode") == "200"
    assert maison.lignes("SELECT etat, statut, acceptees FROM flux") == [("repondu", "INTEGRE", 1)]


def test_an_archive_is_partly_integrated_and_every_fault_is_told(maison):
    maison.deposer(maison.fabriquer(factures=10, defauts=("montant-illisible",), part_fautive=0.2))
    maison.tout()
    found = maison.reponses()
    root = _retour(found)
    assert root.findtext(".//IdStatut") == "96"
    lines = root.findall(".//LigneErreurDetail")
    assert [line.findtext("CodeErreur") for line in lines] == ["ERR_XSD_001"] * 2
    assert all("fichier :" in line.findtext("DescriptionErreur") for line in lines)
    (statuts,) = _messages(found, "FSO1301A")
    assert sorted(e.text for e in statuts.iter("IdStatut")) == ["01"] * 8 + ["37"] * 2
    assert all(len(e.text) <= 80 for e in statuts.iter("ComplementStatut"))
    assert sorted(root.findtext(".//{*}ProcessConditionCode") for root in _messages(found)) == ["200"] * 8 + ["213"] * 2
    assert maison.lignes("SELECT count(*), max(rang) FROM tranches") == [(3, 2)]
    assert maison.lignes("SELECT etat, count(*) FROM factures GROUP BY 1 ORDER BY 1") == [("DEPOSEE", 8), ("NON_CONFORME", 2)]


def test_the_statuses_of_a_large_flow_stand_in_several_messages(maison, monkeypatch):
    monkeypatch.setattr("flux.etapes.reponse.STATUTS_PAR_MESSAGE", 4)
    maison.deposer(maison.fabriquer(factures=10))
    maison.tout()
    messages = _messages(maison.reponses(), "FSO1301A")
    assert [len(message.findall(".//IdStatut")) for message in messages] == [4, 4, 2]
    numbers = [e.text for message in messages for e in message.iter("IdFacture")]
    assert len(set(numbers)) == 10
    assert [message.findtext(".//IdFacture") for message in messages] == numbers[::4]


@pytest.mark.parametrize("interface", ["FSO1140A", "FSO1116A"])
def test_recipients_of_a_batch_are_read_from_the_directory_together(maison, interface):
    entries = annuaire_exemple(DESTINATAIRES)
    importer(maison.contexte.engine, entries, Mode.COMPLET, DEBUT)
    maison.contexte = replace(maison.contexte, annuaire=AnnuaireRegistre(maison.contexte.engine))
    maison.deposer(maison.fabriquer(interface=interface, factures=4))
    maison.recevoir()
    asked = []
    event.listen(maison.contexte.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    assert maison.integrer() == "lot 1: 1 flux · 4 factures intégrées, 0 rejetées, 0 illisibles"
    assert len([one for one in asked if "FROM structures" in one or "FROM services" in one]) == 2


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda m: m.fabriquer(factures=3, defauts=("archive-tronquee",)), "IRR_EXTRAC"),
        (lambda m: m.fabriquer(defauts=("fichier-vide",), part_fautive=1.0), "IRR_VIDE"),
        (lambda m: m.fabriquer(defauts=("xml-tronque",), part_fautive=1.0), "IRR_SYNTAX"),
        (lambda m: m.fabriquer(interface="FSO1147A", defauts=("pdf-sans-xml",), part_fautive=1.0), "IRR_TYPE_F"),
        (lambda m: m.fabriquer(interface="FSO1147A", defauts=("pdf-chiffre",), part_fautive=1.0), "IRR_TYPE_F"),
    ],
)
def test_an_unreadable_flow_gets_its_feedback_and_a_501(maison, prepare, code):
    nom = maison.deposer(prepare(maison))
    maison.tout()
    found = maison.reponses()
    assert [name[:3] for name in sorted(found)] == ["CSO", "FEN"]
    root = _retour(found)
    assert root.findtext(".//IdStatut") == "93"
    assert root.findtext(".//CodeErreur") == code
    (message,) = _messages(found)
    assert message.findtext(".//{*}ProcessConditionCode") == "501"
    assert message.findtext(".//{*}IssuerAssignedID") == nom
    assert maison.lignes("SELECT statut FROM flux") == [("IRRECEVABLE",)]


@pytest.mark.parametrize(
    ("nom", "code", "retour"),
    [
        ("facture.xml", "IRR_FORM", "CSO0000A"),
        ("FSO1140A-facture", "IRR_FORM", "CSO1140A"),
        ("FSO1101A_ABC123_ABC1231101000000000000001", "IRR_CODE_INTER", "CSO1101A"),
        ("FSO9999A_ABC123_ABC1239999000000000000001", "IRR_CODE_INTER", "CSO9999A"),
        ("FSO1140A_XYZ789_XYZ7891140000000000000001", "IRR_CODE_APP", "CSO1140A"),
    ],
)
def test_a_wrong_name_is_answered_and_the_file_kept(maison, nom, code, retour):
    fichier = maison.fabriquer()
    maison.deposer(fichier, nom)
    maison.tout()
    found = maison.reponses()
    assert _interfaces(found) == sorted([retour, "FEN1202A"])
    assert _retour(found).findtext(".//CodeErreur") == code
    ((sha256,),) = maison.lignes("SELECT sha256 FROM flux")
    with maison.contexte.entrepot.ouvrir(f"sha256/{sha256[:2]}/{sha256}") as kept:
        assert kept.read() == fichier.read_bytes()
    assert maison.lignes("SELECT count(*) FROM factures") == [(0,)]


def test_the_same_flow_again_gets_the_same_answers_and_nothing_twice(maison):
    fichier = maison.fabriquer(factures=3)
    maison.deposer(fichier)
    maison.tout()
    first = maison.relever()
    maison.deposer(fichier)
    assert maison.recevoir() == []
    assert maison.emettre() == 3
    assert maison.relever() == first
    assert maison.lignes("SELECT count(*) FROM factures") == [(3,)]
    assert maison.lignes("SELECT statut, repete_de FROM flux ORDER BY id") == [("INTEGRE", None), ("REPETE", 1)]


def test_the_same_id_with_other_bytes_is_refused_and_the_first_is_left_alone(maison):
    maison.deposer(maison.fabriquer())
    maison.tout()
    maison.relever()
    before = maison.lignes("SELECT * FROM factures")
    maison.deposer(maison.fabriquer(graine=7))
    maison.tout()
    found = maison.reponses()
    root = _retour(found)
    assert root.findtext(".//CodeErreur") == "IRR_UNICITE"
    assert "23/11/2026" in root.findtext(".//LibelleErreur")
    assert maison.lignes("SELECT * FROM factures") == before


def test_a_name_at_fault_does_not_use_up_the_id(maison):
    fichier = maison.fabriquer()
    maison.deposer(fichier, f"{fichier.name}.xml")
    maison.tout()
    assert _retour(maison.relever()).findtext(".//CodeErreur") == "IRR_FORM"
    maison.deposer(fichier)
    maison.tout()
    assert _retour(maison.relever()).findtext(".//IdStatut") == "90"


def test_small_flows_of_one_partner_share_a_run(maison):
    for number in range(1, 6):
        maison.deposer(maison.fabriquer(sequence=number, graine=number))
    assert maison.recevoir() == ["lot-000001--ABC123--5-flux"]
    tasks = ouvrir(maison.contexte, 1)
    assert [len(task["tranches"]) for task in tasks] == [4, 1]
    assert "5 flux" in maison.integrer()
    maison.emettre()
    assert len([name for name in maison.reponses() if name.startswith("CSO")]) == 5


def test_every_step_twice_changes_nothing(maison):
    maison.deposer(maison.fabriquer(factures=6))
    maison.recevoir()
    tasks = ouvrir(maison.contexte, 1)
    assert ouvrir(maison.contexte, 1) == tasks
    for task in (*tasks, *tasks):
        traiter(maison.contexte, task)
    assert ouvrir(maison.contexte, 1) == []
    assert (repondre(maison.contexte, 1), repondre(maison.contexte, 1)) == (1, 0)
    assert (maison.emettre(), maison.emettre()) == (3, 0)
    assert maison.lignes("SELECT count(*) FROM factures") == [(6,)]
    assert len(maison.reponses()) == 3


def _premier_appel_seulement(monkeypatch: pytest.MonkeyPatch, cible: str, error: Exception) -> None:
    """Make the first call of a function fail after it did its work: a crash between two steps."""
    module, name = cible.rsplit(".", 1)
    real: Callable[..., object] = getattr(__import__(module, fromlist=[name]), name)
    calls = []

    def once(*args: object, **kwargs: object) -> object:
        done = real(*args, **kwargs)
        calls.append(1)
        if len(calls) == 1:
            raise error
        return done

    monkeypatch.setattr(cible, once)


@pytest.mark.parametrize(
    "cible", ["flux.transport.sftp.reclamer", "flux.etapes.reception.enregistrer_depot", "flux.etapes.reception.former_lots"]
)
def test_a_crash_during_reception_loses_and_doubles_nothing(maison, monkeypatch, cible):
    maison.deposer(maison.fabriquer())
    _premier_appel_seulement(monkeypatch, cible, ErreurTransport("coupure", operation="test", path="/"))
    with pytest.raises(ErreurTransport):
        maison.recevoir()
    maison.tout()
    assert len(maison.reponses()) == 3
    assert maison.lignes("SELECT count(*) FROM flux") == [(1,)]


def test_a_crash_after_publishing_sends_the_same_file_again(maison, monkeypatch):
    maison.deposer(maison.fabriquer())
    maison.recevoir()
    maison.integrer()
    _premier_appel_seulement(monkeypatch, "flux.transport.sftp.publier", ErreurTransport("coupure", operation="test", path="/"))
    with pytest.raises(ErreurTransport):
        maison.emettre()
    before = maison.reponses()
    assert maison.emettre() == 3
    after = maison.reponses()
    assert {name: after[name] for name in before} == before
    assert len(after) == 3


def test_a_run_without_its_answers_is_red(maison):
    maison.deposer(maison.fabriquer())
    maison.recevoir()
    ouvrir(maison.contexte, 1)
    with pytest.raises(ErreurInvariant, match="no answer"):
        verdict(maison.contexte, 1)
    maison.integrer()


def test_half_written_files_are_left_alone(maison):
    fichier = maison.fabriquer()
    for suffix in (".tmp", ".part"):
        maison.deposer(fichier, fichier.name + suffix)
    assert maison.recevoir() == []
    with maison.serveur.client(PARTENAIRE) as sftp:
        assert len(sftp.listdir("/in")) == 2


def test_a_partner_whose_folder_refuses_does_not_hold_back_the_others(maison):
    creer_partenaire(maison.contexte.engine, "AAA001", "Sans dossier", "absent", DEBUT)
    maison.deposer(maison.fabriquer())
    maison.recevoir()
    maison.integrer()
    with maison.contexte.engine.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO sorties (partenaire_id, flux_id, interface, nom, sha256, taille, cle, cree_le) "
                "SELECT 2, NULL, interface, 'CSO1140A_AAA001_CPP0011140000000000000009', sha256, taille, cle, cree_le FROM sorties LIMIT 1"
            )
        )
    with pytest.raises(ErreurTransport):
        maison.emettre()
    assert len(maison.reponses()) == 3


def test_an_answer_whose_bytes_are_lost_never_leaves_with_others_and_does_not_hold_back_those_after_it(maison):
    maison.deposer(maison.fabriquer())
    maison.recevoir()
    maison.integrer()
    (coupee, _), (absente, _), (saine, _) = maison.lignes("SELECT cle, nom FROM sorties ORDER BY id")
    depot = Path(maison.dossier / "entrepot")
    octets = {cle: (depot / cle).read_bytes() for cle in (coupee, absente)}
    (depot / coupee).write_bytes(octets[coupee][:200])
    (depot / absente).unlink()
    for essai in range(2):
        with pytest.raises(ErreurTransport, match="nothing is kept") as told:
            maison.emettre()
        assert told.value.facts["path"] == absente
        assert list(maison.reponses().values()) == [(depot / saine).read_bytes()], essai
    (depot / absente).write_bytes(octets[absente])
    with pytest.raises(ErreurInvariant, match="not those that were written"):
        maison.emettre()
    (depot / coupee).write_bytes(octets[coupee])
    assert maison.emettre() == 1
    assert sorted(maison.reponses().values()) == sorted([*octets.values(), (depot / saine).read_bytes()])
