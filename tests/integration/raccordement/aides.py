"""Records and certificates for the tests of connections."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from flux.modele.raccordement import EtatFiche
from raccordement.certificats_partenaire import ajouter, mettre_en_vigueur
from raccordement.etats import changer_etat
from raccordement.exemple import certificat_exemple
from raccordement.fiche import lire_demande
from raccordement.fiches import creer, trouver
from raccordement.historique import Geste

LE = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def geste(jours: float = 0, motif: str | None = None) -> Geste:
    return Geste("operateur", LE + timedelta(days=jours), motif)


def demande(code: str = "ABC001", **autres: object):
    base = {
        "code_application": code,
        "raison_sociale": "Éditeur",
        "siret": "00001006600017",
        "contacts": [{"nom": "Anne", "courriel": "anne@exemple.invalid"}],
        "abonnements": [{"interface": "FSO1100A", "sens": "emission"}, {"interface": "FSO1301A", "sens": "reception"}],
    }
    return lire_demande(base | autres)


def fiche_demandee(engine: Engine, code: str = "ABC001", **autres: object) -> int:
    creer(engine, demande(code, **autres), geste())
    return trouver(engine, code)[0]


def certificat(engine: Engine, partenaire_id: int, *, jours: int = 365, depuis: float = 0) -> int:
    """A certificate in force from ``depuis`` days after LE."""
    g = geste(depuis)
    found = ajouter(engine, partenaire_id, certificat_exemple("Éditeur", LE, jours=jours), g)
    return mettre_en_vigueur(engine, found.id, g).id


def en_qualification(engine: Engine, code: str = "ABC001", **autres: object) -> int:
    partner = fiche_demandee(engine, code, **autres)
    certificat(engine, partner)
    assert changer_etat(engine, code, EtatFiche.QUALIFICATION, geste()) == ()
    return partner
