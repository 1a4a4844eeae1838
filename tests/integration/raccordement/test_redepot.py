"""A certificate that is known already, deposited again as a file: each deposit has its answer, and a refusal is judged anew."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select

from flux.config import Reglages
from flux.contexte import Contexte
from flux.etapes.bilan import bilan_complet
from flux.modele.raccordement import EtatCertificat
from flux.registre import tables as t
from flux.transport.entrepot import Entrepot
from raccordement.certificats.depot_fichier import recevoir
from raccordement.certificats.lecture import lire_depot
from raccordement.certificats.noms import empreinte
from raccordement.certificats.preavis import Poste
from raccordement.certificats.quotidien import juger_tout, prevenir
from raccordement.certificats.registre import attend_un_jugement, dernier_verdict
from raccordement.certificats.renouvellement import PAR_FICHIER, deposer
from raccordement.certificats.resultats import Decision
from raccordement.certificats_partenaire import certificats, fermer, par_empreinte
from raccordement.historique import Geste, historique
from raccordement.partenaires import partenaire
from tests.integration.raccordement.pki_ledger import Terrain, en_service
from tests.pki import LE, cle_ec, p7b

JOUR = timedelta(days=1)


class Banc:
    """One partner in service, its deposits and the daily look."""

    def __init__(self, engine, dossier):
        self.engine, self.terrain = engine, Terrain()
        self.partenaire_id = en_service(engine, self.terrain)
        self.partenaire = partenaire(engine, "ABC001")
        self.entrepot = Entrepot(str(dossier))
        self.le = LE
        (un,) = certificats(engine, self.partenaire_id)
        self.en_service = p7b(x509.load_der_x509_certificate(un.der), self.terrain.pki.intermediaire.certificat)

    def deposer(self, data, jeton, *, nom="CERT_ABC001_a.p7b"):
        self.le = self.terrain.heure = self.le + JOUR
        geste = Geste(PAR_FICHIER, self.le)
        return recevoir(self.engine, self.terrain.juge, self.entrepot, self.partenaire, nom, jeton, [data], geste)

    def juger(self):
        juger_tout(self.engine, self.terrain.juge, Poste(self.entrepot, None, "p@essai.example"), self.le, bascule=True)

    def refuser_puis_lever(self, data, jeton):
        """Deposit what the authority holds: it is refused; then the authority lets it go."""
        self.terrain.revoquer([lire_depot(data).feuille.serial_number], LE)
        self.deposer(data, jeton)
        self.juger()
        assert self.etat(data) is EtatCertificat.REFUSE
        self.terrain.revoquer([], LE)

    def garde(self, data):
        return par_empreinte(self.engine, _empreinte(data))

    def etat(self, data):
        return self.garde(data).etat

    def reponses(self):
        with self.engine.begin() as conn:
            rows = conn.execute(select(t.sorties.c.nom, t.sorties.c.cle).order_by(t.sorties.c.id)).all()
        return [(nom, _lire(self.entrepot, cle)) for nom, cle in rows]

    def depots(self):
        detail = [one.detail for one in historique(self.engine, self.partenaire_id) if one.action == "certificat"]
        return [(one["etat"], one.get("jeton")) for one in detail if one["quoi"] == "depot"][1:]  # the first is the operator's


def _empreinte(data):
    return empreinte(lire_depot(data).feuille)


def _cle_privee():
    return cle_ec("secrete").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _lire(entrepot, cle):
    with entrepot.ouvrir(cle) as source:
        return source.read().decode()


@pytest.fixture
def banc(registre, tmp_path):
    return Banc(registre, tmp_path)


def test_what_was_refused_and_is_deposited_again_is_judged_again(banc):
    data = banc.terrain.depot(5)
    banc.refuser_puis_lever(data, "j1")
    assert banc.deposer(data, "j2") is not Decision.REFUSE
    assert attend_un_jugement(banc.engine, PAR_FICHIER)
    banc.juger()
    assert banc.etat(data) is EtatCertificat.EN_VIGUEUR
    debut = f"CERT_ABC001_{_empreinte(data)[:16]}"
    assert [nom for nom, _ in banc.reponses()] == [f"{debut}_j1_refuse.txt", f"{debut}_j2_accepte.txt"]
    assert banc.depots() == [("propose", "j1"), ("propose", "j2")]


def test_what_is_refused_twice_is_answered_twice(banc):
    data = banc.terrain.depot(5)
    banc.refuser_puis_lever(data, "j1")
    banc.refuser_puis_lever(data, "j2")
    debut = f"CERT_ABC001_{_empreinte(data)[:16]}"
    assert [nom for nom, _ in banc.reponses()] == [f"{debut}_j1_refuse.txt", f"{debut}_j2_refuse.txt"]


def test_a_refused_one_comes_back_with_the_chain_of_its_last_deposit_and_as_the_partners(banc):
    data = banc.terrain.depot(5)
    vu = deposer(banc.engine, banc.terrain.juge, "ABC001", data, Geste("operateur", LE)).certificat
    fermer(banc.engine, vu.id, Geste("operateur", LE), EtatCertificat.REFUSE)
    with banc.engine.begin() as conn:
        conn.execute(t.certificats_partenaire.update().where(t.certificats_partenaire.c.id == vu.id).values(chaine=[]))
    banc.deposer(data, "j1")
    garde = banc.garde(data)
    assert (garde.etat, garde.par, garde.depose_le, garde.chaine) == (EtatCertificat.PROPOSE, PAR_FICHIER, banc.le, vu.chaine)


def test_the_operator_too_puts_a_refused_one_back(banc):
    data = banc.terrain.depot(5)
    banc.refuser_puis_lever(data, "j1")
    suite = deposer(banc.engine, banc.terrain.juge, "ABC001", data, Geste("operateur", banc.le))
    assert (suite.certificat.etat, suite.certificat.par) == (EtatCertificat.PROPOSE, "operateur")


@pytest.mark.parametrize(
    ("etat", "fin", "mots"),
    [
        (None, "_j1_accepte.txt", ("déjà accepté", "already accepted")),
        (EtatCertificat.REMPLACE, "_j1_refuse.txt", ("remplacé", "replaced")),
        (EtatCertificat.REVOQUE, "_j1_refuse.txt", ("révoqué", "revoked")),
    ],
)
def test_what_cannot_be_put_in_force_anew_is_told_at_once_and_nothing_changes(banc, etat, fin, mots):
    data = banc.en_service
    if etat is not None:
        fermer(banc.engine, banc.garde(data).id, Geste("operateur", LE), etat)
    avant, verdict = banc.garde(data), dernier_verdict(banc.engine, banc.garde(data).id)
    for _ in range(2):  # again, with the same token: a reception that died before it removed the file
        banc.deposer(data, "j1")
    ((nom, texte),) = banc.reponses()
    assert nom.endswith(fin)
    assert all(one in texte for one in mots)
    assert (banc.garde(data), dernier_verdict(banc.engine, avant.id)) == (avant, verdict)
    assert banc.depots() == []
    banc.deposer(data, "j2")
    assert len(banc.reponses()) == 2


def test_what_the_operator_proposed_is_told_to_the_partner_and_waits_for_the_operator(banc):
    data = banc.terrain.depot(5)
    deposer(banc.engine, banc.terrain.juge, "ABC001", data, Geste("operateur", LE))
    banc.deposer(data, "j1")
    ((nom, texte),) = banc.reponses()
    assert nom.endswith("_j1_retenu.txt")
    assert "déjà déposé" in texte
    assert (banc.etat(data), banc.garde(data).par) == (EtatCertificat.PROPOSE, "operateur")


def test_a_deposit_taken_up_again_after_its_judgement_changes_nothing(banc):
    """The reception died between its transaction and the removal of the file; the DAG judged meanwhile."""
    data = banc.terrain.depot(5)
    banc.refuser_puis_lever(data, "j1")
    banc.deposer(data, "j1")
    assert banc.etat(data) is EtatCertificat.REFUSE
    banc.deposer(data, "j2")
    banc.juger()
    banc.deposer(data, "j2")
    assert banc.etat(data) is EtatCertificat.EN_VIGUEUR
    assert len(banc.reponses()) == 2


def test_every_text_left_by_a_run_that_died_is_known_for_ours(banc, tmp_path):
    """It was kept, and its row rolled back: an effect of no row, not a lost deposit."""
    banc.deposer(banc.en_service, "j1")
    banc.deposer(b"rien", "j2")
    banc.deposer(_cle_privee(), "j3")
    banc.refuser_puis_lever(banc.terrain.depot(5), "j4")
    banc.deposer(banc.terrain.depot(6), "j5", nom="mal-nomme.pem")
    (un,) = (one for one in certificats(banc.engine, banc.partenaire_id) if one.etat is EtatCertificat.EN_VIGUEUR)
    poste = Poste(banc.entrepot, None, "p@essai.example")
    prevenir(banc.engine, banc.terrain.politique, poste, un.not_after - 5 * JOUR)
    banc.terrain.revoquer([lire_depot(banc.en_service).feuille.serial_number], banc.le)
    banc.le = banc.terrain.heure = banc.le + JOUR
    banc.juger()
    banc.deposer(banc.en_service, "j6")
    with banc.engine.begin() as conn:
        certificat = t.certificats_partenaire
        conn.execute(certificat.update().where(certificat.c.id == un.id).values(etat=EtatCertificat.REMPLACE))
    banc.terrain.revoquer([], LE)
    banc.deposer(banc.en_service, "j7")
    neuf = banc.terrain.depot(8)
    deposer(banc.engine, banc.terrain.juge, "ABC001", neuf, Geste("operateur", banc.le))
    banc.deposer(neuf, "j8")
    textes = len({texte for _, texte in banc.reponses()})
    assert textes == 10
    with banc.engine.begin() as conn:
        conn.execute(t.sorties.delete())
    found = bilan_complet(Contexte(Reglages(dossier=tmp_path), banc.engine, banc.entrepot, lambda: banc.le))
    assert ([(one.code, one.objet) for one in found.constats], len(found.restes)) == ([], textes)
