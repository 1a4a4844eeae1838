"""The targets: bytes in, an answer out; whatever is raised is a finding."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from flux.annuaire.lire_csv import lire_csv
from flux.annuaire.lire_f14 import lire_f14
from flux.archive import ouvrir_flux
from flux.controle import juger
from flux.controle_statuts import juger_statuts
from flux.enveloppe import verifier_nom
from flux.limites import MIO, Limites
from flux.parsers.facturx import ouvrir_pdf
from flux.parsers.pieces import ouvrir_piece
from flux.parsers.xml import lire_xml
from flux.parsers.xmp import lire_xmp
from flux.referentiel.interfaces import INTERFACES, Environnement
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from flux.referentiel.jeux import MoteurRegles
from flux.regles.officielles.moteur import ReglesOfficielles
from tests.hostile.attaques_archive import entree, targz
from tests.hostile.attaques_pieces import _zip
from tests.hostile.modele import CII, CPP, FACTURX, MIXTE, UBL, exemple
from tests.unit.xsd.exemplaires import exemplaire

LIMITES = Limites(taille_ouverte=16 * MIO, ratio_a_partir_de=4 * MIO)
_CSV = b"siret;code_service;nom;actif;debut\n00001005800014;;Mairie;oui;2026-01-01\n00001005800014;VOIRIE;Voirie;oui;\n"
_F14 = (
    b"<AnnuaireConsultationF14><HorodateProduction>20260901000000</HorodateProduction><TypeFlux>C</TypeFlux><BlocEtablissements><Etablissement>"
    b"<IdSIRET>00001005800014</IdSIRET><Nom>Mairie</Nom><Statut>A</Statut><MotifPresence>P</MotifPresence></Etablissement></BlocEtablissements>"
    b"</AnnuaireConsultationF14>"
)


@dataclass(frozen=True)
class Cible:
    """A parser to try. :ivar graines: good inputs, from which mutations start."""

    nom: str
    essayer: Callable[[bytes], object]
    graines: Callable[[], tuple[bytes, ...]]


@cache
def _regles() -> ReglesOfficielles:
    return ReglesOfficielles(MoteurRegles.NATIF, None)


def _document(interface: str) -> Cible:
    row = INTERFACES[interface]
    return Cible(f"document-{interface}", lambda data: juger("x", data, row, LIMITES, officielles=_regles()), lambda: (exemple(interface),))


def _statuts(code: str, nom: str) -> Cible:
    row = INTERFACES_STATUTS[code]
    return Cible(f"statuts-{code}", lambda data: juger_statuts("x", data, row, LIMITES), lambda: (exemplaire(nom),))


def _nom(data: bytes) -> object:
    return verifier_nom(data.decode("utf-8", "replace"), environnement=Environnement.QUALIFICATION)


def _archive(data: bytes) -> object:
    return list(ouvrir_flux(io.BytesIO(data), len(data), "x", LIMITES))


CIBLES: dict[str, Cible] = {
    one.nom: one
    for one in (
        Cible("porte-xml", lambda data: lire_xml(data, LIMITES), lambda: (exemple(UBL), exemple(CII))),
        Cible("archive", _archive, lambda: (targz(entree("a.xml", b"<a/>")), b"<a/>")),
        Cible("nom", _nom, lambda: (b"FSO1140A_ABC123_ABC1231140000000000000001",)),
        Cible("pdf", lambda data: ouvrir_pdf(data, LIMITES), lambda: (exemple(FACTURX),)),
        Cible("xmp", lambda data: lire_xmp(data, LIMITES), lambda: (exemple(CII),)),
        Cible("piece", lambda data: ouvrir_piece(data, MIO), lambda: (_zip(("a.pdf", b"%PDF-1.7")),)),
        Cible("csv", lambda data: list(lire_csv(io.BytesIO(data), "x.csv")), lambda: (_CSV,)),
        Cible("f14", lambda data: list(lire_f14(io.BytesIO(data), "x.xml")), lambda: (_F14,)),
        _statuts(next(code for code, row in INTERFACES_STATUTS.items() if row.cdar), "cdar"),
        _statuts(next(code for code, row in INTERFACES_STATUTS.items() if not row.cdar), "cpp-statut-facture"),
        *(_document(code) for code in (UBL, CII, CPP, MIXTE)),
    )
}
