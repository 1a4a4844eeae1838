"""Grouped outgoing files: taken once, numbered without holes, never lost and never doubled, whatever is killed and however many run."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from sqlalchemy import text

from flux.errors import ErreurInvariant, ErreurTransport, ErreurUsage
from flux.etapes import grouper, purger
from flux.etapes.entretien import rejouer, verifier_lacunes
from flux.fabrique import Demande as Exemple
from flux.fabrique import ecrire_exemple
from flux.modele.statut import Motif
from flux.registre.entretien import lacunes, noter_retirees
from flux.registre.envois import files_d_attente, planifier_statuts, reprendre_refuses
from flux.registre.journal_fichiers import journal_du_fichier
from flux.registre.journal_verification import verifier_journal
from flux.registre.numeros import prochain_numero
from flux.registre.suivi import chercher_factures, faits_de
from flux.xsd.catalogue import schema
from raccordement.exemple import creer_partenaire
from tests.bench.chemin import enregistrer
from tests.integration.groupage.conftest import LE
from tests.integration.journal.aides import faire_partir
from tests.integration.registre.aides import ensemble


def emettre_et_relever(plateforme) -> None:
    """Note every file as gone out, then fetched."""
    engine = plateforme.contexte.engine
    faire_partir(engine)
    noter_retirees(engine, dict(plateforme.lignes("SELECT id, emissions FROM sorties")), LE)


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
    half = len(digests) // 2  # each time, every queue was tried
    assert digests[:half] == digests[half:]
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
    with pytest.raises(ErreurInvariant, match=r"1 messages put aside \(ABC123 FEN1202A\)"):  # the reason may quote an invoice
        verifier_lacunes(plateforme.contexte)
    with plateforme.contexte.engine.begin() as conn:
        conn.execute(text("""UPDATE statuts SET motifs = '[["JUSTIF_ABS", "Bon absent"]]' WHERE code = 'SUSPENDUE'"""))
    assert reprendre_refuses(plateforme.contexte.engine) == 1
    assert grouper(plateforme.contexte, tout=True) == 1
    verifier_lacunes(plateforme.contexte)
    with plateforme.contexte.engine.begin() as conn:  # the journal holds the status as it was given
        conn.execute(text("UPDATE statuts SET motifs = NULL WHERE code = 'SUSPENDUE'"))


def test_when_nothing_can_be_written_the_number_is_given_back(plateforme):
    flow = plateforme.integrer(1)
    plateforme.poser("SUSPENDUE", (flow, 0))
    here = plateforme.avec(codes_cpp={"SUSPENDUE": ""})
    before, kept = plateforme.un("SELECT dernier FROM numeros"), list(here.entrepot.lister("sha256"))
    assert grouper(here, tout=True) == 0
    assert list(here.entrepot.lister("sha256")) == kept  # an empty file that no row names would turn the balance red
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


def test_a_status_that_only_a_setting_gives_a_code_to_leaves(plateforme):
    flow = plateforme.integrer(1)
    plateforme.poser("EN_COURS_TRAITEMENT_PIVOT_S", (flow, 0))
    assert grouper(plateforme.avec(), tout=True) == 0
    plateforme.poser("TECHNIQUE_INCONNU", (flow, 0))
    assert grouper(plateforme.avec(codes_cdar={"TECHNIQUE_INCONNU": "204"}), tout=True) == 1


def test_a_code_of_the_settings_that_asks_for_a_reason_gets_one_where_the_status_has_none(plateforme):
    flow = plateforme.integrer(1)
    plateforme.poser("A_RECYCLER", (flow, 0))
    assert grouper(plateforme.avec(codes_cdar={"A_RECYCLER": "210"}, codes_cpp={"A_RECYCLER": ""}), tout=True) == 1
    ((message,),) = [plateforme.fichier(one).values() for one in plateforme.groupes()]
    assert b"<ram:ReasonCode>AUTRE</ram:ReasonCode>" in message


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
    emettre_et_relever(mairie)
    assert {("fichier émis", f"{pivot} · facture"), ("fichier retiré", pivot), ("fichier retiré", cdar)} < set(faits())


@pytest.mark.parametrize("messages", [1, 2000])
def test_the_purge_of_a_grouped_file_is_told_to_each_flow_that_it_speaks_of(plateforme, monkeypatch, messages):
    monkeypatch.setattr("flux.registre.purges.MESSAGES", messages)
    engine = plateforme.contexte.engine
    first, second, other = plateforme.integrer(2), plateforme.integrer(1), plateforme.integrer(1)
    plateforme.poser("MISE_A_DISPOSITION", (first, 0), (second, 0))
    grouper(plateforme.contexte, tout=True)
    groups = {str(nom) for (nom,) in plateforme.lignes("SELECT nom FROM sorties WHERE flux_id IS NULL")}
    emettre_et_relever(plateforme)
    plateforme.contexte.horloge.instant += timedelta(days=9999)
    purger(plateforme.contexte)

    def dites(flow: int, rang: int) -> set[str]:
        entries = [one.sujet for one in journal_du_fichier(engine, flow, rang) if one.genre == "purge"]
        assert len(entries) == len(set(entries))
        return {one.removeprefix("reponse ") for one in entries if one.startswith("reponse ")}

    own = {
        flow: {str(nom) for (nom,) in plateforme.lignes(f"SELECT nom FROM sorties WHERE flux_id = {flow}")}
        for flow in (first, second, other)
    }
    assert len(groups) == 3
    assert dites(first, 0) == groups | own[first]
    assert dites(first, 1) == own[first]  # the other invoice of that flow is in none of them
    assert dites(second, 0) == groups | own[second]
    assert dites(other, 0) == own[other]
    assert verifier_journal(engine) == []
    with engine.begin() as conn:
        conn.execute(text("UPDATE sorties SET octets_purges_le = NULL WHERE flux_id IS NULL"))
    assert {one.ou for one in verifier_journal(engine)} == {
        f"flux {flow}, fichier groupé {nom} : octets_purges_le" for flow in (first, second) for nom in groups
    }
    with engine.begin() as conn:
        conn.execute(text("UPDATE sorties SET octets_purges_le = :le WHERE flux_id IS NULL"), {"le": plateforme.contexte.horloge()})


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


def test_a_file_sent_again_waits_in_the_outbox_under_its_name(plateforme):
    plateforme.integrer(1)
    emettre_et_relever(plateforme)
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
