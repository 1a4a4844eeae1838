"""Grouped outgoing files: taken once, numbered without holes, never lost and never doubled, whatever is killed and however many run."""

import hashlib
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import Engine, text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.cycle_de_vie import Issue
from flux.emitters.fso1301a import ecrire_fso1301a
from flux.enveloppe import NomFlux
from flux.errors import ErreurInvariant, ErreurTransport, ErreurUsage
from flux.etapes import grouper, ouvrir, repondre, traiter
from flux.etapes.entretien import rejouer, verifier_lacunes
from flux.etapes.sujet import statut_de
from flux.fabrique import Demande as Exemple
from flux.fabrique import ecrire_exemple
from flux.modele.statut import Enveloppe, Motif
from flux.registre.bilan import verifier_bilan
from flux.registre.entretien import lacunes
from flux.registre.envois import files_d_attente, planifier_statuts, reprendre_refuses
from flux.registre.lectures import statuts_du_flux
from flux.registre.numeros import prochain_numero
from flux.registre.representations import representer
from flux.registre.statuts import Demande, poser_statut
from flux.registre.suivi import chercher_factures, faits_de
from flux.registre.valeurs import StatutPose
from flux.transport.entrepot import Entrepot
from flux.xsd.catalogue import schema
from raccordement.exemple import creer_partenaire
from tests.bench.chemin import enregistrer
from tests.integration.registre.aides import ensemble

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
    found = lacunes(registre, LE - timedelta(days=1))
    assert found.trous == ()


def test_statuses_leave_on_each_interface_in_one_archive_of_the_partner(plateforme):
    flow = plateforme.integrer(3)
    plateforme.poser("MISE_A_DISPOSITION", (flow, 0), (flow, 1), (flow, 2))
    plateforme.poser("SUSPENDUE", (flow, 1), complement="Bon absent", motifs=(Motif("JUSTIF_ABS", "Bon de livraison absent"),))
    assert grouper(plateforme.contexte, tout=True) == 3
    (cdar,) = plateforme.groupes()
    messages = plateforme.fichier(cdar)
    assert list(messages) == [f"{cdar}_{n:06d}.xml" for n in range(1, 5)]
    roots = [etree.fromstring(one) for one in messages.values()]
    for root in roots:
        schema("cdar-d22b").assertValid(root)
    codes = [one.findtext(".//{*}ReferenceReferencedDocument/{*}ProcessConditionCode") for one in roots]
    assert codes == ["203", "203", "208", "203"]
    for interface in ("FSO1301A", "FEN1201A"):
        (nom,) = plateforme.groupes(interface)
        ((_, data),) = plateforme.fichier(nom).items()
        root = etree.fromstring(data)
        schema("cpp-statut").assertValid(root)
        assert [one.text for one in root.iter("IdStatut")] == ["03", "03", "06", "03"]
        assert [one.get("NumOrdre") for one in root.iter("CPPFactureStatutUnitaire")] == ["1", "2", "3", "4"]
        assert f"<Valeurparametre>{nom[16:]}<".encode() in data
    assert plateforme.un("SELECT count(*) FROM envois WHERE sortie_id IS NULL") == 0
    assert plateforme.lignes("SELECT DISTINCT elements FROM sorties WHERE flux_id IS NULL") == [(4,)]


def test_one_number_follows_another_whatever_the_interface(plateforme):
    flow = plateforme.integrer()
    plateforme.poser("SERVICE_FAIT", (flow, 0))
    grouper(plateforme.contexte, tout=True)
    plateforme.integrer()
    rows = plateforme.lignes("SELECT numero, right(nom, 15)::bigint FROM sorties ORDER BY id")
    assert rows == [(n, n) for n in range(1, len(rows) + 1)]
    assert plateforme.lignes("SELECT premier, dernier FROM numeros") == [(1, len(rows))]


def test_a_file_leaves_when_there_are_enough_messages(plateforme):
    flow = plateforme.integrer(5)
    here = plateforme.avec(groupage_elements=2)
    plateforme.poser("SERVICE_FAIT", *((flow, n) for n in range(5)))
    assert grouper(here) == 6
    assert [len(plateforme.fichier(one)) for one in plateforme.groupes()] == [2, 2]
    assert [one.nombre for one in files_d_attente(here.engine)] == [1, 1, 1]


def test_a_file_leaves_when_there_are_enough_bytes_and_is_never_larger(plateforme):
    flow = plateforme.integrer(5)
    plateforme.poser("SERVICE_FAIT", *((flow, n) for n in range(5)), complement="x" * 3000)
    here = plateforme.avec(groupage_octets=20_000)
    assert grouper(here) == 3  # one an interface; what is left is less than that
    grouper(here, tout=True)
    files = [plateforme.fichier(one) for one in plateforme.groupes()]
    assert (len(files), sum(map(len, files))) == (2, 5)
    assert max(sum(map(len, one.values())) for one in files) <= 20_000


def test_a_file_leaves_when_its_first_message_has_waited_long_enough(plateforme):
    flow = plateforme.integrer()
    clock = plateforme.contexte.horloge
    plateforme.poser("SERVICE_FAIT", (flow, 0))
    clock.instant += timedelta(seconds=899)
    assert grouper(plateforme.contexte) == 0
    plateforme.poser("MANDATEE", (flow, 0))
    clock.instant += timedelta(seconds=1)
    assert grouper(plateforme.contexte) == 3
    (one,) = plateforme.groupes()
    assert len(plateforme.fichier(one)) == 2
    assert grouper(plateforme.contexte) == 0


def test_the_same_messages_give_the_same_bytes(plateforme, monkeypatch):
    flow = plateforme.integrer()
    plateforme.poser("SERVICE_FAIT", (flow, 0), (flow, 1))
    digests = []

    def refuse(conn, partenaire_id, sortie, le, *, flux_id=None):
        digests.append((sortie.nom, sortie.sha256))
        raise ErreurTransport("coupure", operation="test", path="/")

    with monkeypatch.context() as patch:
        patch.setattr("flux.etapes.groupage.ecrire_sortie", refuse)
        for _ in range(2):
            with pytest.raises(ErreurTransport):
                grouper(plateforme.contexte, tout=True)
    assert digests[0] == digests[1]
    grouper(plateforme.contexte, tout=True)
    assert plateforme.lignes("SELECT nom, sha256 FROM sorties WHERE flux_id IS NULL ORDER BY id LIMIT 1") == digests[:1]


@pytest.mark.parametrize("cible", ["garder", "ecrire_sortie", "marquer_pris", "marquer_refuses"])
def test_a_crash_at_any_point_leaves_no_hole_and_no_double(plateforme, monkeypatch, cible):
    flow = plateforme.integrer()
    plateforme.poser("SERVICE_FAIT", (flow, 0), (flow, 1))

    def coupe(*_args, **_options):
        raise ErreurTransport("coupure", operation="test", path="/")

    with monkeypatch.context() as patch:
        patch.setattr(f"flux.etapes.groupage.{cible}", coupe)
        with pytest.raises(ErreurTransport):
            grouper(plateforme.contexte, tout=True)
    assert plateforme.groupes() == []
    assert grouper(plateforme.contexte, tout=True) == 3
    assert lacunes(plateforme.contexte.engine, LE).trous == ()
    assert plateforme.un("SELECT count(*) FROM envois WHERE sortie_id IS NOT NULL") == 6


def test_processes_that_group_and_answer_at_once_neither_lose_nor_double(plateforme):
    flows = [plateforme.integrer() for _ in range(3)]
    here = plateforme.avec(groupage_elements=2)
    for flow in flows:
        plateforme.poser("SERVICE_FAIT", *((flow, n) for n in range(3)))
    ensemble(6, lambda _: grouper(here, tout=True))
    taken = plateforme.lignes("SELECT interface, flux_id, membre_rang FROM envois WHERE sortie_id IS NOT NULL")
    assert len(taken) == len(set(taken)) == 27
    written = [one for name in plateforme.groupes() for one in plateforme.fichier(name).values()]
    assert len(written) == 9
    numbers = [n for (n,) in plateforme.lignes("SELECT numero FROM sorties ORDER BY numero")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_process_killed_while_it_groups_leaves_no_hole_and_no_double(plateforme, url_registre):
    """SIGKILL, at moments that differ, until one run ends by itself."""
    flow = plateforme.integrer(40)
    plateforme.poser("SERVICE_FAIT", *((flow, n) for n in range(40)))
    code = (
        "import sys; from pathlib import Path; from flux.config import Reglages; from tests.bench.chemin import contexte_de; "
        "from dataclasses import replace; from flux.etapes import grouper; c = contexte_de(sys.argv[1], Path(sys.argv[2])); "
        "print('pret', flush=True); grouper(replace(c, reglages=Reglages(dossier=sys.argv[2], groupage_elements=1)), tout=True)"
    )
    killed = 0
    for attente in (0.05, 0.2, 0.4, None):
        command = [sys.executable, "-c", code, url_registre, str(plateforme.dossier)]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."})
        assert run.stdout is not None
        assert run.stdout.readline() == b"pret\n"
        if attente is not None:
            time.sleep(attente)
            run.send_signal(signal.SIGKILL)
            killed += 1
        run.communicate()
        numbers = [n for (n,) in plateforme.lignes("SELECT numero FROM sorties ORDER BY numero")]
        assert numbers == list(range(1, len(numbers) + 1))
    assert (killed, run.returncode) == (3, 0)
    assert plateforme.lignes("SELECT count(*), count(DISTINCT sortie_id) FROM envois WHERE sortie_id IS NOT NULL") == [(120, 120)]


def test_a_message_that_no_file_can_hold_is_put_aside_and_told_and_the_others_leave(plateforme):
    flow = plateforme.integrer(2)
    plateforme.poser("SUSPENDUE", (flow, 0))  # without the reason that CDAR asks for
    plateforme.poser("SERVICE_FAIT", (flow, 1))
    grouper(plateforme.contexte, tout=True)
    (one,) = plateforme.groupes()
    assert len(plateforme.fichier(one)) == 1
    found = lacunes(plateforme.contexte.engine, LE)
    assert [(code, interface, f, m) for code, interface, f, m, _ in found.refus] == [("ABC123", "FEN1202A", flow, 0)]
    assert "needs a reason" in found.refus[0][4]
    assert grouper(plateforme.contexte, tout=True) == 0
    with pytest.raises(ErreurInvariant, match="ABC123 FEN1202A: status 208 needs a reason"):
        verifier_lacunes(plateforme.contexte)
    with plateforme.contexte.engine.begin() as conn:
        conn.execute(text("""UPDATE statuts SET motifs = '[["JUSTIF_ABS", "Bon absent"]]' WHERE code = 'SUSPENDUE'"""))
    assert reprendre_refuses(plateforme.contexte.engine) == 1
    assert grouper(plateforme.contexte, tout=True) == 1
    verifier_lacunes(plateforme.contexte)


def test_when_nothing_can_be_written_the_number_is_given_back(plateforme):
    flow = plateforme.integrer(1)
    plateforme.poser("SUSPENDUE", (flow, 0))
    here = plateforme.avec(codes_cpp={"SUSPENDUE": ""})
    before = plateforme.un("SELECT dernier FROM numeros")
    assert grouper(here, tout=True) == 0
    assert plateforme.un("SELECT dernier FROM numeros") == before
    assert plateforme.un("SELECT count(*) FROM envois WHERE refus IS NOT NULL") == 1


def test_a_status_marked_twice_leaves_once(plateforme):
    flow = plateforme.integrer(1)
    plateforme.poser("SERVICE_FAIT", (flow, 0))
    grouper(plateforme.contexte, tout=True)
    with plateforme.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE statuts SET a_emettre = true"))
    grouper(plateforme.contexte, tout=True)
    assert plateforme.lignes("SELECT count(*), count(*) FILTER (WHERE statut_rang = 1) FROM envois") == [(6, 3)]


def test_statuses_are_planned_in_the_order_of_each_invoice_s_life_however_many(plateforme):
    flow = plateforme.integrer(2)
    for code in ("SERVICE_FAIT", "MANDATEE", "MISE_EN_PAIEMENT"):
        plateforme.poser(code, (flow, 0), (flow, 1))
    engine = plateforme.contexte.engine
    assert (
        sum(
            ensemble(
                3,
                lambda _: planifier_statuts(
                    engine, dict.fromkeys(("SERVICE_FAIT", "MANDATEE", "MISE_EN_PAIEMENT"), ("FEN1202A",)), LE, limite=1
                ),
            )
        )
        == 6
    )
    assert plateforme.lignes("SELECT membre_rang, statut_rang FROM envois ORDER BY id") == [(m, r) for m in (0, 1) for r in (1, 2, 3)]


def test_a_status_that_no_format_has_a_code_for_is_planned_nowhere(plateforme):
    flow = plateforme.integrer(1)
    plateforme.poser("SERVICE_FAIT", (flow, 0))
    assert grouper(plateforme.avec(codes_cpp={"SERVICE_FAIT": ""}, codes_cdar={"SERVICE_FAIT": ""}), tout=True) == 0
    assert plateforme.un("SELECT count(*) FROM statuts WHERE a_emettre") == 0


def test_the_history_of_an_invoice_names_the_files_that_tell_of_it(mairie):
    flow = mairie.integrer(1)
    mairie.poser("SERVICE_FAIT", (flow, 0))

    def faits() -> list[tuple[str, str]]:
        (one,) = chercher_factures(mairie.contexte.engine, f"{flow}:0")
        return [(fait.quoi, fait.detail) for fait in faits_de(mairie.contexte.engine, one)]

    assert ("message en attente", "FEN0111A · MAI001 · facture") in faits()
    grouper(mairie.contexte, tout=True)
    (pivot,), (cdar,) = mairie.groupes("FEN0111A"), mairie.groupes()
    assert {("fichier écrit", f"{pivot} · facture"), ("fichier écrit", f"{cdar} · statut 1")} < set(faits())
    with mairie.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE sorties SET etat = 'emise', emise_le = now(), retiree_le = now()"))
    assert {("fichier émis", f"{pivot} · facture"), ("fichier retiré", pivot), ("fichier retiré", cdar)} < set(faits())


def test_a_missing_number_is_told(plateforme):
    engine = plateforme.contexte.engine
    plateforme.integrer(1)
    with engine.begin() as conn:
        conn.execute(text("UPDATE sorties SET numero = NULL WHERE numero = 2"))
    assert lacunes(engine, LE).trous == (("ABC123", 2),)
    with pytest.raises(ErreurInvariant, match="ABC123 2"):
        verifier_lacunes(plateforme.contexte)
    with engine.begin() as conn:
        conn.execute(text("UPDATE sorties SET numero = 2 WHERE numero IS NULL"))


def test_a_flow_without_answer_and_a_file_that_does_not_leave_are_told(plateforme):
    flow = ecrire_exemple(Exemple(interface="FSO1140A", sequence=77), plateforme.dossier).chemin
    enregistrer(plateforme.contexte, flow)
    plateforme.integrer(1)
    found = lacunes(plateforme.contexte.engine, datetime.now(UTC) + timedelta(hours=2))
    assert [nom for _, nom, _ in found.flux] == [flow.name]
    assert len(found.attente) == 3


# ---------------------------------------------------------------------------------------------------------------- pivots


@pytest.fixture
def mairie(plateforme: Plateforme) -> Plateforme:
    plateforme.mairie = creer_partenaire(plateforme.contexte.engine, "MAI001", "Banc", "mai001", LE).id
    return plateforme


@pytest.mark.parametrize("interface", ["FSO1140A", "FSO1146A", "FSO1147A", "FSO1113A", "FSO1117A"])
def test_an_integrated_invoice_reaches_its_recipient_with_its_attachments(mairie, interface):
    plateforme = mairie
    flow = plateforme.integrer(4, interface)
    accepted = plateforme.un(f"SELECT count(*) FROM membres WHERE flux_id = {flow} AND decision = 'accepted'")
    assert accepted
    grouper(plateforme.contexte, tout=True)
    roots = [etree.fromstring(one) for name in plateforme.groupes("FEN0111A") for one in plateforme.fichier(name).values()]
    assert [int(one.findtext(".//IdCPRO")) for one in roots] == [flow * 10**7 + n for n in range(accepted)]
    for root in roots:
        schema("cpp-facture-pivot").assertValid(root)
        assert root.findtext(".//Recepteur/Id") == "MAI001"
        for piece in root.iter("PJ"):
            with zipfile.ZipFile(BytesIO(b64decode(piece.findtext("Contenu")))) as archive:
                assert archive.namelist() == [piece.findtext("NomPJ")]
    jointes = plateforme.un(f"SELECT count(*) FROM pieces_jointes WHERE flux_id = {flow} AND sha256 IS NOT NULL")
    assert sum(len(list(root.iter("PJ"))) for root in roots) == accepted + jointes


def test_the_original_in_a_pivot_is_the_deposited_file_byte_for_byte(mairie):
    mairie.integrer(1)
    grouper(mairie.contexte, tout=True)
    (name,) = mairie.groupes("FEN0111A")
    ((_, data),) = mairie.fichier(name).items()
    with zipfile.ZipFile(BytesIO(b64decode(etree.fromstring(data).find(".//PJ").findtext("Contenu")))) as archive:
        original = archive.read(archive.namelist()[0])
    assert mairie.lignes("SELECT sha256 FROM membres") == [(hashlib.sha256(original).hexdigest(),)]


def test_pivots_are_cut_by_their_size(mairie):
    mairie.integrer(4)
    here = mairie.avec(groupage_octets=1)
    assert grouper(here, tout=True) == 4
    assert [len(mairie.fichier(one)) for one in mairie.groupes("FEN0111A")] == [1, 1, 1, 1]


def test_an_invoice_for_nobody_here_is_not_handed_over(plateforme):
    plateforme.integrer(4)
    assert plateforme.un("SELECT count(*) FROM envois") == 0


def test_a_rejected_invoice_is_not_handed_over(mairie):
    mairie.integrer(4, defauts=("montant-illisible",), part_fautive=0.5)
    assert mairie.lignes("SELECT count(*) FROM factures WHERE etat = 'NON_CONFORME'") == [(2,)]
    assert (
        mairie.un(
            "SELECT count(*) FROM envois e JOIN membres m ON (m.flux_id, m.rang) = (e.flux_id, e.membre_rang) WHERE m.decision = 'accepted'"
        )
        == 2
    )
    assert mairie.un("SELECT count(*) FROM envois") == 2


def test_an_invoice_that_its_supplier_completed_is_handed_over_once_more(mairie):
    flow = mairie.integrer(1)
    mairie.poser("MISE_A_DISPOSITION", (flow, 0))
    mairie.poser("SUSPENDUE", (flow, 0), motifs=(Motif("JUSTIF_ABS", "Bon absent"),))
    mairie.poser("COMPLETEE", (flow, 0))
    for _ in range(2):
        grouper(mairie.contexte, tout=True)
    (name,) = mairie.groupes("FEN0111A")
    assert [etree.fromstring(one).findtext(".//Renvoi") for one in mairie.fichier(name).values()] == ["Non", "Complétée"]


def test_pivots_can_be_switched_off(mairie):
    mairie.contexte = mairie.avec(interface_pivot="")
    mairie.integrer(4)
    assert mairie.un("SELECT count(*) FROM envois") == 0


# ------------------------------------------------------------------------------------------- from recipient to supplier


def test_a_status_that_a_recipient_deposits_reaches_the_supplier_with_every_field(mairie):
    flow = mairie.integrer(2)
    rows = [statut_de(row) for row in statuts_du_flux(mairie.contexte.engine, flow)]
    said = [
        replace(
            rows[0], code="SUSPENDUE", horodatage=LE + timedelta(hours=1), complement="Bon de livraison absent", commentaire="Merci de le joindre",
            producteur="HELIOS01", id_mandat="M-77", actions=(),
        ),
        replace(rows[1], code="MISE_EN_PAIEMENT", horodatage=LE + timedelta(hours=2), complement="Payé", id_mandat="M-78", montants=()),
    ]  # fmt: skip
    nom = NomFlux.construire("FSO1301A", "MAI001", 1)
    deposit = mairie.dossier / str(nom)
    with deposit.open("wb") as out:
        ecrire_fso1301a(out, Enveloppe(str(nom), nom.identifiant, "MAI001", "CPP001", LE), said, len(said))
    mairie.deposer(deposit)
    grouper(mairie.contexte, tout=True)
    (name,) = mairie.groupes("FEN1201A")
    ((_, data),) = mairie.fichier(name).items()
    sent, got = (_unites(one) for one in (deposit.read_bytes(), data))
    assert got == sent


def _unites(data: bytes) -> list[list[tuple[str, str | None]]]:
    root = etree.fromstring(data)
    return [
        [(one.tag, one.get("Id") or one.text) for one in unite.iter() if len(one) == 0] for unite in root.iter("CPPFactureStatutUnitaire")
    ]


# ------------------------------------------------------------------------------------------------------------ sent again


def test_a_file_sent_again_waits_in_the_outbox_under_its_name(plateforme):
    plateforme.integrer(1)
    with plateforme.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE sorties SET etat = 'emise', emise_le = now(), retiree_le = now()"))
    nom = str(plateforme.lignes("SELECT nom FROM sorties ORDER BY id")[0][0])
    assert rejouer(plateforme.contexte, [nom, nom]) == [nom]
    assert plateforme.lignes("SELECT nom FROM sorties WHERE etat = 'a_emettre' AND retiree_le IS NULL") == [(nom,)]


def test_an_unknown_name_is_not_sent_again_and_neither_are_the_others(plateforme):
    plateforme.integrer(1)
    with plateforme.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE sorties SET etat = 'emise'"))
    nom = str(plateforme.lignes("SELECT nom FROM sorties")[0][0])
    with pytest.raises(ErreurUsage, match="FSO0000A"):
        rejouer(plateforme.contexte, [nom, "FSO0000A"])
    assert plateforme.un("SELECT count(*) FROM sorties WHERE etat = 'a_emettre'") == 0


def test_bytes_that_changed_in_the_store_are_not_sent_again(plateforme):
    plateforme.integrer(1)
    ((nom, cle),) = plateforme.lignes("SELECT nom, cle FROM sorties ORDER BY id LIMIT 1")
    (plateforme.dossier / "entrepot" / cle).write_bytes(b"autre")
    with pytest.raises(ErreurInvariant, match=nom):
        rejouer(plateforme.contexte, [nom])


def test_a_number_taken_and_rolled_back_is_given_again(plateforme):
    engine = plateforme.contexte.engine
    partner = creer_partenaire(engine, "ABC123", "Banc", "abc123", LE).id
    with engine.connect() as conn:  # closed without commit, as a crash does
        assert prochain_numero(conn, partner) == 1
    with engine.connect() as conn:
        assert prochain_numero(conn, partner) == 1
