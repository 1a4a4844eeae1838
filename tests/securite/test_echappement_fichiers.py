"""What a partner wrote, in every file and text that the platform makes of it: well-formed, whole, obeyed by nothing."""

import csv
import io
import re
import tarfile
from datetime import UTC, datetime
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest
import structlog
from lxml import etree

from flux.cli.html import page
from flux.cli.texte import Langue
from flux.cli.verdict_fichier import verifier_fichier
from flux.cli.verifier import jugement
from flux.config import FormatJournal
from flux.errors import ErreurUsage
from flux.etapes import grouper, ouvrir, repondre, surveiller, traiter, verdict
from flux.journalisation import configurer
from flux.modele.statut import Motif
from flux.referentiel.interfaces import INTERFACES
from flux.xsd.catalogue import schema
from raccordement.certificats.courriel import message
from raccordement.certificats.textes import texte_verdict
from tests.hostile.modele import UBL, exemple
from tests.integration.groupage.conftest import Plateforme, mairie, plateforme
from tests.integration.test_etapes import Maison, maison
from tests.pki import LE, cle_ec, p7b, pki
from tests.securite.vecu import EN_XML, LITTERAL, MALIN, NOM, Vecu, archive, obei, vecu
from tests.unit.certificats.aides import juge

__all__ = ["mairie", "maison", "plateforme", "vecu"]
#: What the platform writes as XML → its schema.
XML = {
    "CSO1140A": "cpp-statut",
    "FSO1301A": "cpp-statut",
    "FEN1201A": "cpp-statut",
    "FEN1202A": "cdar-d22b",
    "FEN0111A": "cpp-facture-pivot",
}


def documents(data: bytes) -> list[bytes]:
    """An answer, or the members of its archive."""
    if data[:2] != b"\x1f\x8b":
        return [data]
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as opened:
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+", one.name) and one.isfile() for one in opened.getmembers())
        return [opened.extractfile(one).read() for one in opened.getmembers()]


def facture_hostile(plateforme: Plateforme) -> None:
    """Deposit an invoice that is accepted and whose free texts are hostile; a name has 99 characters at most."""
    quoted = EN_XML[:99].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;").encode()
    data = re.sub(rb"(?<=<cbc:RegistrationName>)[^<]*", lambda _: quoted, exemple(UBL))
    data = re.sub(rb"(<cac:Item>.*?<cbc:Name>)[^<]*", lambda found: found[1] + quoted, data, flags=re.DOTALL)
    path = plateforme.dossier / "FSO1140A_ABC123_ABC1231140000000000000001"
    path.write_bytes(data)
    plateforme.deposer(path)


def test_every_xml_file_follows_its_schema_and_holds_hostile_text_as_text(mairie):
    facture_hostile(mairie)
    assert mairie.lignes("SELECT decision FROM membres") == [("accepted",)]
    mairie.poser("SUSPENDUE", (1, 0), complement=MALIN, motifs=(Motif("JUSTIF_ABS", MALIN),))
    mairie.deposer(archive(mairie.dossier / "FSO1140A_ABC123_ABC1231140000000000000002"))
    grouper(mairie.contexte, tout=True)
    seen = {}
    for interface, cle in mairie.lignes("SELECT interface, cle FROM sorties"):
        with mairie.contexte.entrepot.ouvrir(cle) as source:
            for one in documents(source.read()):
                root = etree.fromstring(one)
                schema(XML[interface]).assertValid(root)
                seen[interface] = seen.get(interface, "") + "".join(root.itertext())
    assert seen.keys() == XML.keys()
    assert {name for name, texts in seen.items() if LITTERAL[:40] not in texts} == set()


def test_the_table_of_xml_files_is_whole():
    made = {code for row in INTERFACES.values() for code in row.cycle_de_vie} | {"FEN0111A"}
    assert made <= XML.keys()
    assert {row.retour[:3] for row in INTERFACES.values()} == {"CSO"}  # one emitter, flux/emitters/retour.py


def test_no_cell_of_an_export_is_a_formula_and_none_is_lost(vecu: Vecu):
    out = {fmt: vecu.dossier / f"x.{fmt}" for fmt in ("csv", "xlsx", "parquet")}
    for path in out.values():
        assert vecu.lancer("export", "factures", path)[0] == 0
    rows = list(csv.reader(io.StringIO(out["csv"].read_bytes().decode("utf-8-sig")), delimiter=";"))
    columns = pq.read_table(out["parquet"]).to_pylist()
    assert len(rows) == len(columns) + 1 == 5
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if re.match(r"[=+@-]", cell.lstrip()) and not re.fullmatch(r"-?[\d,]+", cell)]
    assert f"'=S{MALIN}" in cells
    assert f"=S{MALIN}" in [value for row in columns for value in row.values()]
    with ZipFile(out["xlsx"]) as book:
        roots = [etree.fromstring(book.read(name)) for name in book.namelist() if name.endswith((".xml", ".rels"))]
    names = {etree.QName(one).localname for root in roots for one in root.iter("*")}
    assert names.isdisjoint({"f", "hyperlink", "externalReference", "ddeLink"})


def test_a_page_holds_no_element_of_a_partner(tmp_path):
    path = archive(tmp_path / "FSO1140A_ABC123_ABC1231140000000000000002")
    verdict = verifier_fichier(path, jugement())
    found = "".join(page([(verdict, verdict.causes())], Langue.FR))
    root = etree.fromstring(found.removeprefix("<!DOCTYPE html>").encode())
    assert {etree.QName(one).localname for one in root.iter("*")}.isdisjoint({"script", "a", "img", "iframe", "form", "red"})
    assert obei(found.replace("\n", " ")) == ""
    assert "<script>x" in "".join(root.itertext())


@pytest.mark.parametrize("forme", list(FormatJournal))
def test_a_log_line_is_one_line_and_names_of_flows_are_text_in_it(maison: Maison, forme):
    out = io.StringIO()
    configurer(forme, out)
    try:
        maison.deposer(archive(maison.dossier / "a"), NOM)
        lots = maison.recevoir()
        told = [lots, *_taches(maison)]
        maison.emettre()
    finally:
        structlog.reset_defaults()
    assert "MALIN" in out.getvalue()
    assert obei(out.getvalue()) == ""
    assert "MALIN" not in repr(told)  # run ids, titles of mapped tasks, XCom: ids and counts only


def _taches(maison: Maison) -> list[object]:
    """What the tasks of the DAGs return, and what their pages show."""
    told: list[object] = []
    for lot in maison.lots:
        tasks = ouvrir(maison.contexte, lot)
        for one in tasks:
            traiter(maison.contexte, one)
        told += [tasks, repondre(maison.contexte, lot), verdict(maison.contexte, lot), surveiller(maison.contexte)]
    return told


def test_the_answer_to_a_certificate_and_its_mail_hold_its_name_as_text():
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    autorite = pki()
    sujet = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, MALIN[:40])])
    data = p7b(autorite.intermediaire.emettre(sujet, cle_ec("fichier")), autorite.intermediaire.certificat)
    texte = texte_verdict(juge(autorite.racine.certificat).verifier(data, LE), exploitant=True)
    assert "\\u001b[31m\\u009b2J\\u202e" in texte
    assert obei(texte) == ""
    mail = message("a@exemple.fr", "b@exemple.fr", "[ABC123] avis", texte, "id-1", datetime(2026, 11, 23, tzinfo=UTC))
    assert len(mail.get_all("To")) == len(mail.get_all("Subject")) == 1
    assert "Bcc" not in mail


@pytest.mark.parametrize("adresse", ["a@b.fr\r\nBcc: c@d.fr", "a@b.fr\nX: y", "a\x00@b.fr", "a@b.fr, c@d.fr", "<a@b.fr>", f"{MALIN}@b.fr"])
def test_an_address_never_makes_a_second_header(adresse):
    try:
        mail = message("a@exemple.fr", adresse, "avis", "texte", "id-1", datetime(2026, 11, 23, tzinfo=UTC))
    except ErreurUsage:
        return
    assert len(mail["To"].addresses) == 1
    assert [line for line in mail.as_bytes().splitlines() if line.lower().startswith((b"bcc", b"x:"))] == []
