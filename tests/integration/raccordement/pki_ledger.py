"""A record in the ledger and a PKI behind it: what renewals are tested on. Time is :data:`tests.pki.LE`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine

from flux.modele.raccordement import EtatFiche
from raccordement.certificats.chaine import Ancre
from raccordement.certificats.politique import PolitiqueCertificats
from raccordement.certificats.renouvellement import deposer
from raccordement.certificats.sources import Sources
from raccordement.certificats.verdict import Verificateur
from raccordement.etats import changer_etat
from raccordement.fiche import lire_demande
from raccordement.fiches import creer, trouver
from raccordement.historique import Geste
from tests.pki import LE, SIRET, Pki, cle_ec, p7b, pki
from tests.unit.certificats.aides import Reseau

CRL, CRL_R = "http://crl.essai.example/ac.crl", "http://crl.essai.example/racine.crl"


def nouvelle_pki() -> Pki:
    """A PKI whose certificates declare CRLs."""
    base = pki(crl_racine=CRL_R).racine
    return Pki(base, base.sous_autorite("AC d'essai", crl=CRL))


class Terrain:
    """A judge over a network of the test's own. ``revoquer`` changes the CRL; ``couper`` cuts the network."""

    def __init__(self, politique: PolitiqueCertificats | None = None) -> None:
        self.pki = nouvelle_pki()
        self.reseau = Reseau({CRL: self.pki.intermediaire.liste(), CRL_R: self.pki.racine.liste()})
        self.politique = politique or PolitiqueCertificats()
        self.heure = LE

    @property
    def juge(self) -> Verificateur:
        """A judge with new caches."""
        return Verificateur((Ancre(self.pki.racine.certificat, "essai"),), self.politique, Sources(self.reseau, lambda: self.heure))

    def revoquer(self, numeros: Iterable[int], le: datetime | None = None) -> None:
        quand = le or LE
        self.reseau.reponses[CRL] = self.pki.intermediaire.liste(numeros, du=quand, jusqu_au=quand.replace(year=quand.year + 1))

    def prolonger(self, jusqu_au: datetime) -> None:
        """Lists that are good for longer, for tests that let months pass."""
        self.reseau.reponses |= {CRL: self.pki.intermediaire.liste(jusqu_au=jusqu_au), CRL_R: self.pki.racine.liste(jusqu_au=jusqu_au)}

    def couper(self) -> None:
        self.reseau.reponses.clear()

    def depot(self, rang: object = 0, **autres: object) -> bytes:
        """A new certificate of the partner, with its chain."""
        return p7b(self.pki.intermediaire.emettre(cle=cle_ec(("partenaire", rang)), **autres), self.pki.intermediaire.certificat)


def fiche(engine: Engine, code: str = "ABC001", *, siret: str = SIRET, le: datetime = LE, **autres: object) -> int:
    """A record; return the id of its partner."""
    base = {
        "code_application": code, "raison_sociale": "Éditeur", "siret": siret,
        "contacts": [{"nom": "Anne", "courriel": "anne@partenaire.example"}],
        "abonnements": [{"interface": "FSO1140A", "sens": "emission"}],
    }  # fmt: skip
    creer(engine, lire_demande(base | autres), Geste("operateur", le))
    return trouver(engine, code)[0]


def en_service(engine: Engine, terrain: Terrain, code: str = "ABC001", **autres: object) -> int:
    """A record open in qualification, with a certificate in force."""
    partner = fiche(engine, code)
    deposer(engine, terrain.juge, code, terrain.depot(**autres), Geste("operateur", LE), basculer=True)
    assert changer_etat(engine, code, EtatFiche.QUALIFICATION, Geste("operateur", LE)) == ()
    return partner
