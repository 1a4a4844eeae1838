"""Statuses deposited by a recipient: from its SFTP folder to the invoice, and back in the feedback. Real server, real ledger."""

import io
import re
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import Engine, text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.controle_statuts import juger_statuts
from flux.cycle_de_vie import Issue
from flux.errors import ErreurUsage
from flux.etapes import grouper
from flux.fabrique import ecrire_ubl, fabriquer_facture
from flux.limites import Limites
from flux.modele.facture import Identifiant, Partie
from flux.modele.statut import Acteur, Statut
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from flux.registre.bilan import verifier_bilan
from flux.registre.demandes import MembreStatuts, enregistrer_demandes
from flux.registre.depots import enregistrer_depot
from flux.registre.journal_verification import verifier_journal
from flux.registre.representations import ne_plus_representer, representer, structures_de, toutes
from flux.registre.statuts import Cahier, Demande, poser_statut, tenir, traiter_rejet
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import StatutPose
from flux.transport.entrepot import Entrepot
from flux.xsd.catalogue import schema
from raccordement.exemple import creer_partenaire
from tests.integration.registre import aides
from tests.integration.registre.aides import accepte, compte, depot, ensemble, flux_ouvert
from tests.integration.test_etapes import DEBUT, Horloge, Maison
from tests.services import PARTENAIRE, serveur_demo
from tests.unit.statuts.exemples_statuts import MONTANT, cdar, cpp

FACTURE = fabriquer_facture(7, 0, 2, date(2026, 9, 30), avoir=False)
SIRET = FACTURE.siret_destinataire
NUMERO, JOUR = FACTURE.numero, FACTURE.date_emission
FOURNISSEUR = Acteur(1, FACTURE.vendeur.identifiant("0009"), FACTURE.vendeur.nom, "FR")
DESTINATAIRE = Acteur(1, SIRET, FACTURE.acheteur.nom)


class Recette(Maison):
    """The platform, an issuer (abc123) and a recipient (xyz789)."""

    sequence = 0

    def facturer(self, *factures: object) -> None:
        """Deposit and integrate invoices in one archive."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            for n, one in enumerate(factures or (FACTURE,)):
                data = ecrire_ubl(one)
                member = tarfile.TarInfo(f"{n}.xml")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        self.envoyer(archive.getvalue(), "FSO1140A", PARTENAIRE)
        assert self.lignes("SELECT DISTINCT etat FROM factures") == [("DEPOSEE",)]

    def envoyer(self, data: bytes, interface: str = "FSO1301A", partenaire: str = "xyz789") -> etree._Element:
        """Deposit one file, go through every step, and return the feedback."""
        self.sequence += 1
        code = partenaire.upper()
        nom = f"{interface}_{code}_{code}{interface[3:7]}{self.sequence:015d}"
        with self.serveur.client(partenaire) as sftp, sftp.open(f"/in/{nom}", "wb") as out:
            out.write(data)
        self.recevoir()
        self.integrer()
        self.emettre()
        with self.serveur.client(partenaire) as sftp:
            (retour,) = [name for name in sftp.listdir("/out") if name.startswith("C" + interface[1:])]
            with sftp.open(f"/out/{retour}", "rb") as answer:
                root = etree.fromstring(answer.read())
            sftp.remove(f"/out/{retour}")
        schema("cpp-statut").assertValid(root)
        return root

    def etat(self, numero: str = NUMERO) -> str:
        return self.lignes(f"SELECT etat FROM factures WHERE numero = '{numero}'")[0][0]


@pytest.fixture
def recette(registre: Engine, tmp_path: Path) -> Iterator[Recette]:
    creer_partenaire(registre, "ABC123", "Éditeur", PARTENAIRE, DEBUT)
    receveur = creer_partenaire(registre, "XYZ789", "Destinataire", "xyz789", DEBUT)
    representer(registre, SIRET, receveur.id)
    settings = Reglages(dossier=tmp_path, tranche_factures=4)
    with serveur_demo(tmp_path, PARTENAIRE, "xyz789") as serveur:
        yield Recette(Contexte(settings, registre, Entrepot(str(tmp_path / "entrepot")), Horloge()), serveur, tmp_path)
    verifier_bilan(registre)
    assert verifier_journal(registre) == []


def dire(code: str, complement: str | None = None, *, plus: int = 60, **change: object) -> Statut:
    """A status of the invoice, ``plus`` seconds after the beginning of the test."""
    said = Statut(code, DEBUT + timedelta(seconds=plus), NUMERO, JOUR, "380", DEBUT, FOURNISSEUR, DESTINATAIRE, complement)
    return replace(said, **change)


def codes(retour: etree._Element) -> list[str]:
    return [one.text for one in retour.iter("CodeErreur")]


def regles(recette: Recette) -> list[str]:
    return [rule for (rule,) in recette.lignes("SELECT rule FROM anomalies WHERE rule LIKE 'STA-%' ORDER BY flux_id, membre_rang, rang")]


def test_a_recipient_suspends_then_pays_and_each_line_is_answered(recette):
    recette.facturer()
    retour = recette.envoyer(cpp(dire("SUSPENDUE", "Justificatif absent"), dire("MISE_A_DISPOSITION", plus=61), dire("MANDATEE", plus=62)))
    assert retour.findtext(".//IdStatut") == "90"
    assert [(one.findtext("NatureErreur"), one.findtext("CodeErreur")) for one in retour.iter("LigneErreurDetail")] == [
        ("INFORMATION", "STATUT_APPLIQUE")
    ] * 3
    assert retour.findtext(".//LibelleErreur") == f"Facture {NUMERO} : Suspendue."
    assert recette.etat() == "MANDATEE"
    assert recette.lignes("SELECT rang, code, par, source_rang, a_emettre FROM statuts ORDER BY rang") == [
        (0, "DEPOSEE", None, None, False), (1, "SUSPENDUE", "XYZ789", 1, True), (2, "MISE_A_DISPOSITION", "XYZ789", 2, True),
        (3, "MANDATEE", "XYZ789", 3, True),
    ]  # fmt: skip
    # a suspension in words has the reason code that CDAR asks for
    assert recette.lignes("SELECT motifs FROM statuts WHERE rang = 1") == [([["JUSTIF_ABS", "Justificatif absent"]],)]


def test_each_wrong_line_has_its_own_anomaly_and_does_not_stop_the_others(recette):
    recette.facturer(FACTURE, *(replace(FACTURE, numero=f"L{n}") for n in range(8)))
    ailleurs = replace(DESTINATAIRE, identifiant="99999999900008")
    retour = recette.envoyer(
        cpp(
            dire("SERVICE_FAIT", numero="INCONNUE"),
            dire("SERVICE_FAIT", destinataire=ailleurs),
            dire("COMPLETEE"),
            dire("MISE_EN_PAIEMENT", numero="L1"),
            dire("REJETEE", "Trop tard", numero="L1", plus=61),
            dire("SERVICE_FAIT", numero="L2", plus=-3600),
            dire("SUSPENDUE", numero="L3"),
            dire("MANDATEE", numero="L4"),
            dire("MANDATEE", numero="L4"),
            dire("SERVICE_FAIT", numero="L5", fournisseur=replace(FOURNISSEUR, identifiant="00000000000000")),
            dire("SERVICE_FAIT", numero="L6"),
        )
    )
    assert retour.findtext(".//IdStatut") == "96"
    assert regles(recette) == ["STA-01", "STA-03", "STA-05", "STA-06", "STA-07", "STA-09", "STA-17", "STA-01"]
    assert codes(retour).count("STATUT_APPLIQUE") == 3
    assert [recette.etat(f"L{n}") for n in (1, 2, 3, 4, 5, 6)] == [
        "MISE_EN_PAIEMENT",
        "DEPOSEE",
        "DEPOSEE",
        "MANDATEE",
        "DEPOSEE",
        "SERVICE_FAIT",
    ]
    assert recette.lignes("SELECT issue, count(*) FROM lignes_statut GROUP BY 1 ORDER BY 1") == [
        ("applique", 3),
        ("deja", 1),
        ("refuse", 7),
    ]
    # what was refused of an invoice leaves a trace
    assert recette.lignes("SELECT de, vers, issue, par FROM transitions_refusees ORDER BY id") == [
        ("DEPOSEE", "COMPLETEE", "réservé à un autre rôle", "XYZ789"), ("MISE_EN_PAIEMENT", "REJETEE", "transition interdite", "XYZ789"),
        ("DEPOSEE", "SERVICE_FAIT", "plus ancien que le statut courant", "XYZ789"),
    ]  # fmt: skip
    allowed = recette.lignes("SELECT fr, expected, path, member FROM anomalies WHERE rule = 'STA-06'")[0]
    assert "aucun / none" in allowed[0]
    assert allowed[2] == "/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire[5]"


def test_a_partner_that_represents_nobody_of_the_invoice_may_say_nothing(recette):
    recette.facturer()
    ne_plus_representer(recette.contexte.engine, SIRET)
    retour = recette.envoyer(cpp(dire("SERVICE_FAIT")))
    assert (retour.findtext(".//IdStatut"), codes(retour), regles(recette)) == ("93", ["REJ_HAB"], ["STA-04"])
    assert recette.lignes("SELECT statut FROM flux WHERE interface = 'FSO1301A'") == [("REJETE",)]


def test_the_issuer_completes_what_the_recipient_suspended(recette):
    recette.facturer()
    recette.envoyer(cpp(dire("SUSPENDUE", "Bon de commande absent")))
    retour = recette.envoyer(cpp(dire("COMPLETEE", plus=90)), partenaire=PARTENAIRE)
    assert (retour.findtext(".//IdStatut"), recette.etat()) == ("90", "COMPLETEE")
    assert codes(recette.envoyer(cpp(dire("MANDATEE", plus=91)), partenaire=PARTENAIRE)) == ["REJ_HAB"]


def test_an_invoice_that_was_not_integrated_takes_no_status(recette):
    recette.facturer()
    with recette.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE factures SET etat = 'NON_CONFORME'"))
    recette.envoyer(cpp(dire("SERVICE_FAIT")))
    assert regles(recette) == ["STA-01"]
    with recette.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE factures SET etat = 'DEPOSEE'"))


def test_two_invoices_of_one_number_need_the_date(recette):
    autre = replace(FACTURE, date_emission=date(2025, 12, 31))
    recette.facturer(FACTURE, autre)
    sans_date = cpp(dire("SERVICE_FAIT")).replace(f"<DateFacture>{JOUR}</DateFacture>\n".encode(), b"")
    assert b"DateFacture" not in sans_date
    recette.envoyer(sans_date)
    recette.envoyer(cpp(dire("SERVICE_FAIT")))
    assert regles(recette) == ["STA-02"]
    assert recette.lignes("SELECT date_emission, etat FROM factures ORDER BY 1") == [
        (date(2025, 12, 31), "DEPOSEE"),
        (JOUR, "SERVICE_FAIT"),
    ]


def _cdar(code: str = "208", **autres: object) -> bytes:
    given = {
        "numero": NUMERO,
        "auteur": SIRET,
        "fournisseur": FOURNISSEUR.identifiant[:9],
        "date_facture": f"{JOUR:%Y%m%d}",
        "instant": "20261123100500",
    }
    return cdar(code, **given | autres)


def test_a_cdar_message_deposited_again_changes_nothing(recette):
    """Under another name of flow; and the same words a second later are no next step of the payment."""
    recette.facturer()
    pris = _cdar("204", accuse="45", motif=None)
    for _ in range(3):
        retour = recette.envoyer(pris, "FSO1304A")
    assert (retour.findtext(".//IdStatut"), regles(recette)) == ("90", ["STA-17", "STA-17"])
    recette.envoyer(_cdar("204", accuse="45", motif=None, instant="20261123100501"), "FSO1304A")
    assert regles(recette)[2:] == ["STA-06"]
    assert recette.lignes("SELECT code FROM statuts ORDER BY rang") == [("DEPOSEE",), ("PRISE_EN_COMPTE_DESTINATAIRE",)]


def test_a_payment_without_a_rate_of_vat_leaves_with_its_amount(recette):
    """The rate is there only where the amount is that of one rate; a message that cannot be written holds up all after it."""
    recette.facturer()
    montant = re.sub("<ram:ValuePercent>.*</ram:ValuePercent>", "", MONTANT).replace("MEN", "MPA")
    retour = recette.envoyer(_cdar("211", accuse="47", motif=None, montant=montant), "FSO1304A")
    assert (codes(retour), recette.etat()) == (["STATUT_APPLIQUE"], "MISE_EN_PAIEMENT")
    assert grouper(recette.contexte, tout=True) >= 1
    ((cle,),) = recette.lignes("SELECT cle FROM sorties WHERE flux_id IS NULL AND interface = 'FEN1202A'")
    with recette.contexte.entrepot.ouvrir(cle) as data, tarfile.open(fileobj=io.BytesIO(data.read()), mode="r:gz") as archive:
        (message,) = [etree.fromstring(archive.extractfile(one).read()) for one in archive]
    assert [one.text for one in message.iter("{*}ValueAmount", "{*}ValuePercent")] == ["120.00"]


def test_cdar_messages_of_an_archive_are_applied_one_by_one(recette):
    recette.facturer(FACTURE, replace(FACTURE, numero="L1"), replace(FACTURE, numero="L2"))
    archive = io.BytesIO()
    messages = [
        _cdar(), _cdar("204", accuse="45", motif=None, numero="L1"), _cdar(motif="DOUBLON", numero="L2"),
        _cdar("212", accuse="47", motif=None, numero="L2", montant=MONTANT),
        _cdar("204", accuse="45", motif=None, numero="L2", auteur="99999999900008"), b"<a/>",
    ]  # fmt: skip
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for n, data in enumerate(messages):
            member = tarfile.TarInfo(f"{n}.xml")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    retour = recette.envoyer(archive.getvalue(), "FSO1304A")
    assert retour.findtext(".//IdStatut") == "96"
    assert regles(recette) == ["STA-13", "STA-16", "STA-03"]
    assert [recette.etat(n) for n in (NUMERO, "L1", "L2")] == ["SUSPENDUE", "PRISE_EN_COMPTE_DESTINATAIRE", "DEPOSEE"]
    decisions = recette.lignes("SELECT decision FROM membres WHERE flux_id = 2 ORDER BY rang")
    assert [one for (one,) in decisions] == ["accepted", "accepted", "rejected", "accepted", "rejected", "unreadable"]


def test_the_same_file_twice_or_under_another_name_changes_nothing_more(recette):
    recette.facturer()
    data = cpp(dire("SUSPENDUE", "Justificatif absent"), dire("MISE_A_DISPOSITION", plus=61))
    recette.envoyer(data)
    before = recette.lignes("SELECT * FROM statuts ORDER BY rang")
    retour = recette.envoyer(data)
    assert (retour.findtext(".//IdStatut"), codes(retour)) == ("90", ["STATUT_DEJA_POSE"] * 2)
    assert recette.lignes("SELECT * FROM statuts ORDER BY rang") == before


def test_a_file_that_its_schema_refuses_is_unreadable_as_a_whole(recette):
    recette.facturer()
    retour = recette.envoyer(cpp(dire("SERVICE_FAIT"), dire("MANDATEE", plus=61)).replace(b"<IdStatut>08<", b"<IdStatut>99<"))
    assert retour.findtext(".//IdStatut") == "93"
    assert recette.etat() == "DEPOSEE"
    assert recette.lignes("SELECT statut FROM flux ORDER BY id DESC LIMIT 1") == [("IRRECEVABLE",)]


MOE = "55500000500018"


@pytest.mark.parametrize(
    ("cadre", "code", "complement", "etat", "regle"),
    [
        ("A4", "REFUSEE_MOE", "Autre motif", "DEPOSEE", "STA-10"),
        ("A4", "REFUSEE_MOE", "Mauvaise maîtrise d'ouvrage", "ERREUR_FOURNISSEUR_SUR_MOA", None),
        ("A4", "ERREUR_FOURNISSEUR_SUR_MOE", "Mauvaise maîtrise d'œuvre", "ERREUR_FOURNISSEUR_SUR_MOE", None),
        ("A4", "ERREUR_FOURNISSEUR_SUR_MOE", "Erreur d'adresse", "ERREUR_FOURNISSEUR_SUR_MOE", None),
        ("A7", "REFUSEE_MOE", "Autre motif", "REFUSEE_MOE", None),
        ("A7", "REFUSEE_MOE", "MAUVAISE_MOA", "ERREUR_FOURNISSEUR_SUR_MOA", None),
        ("A9", "REFUSEE_1", "Travaux non faits", "REFUSEE_1", None),
        ("A9", "VALIDEE_1", None, "VALIDEE_1", None),
        ("A1", "PRISE_EN_COMPTE_MOE", None, "DEPOSEE", "STA-06"),
        ("S6", "REFUSEE_1", "Montant total erroné", "DEPOSEE", "STA-10"),
        ("S6", "REFUSEE_1", "Autre motif", "DEPOSEE", "STA-10"),
        ("S6", "REFUSEE_1", "erreur de  Routage", "REFUSEE_1", None),
        ("S6", "REFUSEE_1", "Mauvais valideur", "ERREUR_FOURNISSEUR_SUR_VALIDEUR", None),
        ("S6", "ERREUR_FOURNISSEUR_SUR_VALIDEUR", "Pas nous", "ERREUR_FOURNISSEUR_SUR_VALIDEUR", None),
    ],
)
def test_the_project_manager_and_the_validators_speak_for_the_party_the_invoice_names(registre, cadre, code, complement, etat, regle):
    """At the ledger: the classic interfaces that carry a validator need a whole works invoice."""
    flux_id = flux_ouvert(registre, (1,))
    partie = Partie(nom="Cabinet", identifiants=(Identifiant(MOE, "1"),))
    facture = replace(accepte(0).facture, cadre=cadre, valideur=partie)
    enregistrer_tranche(registre, flux_id, 0, [replace(accepte(0), facture=facture)])
    moe = creer_partenaire(registre, "MOE001", "Cabinet", "moe001", DEBUT)
    representer(registre, MOE, moe.id)
    said = Statut(
        code, datetime(2026, 11, 25, tzinfo=UTC), "F-0", date(2026, 11, 20), "380", DEBUT, Acteur(1, "12345678900011", "Société", "FR"),
        Acteur(1, "21750001600019", "Commune"), complement,
    )  # fmt: skip
    _deposer(registre, moe.id, cpp(said))
    assert compte(registre, "factures", f"etat = '{etat}'") == 1
    assert compte(registre, "anomalies", f"rule = '{regle}'" if regle else "true") == (1 if regle else 0)


def _deposer(registre: Engine, partenaire_id: int, data: bytes, nom: str = "x") -> int:
    """One file of statuses through the ledger alone."""
    flux_id = enregistrer_depot(registre, depot(partenaire_id, nom, None)).id
    aides.ouvrir(registre, flux_id, (1,))
    judged = juger_statuts("0.xml", data, INTERFACES_STATUTS["FSO1301A"], Limites())
    assert enregistrer_demandes(registre, flux_id, 0, [MembreStatuts(0, "0.xml", judged.statuts, judged.anomalies)], par="MOE001", le=DEBUT)
    return flux_id


# --- the function that sets a status -------------------------------------------------------------------------------------


@pytest.fixture
def facture(registre: Engine) -> tuple[int, int]:
    flux_id = flux_ouvert(registre, (2,))
    enregistrer_tranche(registre, flux_id, 0, [accepte(0), accepte(1)])
    return flux_id, 0


def demande(code: str, minute: int = 1, par: str = "Camille") -> Demande:
    return Demande(StatutPose(code, datetime(2026, 11, 24, 0, minute, tzinfo=UTC), "parce que"), par)


def test_the_same_status_asked_at_the_same_time_by_many_is_set_once(registre, facture):
    issues = ensemble(8, lambda _: poser_statut(registre, facture, demande("SUSPENDUE"), DEBUT).issue)
    assert sorted(issues) == sorted([Issue.APPLIQUE, *[Issue.DEJA] * 7])
    assert compte(registre, "statuts", "rang > 0") == 1


def test_many_statuses_at_the_same_time_make_one_path(registre, facture):
    wanted = ["SERVICE_FAIT", "MANDATEE", "SUSPENDUE", "REJETEE", "COMPTABILISEE", "MISE_EN_PAIEMENT", "A_RECYCLER", "MISE_A_DISPOSITION"]
    answers = ensemble(8, lambda n: poser_statut(registre, facture, demande(wanted[n], n), DEBUT))
    applied = [one.issue for one in answers].count(Issue.APPLIQUE)
    assert applied >= 1
    assert compte(registre, "statuts", f"membre_rang = {facture[1]}") == 1 + applied
    assert compte(registre, "transitions_refusees") == 8 - applied
    verifier_bilan(registre)


def test_who_comes_second_waits_for_the_first_and_sees_what_it_did(registre, facture):
    with ThreadPoolExecutor(1) as threads:
        with registre.begin() as conn:
            held = tenir(conn, [facture])[facture]
            second = threads.submit(poser_statut, registre, facture, demande("SUSPENDUE"), DEBUT)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
            cahier = Cahier(DEBUT)
            assert cahier.noter(held, demande("SUSPENDUE")).issue is Issue.APPLIQUE
            cahier.ecrire(conn)
        assert second.result(timeout=60).issue is Issue.DEJA
    assert compte(registre, "statuts", "rang = 1") == 1


def test_a_status_that_frees_the_number_lets_another_invoice_bear_it(registre, facture):
    poser_statut(registre, facture, demande("REJETEE"), DEBUT, libere_par={"REJETEE"})
    assert compte(registre, "factures", "cle_unicite IS NULL") == 1
    poser_statut(registre, (facture[0], 1), demande("REJETEE"), DEBUT)
    assert compte(registre, "factures", "cle_unicite IS NULL") == 1


def test_an_unknown_invoice_is_the_caller_s_fault(registre):
    with pytest.raises(ErreurUsage):
        poser_statut(registre, (99, 0), demande("SUSPENDUE"), DEBUT)


def test_a_final_refusal_is_dealt_with_once_and_nothing_else_is(registre, facture):
    with pytest.raises(ErreurUsage, match="REFUSEE_MOA"):
        traiter_rejet(registre, facture, "Camille", DEBUT)
    poser_statut(registre, facture, demande("REJETEE"), DEBUT)
    assert [traiter_rejet(registre, facture, "Camille", DEBUT) for _ in range(2)] == [True, False]
    assert compte(registre, "rejets_traites", "par = 'Camille'") == 1


def test_who_speaks_for_a_structure_changes_hands(registre):
    one, two = (creer_partenaire(registre, code, code, code.lower(), DEBUT).id for code in ("AAA111", "BBB222"))
    representer(registre, SIRET, one)
    representer(registre, SIRET, two)
    representer(registre, SIRET, two)
    assert (structures_de(registre, one), structures_de(registre, two)) == (frozenset(), frozenset({SIRET}))
    assert toutes(registre) == [("BBB222", SIRET)]
    assert [ne_plus_representer(registre, SIRET) for _ in range(2)] == [True, False]
    with pytest.raises(ErreurUsage):
        representer(registre, "123", one)
