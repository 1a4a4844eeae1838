"""Every interface, every parser behind it: a document deleted, doubled, swapped, corrupted or swollen is answered within bounds."""

import copy
import random
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
from lxml import etree

from flux.annuaire import AnnuaireMemoire, lire_annuaire
from flux.annuaire.exemple import annuaire_exemple
from flux.archive import ouvrir_flux
from flux.controle import juger
from flux.fabrique import DESTINATAIRES, Demande, ecrire_exemple
from flux.limites import Limites
from flux.modele.verdict import Decision
from flux.parsers.facturx import ouvrir_pdf
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.interfaces import INTERFACES, Interface
from flux.regles.officielles.mutants import mutants
from tests.bornes import MIO, sous_bornes
from tests.unit.annuaire.exemples import ecrire_csv, ecrire_f14, etablissement, services, structures
from tests.unit.gestion.cas import LE
from tests.unit.parsers.exemples import facturx

MUTANTS, ABIMES, COPIES = 60, 60, 1500
#: Bytes beside the test's own process, and seconds of processor time: a hundred times what an honest run takes.
MEMOIRE, SECONDES = 600 * MIO, 90
ANNUAIRE = AnnuaireMemoire(one.valeur for one in annuaire_exemple(DESTINATAIRES))


def _exemple(code: str, dossier: Path) -> bytes:
    return ecrire_exemple(Demande(interface=code, avoirs=False, le=LE), dossier).chemin.read_bytes()


def _abimer(data: bytes, graine: int) -> Iterator[bytes]:
    """Bytes changed, cut out, doubled or cut off."""
    hasard = random.Random(graine)
    for _ in range(ABIMES):
        changed = bytearray(data)
        for _ in range(hasard.choice((1, 1, 2, 5))):
            start, size = hasard.randrange(len(changed)), hasard.choice((1, 3, 40, 2000))
            new = hasard.choice((b"", hasard.randbytes(size), bytes(changed[start : start + size]) * 2, b"\0" * size))
            changed[start : start + size] = new
        yield bytes(changed[: hasard.choice((len(changed), len(changed), hasard.randrange(len(changed) + 1)))])


def _gonfler(xml: bytes) -> Iterator[bytes]:
    """Each kind of element of the document, written COPIES times more."""
    seen = set()
    for rank, element in enumerate(etree.fromstring(xml).iter("*")):
        kind = re.sub(r"\[\d+\]", "", element.getroottree().getpath(element))
        if rank and kind not in seen:
            seen.add(kind)
            root = etree.fromstring(xml)
            twin = next(islice(root.iter("*"), rank, None))
            for _ in range(min(COPIES, 1_000_000 // len(etree.tostring(twin)))):
                twin.addnext(copy.deepcopy(twin))
            yield etree.tostring(root)


def _juger(data: bytes, interface: Interface) -> None:
    """Judge a hostile document; its verdict says why, and each place told is one of the document."""
    verdict = juger("f", data, interface, Limites(), le=LE, annuaire=ANNUAIRE)
    assert verdict.facture is not None or verdict.decision is Decision.ILLISIBLE
    assert (verdict.decision is Decision.ACCEPTE) == (not any(one.bloquante for one in verdict.anomalies))
    xml = ouvrir_pdf(data, Limites())[0] if interface.pdf else data
    paths = {one.path for one in verdict.anomalies if one.path is not None}
    if paths:
        tree = etree.fromstring(xml, etree.XMLParser(huge_tree=True)).getroottree()
        assert all(len(tree.xpath(path, namespaces=PREFIXES)) == 1 for path in paths)


def _borner(travail: Callable[[], None]) -> None:
    assert sous_bornes(travail, memoire=MEMOIRE, secondes=SECONDES) == "fait"


@pytest.mark.parametrize("code", INTERFACES)
def test_a_mutated_or_damaged_document_is_answered(code, tmp_path):
    row, data = INTERFACES[code], _exemple(code, tmp_path)
    xml = ouvrir_pdf(data, Limites())[0] if row.pdf else data

    def travail():
        for one in mutants(xml, 2026, 12 if row.pdf else MUTANTS):
            _juger(facturx(one) if row.pdf else one, row)
        for one in _abimer(data, 2026):
            _juger(one, row)

    _borner(travail)


@pytest.mark.parametrize("code", [code for code, row in INTERFACES.items() if not row.pdf])
def test_a_swollen_document_is_answered(code, tmp_path):
    data = _exemple(code, tmp_path)

    def travail():
        for one in _gonfler(data):
            _juger(one, INTERFACES[code])

    _borner(travail)


def test_a_damaged_archive_is_answered(tmp_path):
    flow = ecrire_exemple(Demande(interface="FSO1140A", factures=4, le=LE), tmp_path).chemin

    def travail():
        for one in _abimer(flow.read_bytes(), 7):
            assert list(ouvrir_flux(BytesIO(one), len(one), flow.name, Limites()))

    _borner(travail)


@pytest.mark.parametrize("nom", ["a.csv", "a.xml"])
def test_a_damaged_directory_is_answered(nom, tmp_path):
    whole = tmp_path / nom
    if nom == "a.csv":
        ecrire_csv(whole, [*structures(5), *services(5)])
    else:
        ecrire_f14(whole, [etablissement(one) for one in structures(5)])
    damaged = tmp_path / f"abime-{nom}"

    def travail():
        for one in _abimer(whole.read_bytes(), 11):
            damaged.write_bytes(one)
            list(lire_annuaire([damaged]))

    _borner(travail)


def _boucler() -> None:
    while True:
        pass


def _grossir() -> None:
    kept = []
    while True:
        kept.append(bytes(10 * MIO))


def _tomber() -> None:
    raise ValueError


@pytest.mark.parametrize(("travail", "fin"), [(_boucler, "temps"), (_grossir, "mémoire"), (_tomber, "échec")])
def test_the_bounds_do_stop_what_goes_beyond_them(travail, fin):
    assert sous_bornes(travail, memoire=50 * MIO, secondes=1) == fin
