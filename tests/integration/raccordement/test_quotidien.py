"""The daily look: revocations close the door, waiting deposits are settled, partners are told once, by file and by real mail."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from icalendar import Calendar
from sqlalchemy import select, text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurTransport
from flux.etapes.bilan import bilan_complet
from flux.modele.raccordement import EtatCertificat, EtatFiche
from flux.registre import tables as t
from flux.reglages_certificats import ReglagesCertificats
from flux.transport.entrepot import Entrepot
from raccordement.certificats.calendrier import calendrier
from raccordement.certificats.courriel import facteur_smtp
from raccordement.certificats.politique import PolitiqueCertificats, SiInconnu
from raccordement.certificats.preavis import Poste, echeance
from raccordement.certificats.quotidien import juger_tout, prevenir
from raccordement.certificats.rapport import rapport_certificats, rapport_envois
from raccordement.certificats.registre import dernier_verdict
from raccordement.certificats.renouvellement import PAR_FICHIER, deposer
from raccordement.certificats.resultats import Decision
from raccordement.certificats.suites import Action, action
from raccordement.certificats_partenaire import certificats, en_vigueur, fermer
from raccordement.etats import changer_etat
from raccordement.historique import Geste
from tests.integration.raccordement.pki_ledger import Terrain, en_service, fiche
from tests.pki import LE, pem
from tests.serveur_http import autorite_tls, contexte_tls
from tests.services import port_libre

JOUR = timedelta(days=1)
GESTE = Geste("operateur", LE)


class Boite:
    """What a real SMTP server received."""

    def __init__(self):
        self.messages = []
        self.refuse = False
        self.inconnus = set()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address in self.inconnus:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # the name that aiosmtpd calls
        if self.refuse:
            return "451 plus tard"
        self.messages.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def boite():
    recue = Boite()
    controleur = Controller(recue, hostname="127.0.0.1", port=port_libre())
    controleur.start()
    recue.port = controleur.port
    yield recue
    controleur.stop()


@pytest.fixture
def poste(tmp_path, boite):
    reglages = ReglagesCertificats(smtp_serveur="127.0.0.1", smtp_port=boite.port, smtp_securite="aucune")
    return Poste(Entrepot(tmp_path.as_uri()), facteur_smtp(reglages), "plateforme@essai.example")


def _sorties(engine):
    with engine.begin() as conn:
        return list(conn.execute(select(t.sorties.c.nom).order_by(t.sorties.c.id)).scalars())


def _texte(engine, poste, rang=-1):
    with engine.begin() as conn:
        cle = list(conn.execute(select(t.sorties.c.cle).order_by(t.sorties.c.id)).scalars())[rang]
    with poste.entrepot.ouvrir(cle) as source:
        return source.read().decode()


@pytest.mark.parametrize("etat", list(EtatCertificat))
@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize(("revoque", "bascule"), list(itertools.product([True, False], repeat=2)))
def test_what_a_verdict_does_depends_on_the_state_and_the_decision_alone(etat, decision, revoque, bascule):
    ouvert, attend = etat in {EtatCertificat.EN_VIGUEUR, EtatCertificat.REMPLACE}, etat in {EtatCertificat.PROPOSE, EtatCertificat.RETENU}
    attendu = Action.RIEN
    if ouvert:
        attendu = {
            Decision.REFUSE: Action.REVOQUER if revoque else Action.SIGNALER, Decision.RETENU: Action.SIGNALER,
        }.get(decision, Action.RIEN)  # fmt: skip
    elif attend:
        accepte = Action.METTRE_EN_VIGUEUR if bascule else Action.RIEN
        tenu = Action.RETENIR if etat is EtatCertificat.PROPOSE else Action.RIEN
        attendu = {Decision.REFUSE: Action.REFUSER, Decision.RETENU: tenu}.get(decision, accepte)
    assert action(etat, decision, revoque=revoque, bascule=bascule) is attendu


def revoque(registre):
    """A partner in service whose authority revokes its one certificate, that certificate, and the next day."""
    terrain = Terrain()
    partner = en_service(registre, terrain)
    (un,) = certificats(registre, partner)
    terrain.revoquer([x509.load_der_x509_certificate(un.der).serial_number], LE)
    le = terrain.heure = LE + JOUR
    return terrain, partner, un, le


def test_a_revoked_certificate_closes_the_door_and_its_partner_is_told_once(registre, poste, boite):
    terrain, partner, un, le = revoque(registre)
    (constat,) = juger_tout(registre, terrain.juge, poste, le, bascule=True)
    assert constat.action is Action.REVOQUER
    assert [one.etat for one in certificats(registre, partner)] == [EtatCertificat.REVOQUE]
    assert en_vigueur(registre, partner, le) == []
    juger_tout(registre, terrain.juge, poste, le + JOUR, bascule=True)
    assert [destinataires for destinataires, _ in boite.messages] == [["anne@partenaire.example"]]
    assert _sorties(registre) == [f"CERT_ABC001_{un.empreinte[:16]}_revoque.txt"]
    assert "RÉVOQUÉ" in rapport_certificats([constat], le)


def test_silence_of_every_source_closes_no_door(registre, poste, boite):
    terrain = Terrain(PolitiqueCertificats(si_inconnu=SiInconnu.RETENIR))
    partner = en_service(registre, terrain)
    terrain.couper()
    le = terrain.heure = LE + JOUR
    (constat,) = juger_tout(registre, terrain.juge, poste, le, bascule=True)
    assert constat.action is Action.SIGNALER
    assert len(en_vigueur(registre, partner, le)) == 1
    assert (boite.messages, _sorties(registre)) == ([], [])
    assert "ne répond pas" in rapport_certificats([constat], le)


def test_each_certificate_is_judged_once_a_day_and_again_when_its_recheck_is_due(registre, poste):
    terrain = Terrain()
    terrain.couper()
    partner = en_service(registre, terrain)
    (un,) = certificats(registre, partner)
    heures = []
    for heure in range(30):
        le = terrain.heure = LE + timedelta(hours=heure)
        if heure == 9:
            terrain.prolonger(LE + 9 * JOUR)
        if juger_tout(registre, terrain.juge, poste, le, bascule=True):
            heures.append(heure)
    assert heures == [4, 8, 12]
    assert dernier_verdict(registre, un.id).decision is Decision.ACCEPTE
    terrain.heure = LE + timedelta(hours=32)
    assert juger_tout(registre, terrain.juge, poste, terrain.heure, bascule=True)


def test_a_held_deposit_is_settled_when_an_answer_comes(registre, poste):
    terrain = Terrain(PolitiqueCertificats(si_inconnu=SiInconnu.RETENIR))
    partner = fiche(registre)
    terrain.couper()
    deposer(registre, terrain.juge, "ABC001", terrain.depot(), Geste(PAR_FICHIER, LE))
    juger_tout(registre, terrain.juge, poste, LE, bascule=True)
    assert [one.etat for one in certificats(registre, partner)] == [EtatCertificat.RETENU]
    assert "en attente" in _texte(registre, poste)
    terrain.prolonger(LE + 9 * JOUR)
    juger_tout(registre, terrain.juge, poste, LE, bascule=True)
    assert [one.etat for one in certificats(registre, partner)] == [EtatCertificat.EN_VIGUEUR]
    assert "accepté" in _texte(registre, poste)
    assert [nom.rsplit("_", 1)[1] for nom in _sorties(registre)] == ["retenu.txt", "accepte.txt"]


def test_a_certificate_that_waits_for_days_leaves_no_nameless_text_in_the_store(registre, poste, tmp_path):
    terrain = Terrain(PolitiqueCertificats(si_inconnu=SiInconnu.RETENIR))
    fiche(registre)
    terrain.couper()
    deposer(registre, terrain.juge, "ABC001", terrain.depot(), Geste(PAR_FICHIER, LE))
    for heure in range(0, 72, 6):
        terrain.heure = LE + timedelta(hours=heure)
        juger_tout(registre, terrain.juge, poste, terrain.heure, bascule=True)
    assert [nom.rsplit("_", 1)[1] for nom in _sorties(registre)] == ["retenu.txt"]
    assert sum(1 for _ in poste.entrepot.lister("sha256")) == 1
    assert bilan_complet(Contexte(Reglages(dossier=tmp_path), registre, poste.entrepot, lambda: terrain.heure)).constats == ()


def test_a_text_that_the_store_does_not_take_is_not_in_the_outbox(registre, poste, monkeypatch):
    def refuser(_contenu):
        raise ErreurTransport("The staging store is full.", operation="deposer")

    monkeypatch.setattr(poste.entrepot, "deposer", refuser)
    terrain = Terrain()
    en_service(registre, terrain, fin=LE + 20 * JOUR)
    with pytest.raises(ErreurTransport):
        prevenir(registre, terrain.politique, poste, LE)
    monkeypatch.undo()
    assert _sorties(registre) == []
    assert [one.parti for one in prevenir(registre, terrain.politique, poste, LE)] == [True, True]


def test_what_the_operator_deposited_waits_for_the_operator(registre, poste):
    terrain = Terrain()
    partner = fiche(registre)
    deposer(registre, terrain.juge, "ABC001", terrain.depot(), GESTE)
    juger_tout(registre, terrain.juge, poste, LE, bascule=True)
    assert [one.etat for one in certificats(registre, partner)] == [EtatCertificat.PROPOSE]
    assert _sorties(registre) == []


@pytest.mark.parametrize(
    ("reste", "seuil"),
    [(91, None), (90.5, None), (90, 90), (61, 90), (60, 60), (20, 30), (1.5, 7), (1, 1), (0.5, 1), (0, None), (-1, None)],
)
def test_the_nearest_threshold_reached_is_the_one_told(reste, seuil):
    assert echeance(LE + reste * JOUR, LE, (90, 60, 30, 15, 7, 1)) == seuil


def test_every_notice_leaves_once_by_file_and_by_mail_however_often_the_day_runs(registre, poste, boite):
    terrain = Terrain()
    en_service(registre, terrain, fin=LE + 100 * JOUR)
    for heure in range(0, 101 * 24, 13):
        prevenir(registre, terrain.politique, poste, LE + timedelta(hours=heure))
    jours = ["90", "60", "30", "15", "07", "01"]
    assert [nom.rsplit("_", 1)[1] for nom in _sorties(registre)] == [f"expire-{one}j.txt" for one in jours]
    assert len(boite.messages) == 6
    sujets = [recu["Subject"] for _, recu in boite.messages]
    assert "dans 90 jours" in sujets[0]
    assert "demain" in sujets[-1]
    assert len({recu["Message-ID"] for _, recu in boite.messages}) == 6
    assert "CERT_ABC001_" in boite.messages[0][1].get_content()
    assert "CERT_ABC001_" in _texte(registre, poste)


def test_a_mail_that_cannot_leave_is_tried_again_and_does_not_hold_back_the_file(registre, poste, boite):
    terrain = Terrain()
    en_service(registre, terrain, fin=LE + 20 * JOUR)
    boite.refuse = True
    envois = prevenir(registre, terrain.politique, poste, LE)
    assert [(one.voie, one.parti, one.panne is None) for one in envois] == [("fichier", True, True), ("courriel", False, False)]
    assert "NON PARTI" in rapport_envois(envois)
    boite.refuse = False
    assert [(one.voie, one.parti) for one in prevenir(registre, terrain.politique, poste, LE)] == [("fichier", False), ("courriel", True)]
    assert (len(boite.messages), len(_sorties(registre))) == (1, 1)


@pytest.mark.parametrize("parti", ["anne", "zoe"])
def test_a_contact_that_left_costs_the_other_nothing_and_is_told_in_the_report(registre, poste, boite, parti):
    terrain = Terrain()
    partner = fiche(
        registre, contacts=[{"nom": "Anne", "courriel": "anne@partenaire.example"}, {"nom": "Zoé", "courriel": "zoe@partenaire.example"}]
    )
    deposer(registre, terrain.juge, "ABC001", terrain.depot(fin=LE + 20 * JOUR), GESTE, basculer=True)
    changer_etat(registre, "ABC001", EtatFiche.QUALIFICATION, GESTE)
    boite.inconnus = {f"{parti}@partenaire.example"}
    for heure in range(24):
        envois = prevenir(registre, terrain.politique, poste, LE + timedelta(hours=heure))
    assert [destinataires for destinataires, _ in boite.messages] == [[f"{'zoe' if parti == 'anne' else 'anne'}@partenaire.example"]]
    assert f"{parti}@partenaire.example" in rapport_envois(envois)
    assert "NON PARTI" in rapport_envois(envois)
    boite.inconnus = set()  # the mailbox is there again: its notice leaves, once, and no other
    for heure in range(2):
        prevenir(registre, terrain.politique, poste, LE + timedelta(hours=24 + heure))
    assert sorted(one for destinataires, _ in boite.messages for one in destinataires) == [
        "anne@partenaire.example", "zoe@partenaire.example",
    ]  # fmt: skip
    assert len({recu["Message-ID"] for _, recu in boite.messages}) == 2
    assert len(certificats(registre, partner)) == 1


def test_a_notice_told_before_each_contact_had_its_mark_is_not_told_again(registre, poste, boite):
    terrain = Terrain()
    partner = en_service(registre, terrain, fin=LE + 20 * JOUR)
    with registre.begin() as conn:
        conn.execute(
            t.preavis.insert().values(certificat_id=certificats(registre, partner)[0].id, objet="30", voie="courriel", le=LE - JOUR)
        )
    assert [one.parti for one in prevenir(registre, terrain.politique, poste, LE)] == [True, False]
    assert boite.messages == []


def test_an_address_that_no_header_holds_does_not_keep_the_others_from_being_told(registre, poste, boite):
    terrain = Terrain()
    fiche(
        registre, contacts=[{"nom": "Anne", "courriel": "anne@partenaire.example"}, {"nom": "Bob", "courriel": "[bob@partenaire.example"}]
    )
    deposer(registre, terrain.juge, "ABC001", terrain.depot(fin=LE + 20 * JOUR), GESTE, basculer=True)
    changer_etat(registre, "ABC001", EtatFiche.QUALIFICATION, GESTE)
    envois = prevenir(registre, terrain.politique, poste, LE)
    assert [destinataires for destinataires, _ in boite.messages] == [["anne@partenaire.example"]]
    assert [one.panne is None for one in envois] == [True, False, True]


def test_a_revocation_that_no_mail_could_tell_is_told_by_a_later_run(registre, poste, boite):
    terrain, _, un, le = revoque(registre)
    boite.refuse = True
    juger_tout(registre, terrain.juge, poste, le, bascule=True)
    assert prevenir(registre, terrain.politique, poste, le)[-1].panne is not None
    boite.refuse = False
    for heure in range(1, 4):
        envois = prevenir(registre, terrain.politique, poste, le + timedelta(hours=heure))
    ((_, recu),) = boite.messages
    assert "révoqué" in recu["Subject"]
    assert "révo" in recu.get_content()
    assert not any(one.parti or one.panne for one in envois)
    assert _sorties(registre) == [f"CERT_ABC001_{un.empreinte[:16]}_revoque.txt"]
    assert prevenir(registre, terrain.politique, poste, un.not_after + JOUR) == []  # it would have ended by now


def test_a_run_that_died_before_it_told_a_revocation_leaves_it_to_the_next_one(registre, poste, boite):
    terrain, _, _, le = revoque(registre)
    juger_tout(registre, terrain.juge, replace(poste, facteur=None), le, bascule=True)
    with registre.begin() as conn:
        conn.execute(text("DELETE FROM sorties"))
        conn.execute(text("DELETE FROM preavis"))
    assert [(one.voie, one.parti) for one in prevenir(registre, terrain.politique, poste, le)] == [("fichier", True), ("courriel", True)]


def test_what_the_operator_revoked_is_the_operators_to_tell(registre, poste, boite):
    terrain = Terrain()
    partner = en_service(registre, terrain)
    fermer(registre, certificats(registre, partner)[0].id, GESTE, EtatCertificat.REVOQUE)
    assert prevenir(registre, terrain.politique, poste, LE) == []
    assert boite.messages == []


def test_two_runs_at_the_same_time_send_one_notice(registre, poste, boite):
    terrain = Terrain()
    en_service(registre, terrain, fin=LE + 20 * JOUR)
    with ThreadPoolExecutor(4) as fils:
        tous = [one.result() for one in [fils.submit(prevenir, registre, terrain.politique, poste, LE) for _ in range(4)]]
    assert sum(envoi.parti for envois in tous for envoi in envois) == 2  # one by file, one by mail
    assert (len(boite.messages), len(_sorties(registre))) == (1, 1)


@pytest.mark.parametrize("connue", [True, False])
def test_mail_leaves_over_a_checked_tls_connection_only(registre, tmp_path, connue):
    recue, ac = Boite(), autorite_tls()
    (tmp_path / "ac.pem").write_bytes(pem((ac if connue else autorite_tls("Autre")).certificat))
    ouvre = SimpleNamespace(login="compte", password="secret")

    def authentifier(_serveur, _session, _enveloppe, _methode, donnees):
        return AuthResult(success=(donnees.login, donnees.password) == (ouvre.login.encode(), ouvre.password.encode()))

    controleur = Controller(
        recue, hostname="127.0.0.1", port=port_libre(), tls_context=contexte_tls(tmp_path, ac), authenticator=authentifier,
        auth_required=True, require_starttls=True,
    )  # fmt: skip
    controleur.start()
    try:
        reglages = ReglagesCertificats(
            smtp_serveur="127.0.0.1", smtp_port=controleur.port, smtp_ac=tmp_path / "ac.pem", smtp_utilisateur="compte",
            smtp_mot_de_passe="secret",
        )  # fmt: skip
        terrain = Terrain()
        en_service(registre, terrain, fin=LE + 20 * JOUR)
        poste = Poste(Entrepot(tmp_path.as_uri()), facteur_smtp(reglages), "plateforme@essai.example")
        envois = prevenir(registre, terrain.politique, poste, LE)
    finally:
        controleur.stop()
    assert [one.parti for one in envois] == [True, connue]
    assert len(recue.messages) == int(connue)
    assert "secret" not in repr(reglages)


def test_a_renewed_or_closed_partner_is_left_in_peace(registre, poste, boite):
    terrain = Terrain()
    en_service(registre, terrain, fin=LE + 20 * JOUR)
    deposer(registre, terrain.juge, "ABC001", terrain.depot(1), GESTE, basculer=True)
    assert prevenir(registre, terrain.politique, poste, LE) == []
    autre = Terrain()
    fiche(registre, "XYZ002")
    assert deposer(registre, autre.juge, "XYZ002", autre.depot("x", fin=LE + 20 * JOUR), GESTE, basculer=True).certificat
    assert prevenir(registre, autre.politique, poste, LE) == []  # its record is not open yet
    changer_etat(registre, "XYZ002", EtatFiche.QUALIFICATION, GESTE)
    assert len(prevenir(registre, autre.politique, poste, LE)) == 2
    changer_etat(registre, "XYZ002", EtatFiche.SUSPENDU, Geste("operateur", LE, "essai"))
    assert prevenir(registre, autre.politique, poste, LE + 6 * JOUR) == []


def test_the_calendar_says_the_end_of_each_certificate_with_an_alarm_for_each_notice(registre):
    terrain = Terrain()
    partner = en_service(registre, terrain, fin=LE + 100 * JOUR)
    (un,) = certificats(registre, partner)
    lu = Calendar.from_ical(calendrier([("ABC001", un)], (30, 7), LE))
    (evenement,) = lu.walk("VEVENT")
    assert evenement["dtstart"].dt == (LE + 100 * JOUR).date()
    assert un.empreinte in evenement["uid"]
    assert [alarme["trigger"].dt for alarme in evenement.walk("VALARM")] == [-30 * JOUR, -7 * JOUR]
