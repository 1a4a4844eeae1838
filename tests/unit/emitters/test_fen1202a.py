"""FEN1202A: messages that the official schema and rules accept, always the same bytes, whatever the texts."""

import gzip
import io
import tarfile
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from flux.emitters.fen1202a import DIALECTE_PA, DIALECTE_PPF, DialecteCdar, cdar_facture, cdar_flux, ecrire_fen1202a, nom_membre
from flux.emitters.presence_cdar import presence_cdar
from flux.errors import ErreurUsage
from flux.modele.statut import Acteur, Motif
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.motifs import MOTIFS, motifs_admis
from flux.referentiel.statuts import STATUTS_FACTURE, STATUTS_FLUX
from tests.golden import comparer
from tests.saxon import echecs
from tests.unit.emitters.exemples import DEPOSEE, FOURNISSEUR, HOSTILES, INSTANT, REJETEE, enveloppe, lu, schema_cdar

FLUX = enveloppe("FEN1202A")
NOM = "FSO1140A_ABC123_ABC1231140000000000000001"


def _flux(code: str = "IRRECEVABLE", nom: str = NOM, motif: str = "IRR_SYNTAX", dialecte: DialecteCdar = DIALECTE_PA) -> bytes:
    motifs = (Motif(motif, "Le fichier n'est pas du XML bien formé (ligne 3)"),) if code == "IRRECEVABLE" else ()
    return cdar_flux(STATUTS_FLUX[code], nom, FLUX, horodatage=INSTANT, recu_le=INSTANT, motifs=motifs, dialecte=dialecte)


def _terme(data: bytes, chemin: str) -> str:
    return etree.fromstring(data).xpath(f"string(//{chemin})", namespaces=PREFIXES)


def _notes(data: bytes) -> list[str]:
    return etree.fromstring(data).xpath("//ram:IncludedNote/ram:Content/text()", namespaces=PREFIXES)


def _conforme(data: bytes) -> None:
    root = etree.fromstring(data)
    assert schema_cdar().validate(root), schema_cdar().error_log
    assert presence_cdar(root) == ()
    assert echecs("br-fr-cdv", data) == []


@pytest.mark.parametrize(
    ("nom", "data"),
    [
        ("cdar-200.xml", cdar_facture(DEPOSEE, FLUX)),
        ("cdar-213.xml", cdar_facture(REJETEE, FLUX)),
        ("cdar-501.xml", _flux()),
        ("cdar-500.xml", _flux("INTEGRE")),
        ("cdar-200-ppf.xml", cdar_facture(DEPOSEE, FLUX, DIALECTE_PPF)),
        ("cdar-213-ppf.xml", cdar_facture(REJETEE, FLUX, DIALECTE_PPF)),
    ],
)
def test_messages_are_written_as_agreed_and_accepted_by_the_official_rules(nom, data):
    _conforme(data)
    comparer(nom, data)


@pytest.mark.parametrize("code", motifs_admis("213"))
def test_every_reason_of_a_rejection_is_accepted(code):
    _conforme(cdar_facture(replace(REJETEE, motifs=(Motif(code, "texte"),)), FLUX))


@pytest.mark.parametrize("code", motifs_admis("501"))
def test_every_reason_of_a_refused_flow_is_accepted(code):
    _conforme(_flux(motif=code))


@pytest.mark.parametrize("code", STATUTS_FLUX)
def test_every_flow_status_is_accepted(code):
    _conforme(_flux(code))


@pytest.mark.parametrize(
    ("acteur", "schema"),
    [
        (replace(FOURNISSEUR, siren=None, adresse_electronique=None), "0002"),
        (Acteur(2, "BE0123456789", "Firma"), "0223"),
        (Acteur(3, "US-42", "Inc"), "0227"),
        (Acteur(4, "1234567", "Caillou"), "0228"),
        (Acteur(5, "A12345", "Tiaré"), "0229"),
        (Acteur(6, "EN-COURS", "Jeune pousse"), ""),
        (Acteur(7, "DUPONT", "Dupont"), "0226"),
        (Acteur(1, "123", "SIRET faux"), "0009"),
    ],
)
def test_a_supplier_of_any_kind_is_named_and_reached(acteur, schema):
    data = cdar_facture(replace(DEPOSEE, fournisseur=acteur), FLUX)
    _conforme(data)
    assert _terme(data, "ram:RecipientTradeParty/ram:GlobalID/@schemeID") == schema
    assert _terme(data, "ram:URIID") == (acteur.identifiant[:9] if schema == "0002" else acteur.identifiant)


def test_an_invoice_rejected_for_its_type_still_makes_an_accepted_message():
    data = cdar_facture(replace(REJETEE, type_code="999"), FLUX)
    _conforme(data)
    assert _terme(data, "ram:ReferenceReferencedDocument/ram:TypeCode") == ""


def test_where_official_texts_disagree_the_dialect_decides():
    data = cdar_facture(DEPOSEE, FLUX, replace(DIALECTE_PPF, matricule_ppf="9998", format_date_facture="204"))
    assert schema_cdar().validate(etree.fromstring(data))
    assert _terme(data, "ram:RecipientTradeParty/ram:GlobalID") == "9998"
    assert _terme(data, "qdt:DateTimeString[@format='204']") == "20261120000000"
    assert {rule for rule, _, _ in echecs("br-fr-cdv", data)} == {"BR-FR-CDV-02_MDT-3", "BR-FR-CDV-CL-01_MDT-2"}


def test_the_official_rules_refuse_the_object_type_that_annexe_7_asks_of_a_flow():
    data = _flux(dialecte=replace(DIALECTE_PA, type_flux="303"))
    assert schema_cdar().validate(etree.fromstring(data))
    assert [rule for rule, _, _ in echecs("br-fr-cdv", data)] == ["BR-FR-04_MDT-91"]


def test_a_flow_told_to_the_ppf_follows_annexe_7():
    data = _flux(dialecte=DIALECTE_PPF)
    assert schema_cdar().validate(etree.fromstring(data))
    assert _terme(data, "ram:ReferenceReferencedDocument/ram:TypeCode") == "303"
    assert _terme(data, "ram:ReferenceTypeCode") == "urn.cpro.gouv.fr:1p0:CDV:flux"


def test_a_refused_flow_is_named_by_its_file():
    data = _flux(nom="facture de mars.pdf")
    assert _terme(data, "ram:IssuerAssignedID") == "facture de mars.pdf"
    assert _terme(data, "cdar:AcknowledgementDocument/ram:Name") == "facture de mars.pdf"
    assert _terme(data, "ram:FormattedIssueDateTime") == ""


@pytest.mark.parametrize("longueur", [17, 18, 19, 100, 101, 5000])
def test_a_name_of_any_length_keeps_every_limit(longueur):
    numero = "N" * longueur
    data = cdar_facture(replace(REJETEE, numero=numero), FLUX)
    _conforme(data)
    assert len(_terme(data, "cdar:ExchangedDocument/ram:ID")) <= 50
    assert len(_terme(data, "cdar:ExchangedDocument/ram:Name")) <= 150
    assert _terme(data, "ram:IssuerAssignedID") == numero[:100]
    assert longueur <= 100 or "".join(_notes(data)).startswith(numero)


@pytest.mark.parametrize("code", ["208", "210"])
def test_a_refusal_and_a_suspension_say_why_in_a_note(code):
    """G7.25 asks for it in MDT-126, also where the code of the reason says it all."""
    row = next(one for one in STATUTS_FACTURE.values() if one.cdar == code)
    motif = "JUSTIF_ABS" if code == "208" else "DEST_ERR"
    data = cdar_facture(replace(DEPOSEE, code=row.code, motifs=(Motif(motif, ""),), complement=None, commentaire=None), FLUX)
    _conforme(data)
    assert MOTIFS[motif].libelle in "".join(_notes(data))


def test_statuses_told_by_one_code_at_one_instant_are_told_apart():
    """MDT-4 is what an answer to the message names it by (G7.23)."""
    ids = {
        _terme(cdar_facture(replace(DEPOSEE, code=code), FLUX), "cdar:ExchangedDocument/ram:ID")
        for code in ("SERVICE_FAIT", "MANDATEE", "COMPTABILISEE")
    }
    assert len(ids) == 3
    assert all(len(one) <= 50 and "_204_20261123093000#" in one for one in ids)


def test_two_long_names_that_begin_alike_have_two_ids():
    ids = {_terme(_flux(nom=f"{NOM[:-1]}{n}"), "cdar:ExchangedDocument/ram:ID") for n in range(10)}
    assert len(ids) == 10


def test_the_id_follows_the_form_of_the_examples():
    assert _terme(cdar_facture(DEPOSEE, FLUX), "cdar:ExchangedDocument/ram:ID") == "F2026-0001_200_20261123093000#380_20261120"


def test_a_long_reason_is_cut_at_a_word_and_stands_whole_in_the_notes():
    texte = "mot " * 1500
    data = cdar_facture(replace(REJETEE, motifs=(Motif("DOUBLON", texte),)), FLUX)
    _conforme(data)
    assert len(_terme(data, "ram:Reason")) <= 250
    assert all(len(note) <= 2000 for note in _notes(data))
    assert " ".join(_notes(data)).startswith(texte.strip())


def test_a_supplier_name_too_long_for_its_field_stands_whole_in_the_notes():
    name = "Société " * 30
    data = cdar_facture(replace(DEPOSEE, fournisseur=replace(FOURNISSEUR, nom=name)), FLUX)
    _conforme(data)
    assert len(_terme(data, "ram:RecipientTradeParty/ram:Name")) <= 150
    assert name.strip() in _notes(data)


def test_a_reason_without_text_has_its_label():
    data = cdar_facture(replace(REJETEE, motifs=(Motif("DOUBLON", ""),)), FLUX)
    assert _terme(data, "ram:Reason") == "Facture en doublon (déjà émise ou reçue)"


@pytest.mark.parametrize("texte", [*HOSTILES[:-1], "x" * 3000])
def test_hostile_texts_never_break_a_message(texte):
    motif = Motif("DOUBLON", texte)
    supplier = replace(FOURNISSEUR, nom=texte, identifiant=texte, siren=texte, adresse_electronique=texte)
    data = cdar_facture(
        replace(REJETEE, numero=texte, type_code=texte, complement=texte, commentaire=texte, motifs=(motif,), fournisseur=supplier), FLUX
    )
    _conforme(data)
    _conforme(_flux(nom=texte))
    assert len(_terme(data, "cdar:ExchangedDocument/ram:ID")) <= 50
    assert len(_terme(data, "ram:RecipientTradeParty/ram:Name")) <= 150


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_any_comment_is_kept(texte):
    data = cdar_facture(replace(REJETEE, complement=None, commentaire=texte), FLUX)
    assert "".join("".join(_notes(data)).split()) == "".join(lu(texte).split())


@pytest.mark.parametrize("vide", ["", "  "])
def test_an_object_without_name_is_refused(vide):
    with pytest.raises(ErreurUsage):
        cdar_facture(replace(DEPOSEE, numero=vide), FLUX)
    with pytest.raises(ErreurUsage):
        _flux(nom=vide)


@pytest.mark.parametrize("motifs", [(), (Motif("IRR_SYNTAX", ""),)])
def test_a_rejection_without_an_admitted_reason_is_refused(motifs):
    with pytest.raises(ErreurUsage):
        cdar_facture(replace(REJETEE, motifs=motifs), FLUX)
    with pytest.raises(ErreurUsage):
        cdar_flux(
            STATUTS_FLUX["IRRECEVABLE"], NOM, FLUX, horodatage=INSTANT, recu_le=INSTANT, motifs=[Motif(m.code[:3], "") for m in motifs]
        )


RETIRER = {
    "BR-FR-CDV-01": "//cdar:ExchangedDocumentContext",
    "BR-FR-CDV-04": "//cdar:ExchangedDocument/ram:IssueDateTime",
    "BR-FR-CDV-06": "//ram:SenderTradeParty/ram:RoleCode",
    "BR-FR-CDV-09": "//cdar:AcknowledgementDocument/ram:TypeCode",
    "BR-FR-CDV-10": "//ram:ReferenceReferencedDocument/ram:IssuerAssignedID",
    "BR-FR-CDV-13": "//ram:ReferenceReferencedDocument/ram:IssuerTradeParty",
}


@pytest.mark.parametrize(("rule", "chemin"), RETIRER.items())
@pytest.mark.parametrize("vider", [False, True])
def test_a_missing_or_blank_term_is_noticed(rule, chemin, vider):
    root = etree.fromstring(cdar_facture(DEPOSEE, FLUX))
    (found,) = root.xpath(chemin, namespaces=PREFIXES)
    if vider:
        found.clear()
        found.text = "  "
    else:
        found.getparent().remove(found)
    assert presence_cdar(root) == (rule,)


def test_a_message_without_sender_or_object_is_noticed():
    root = etree.fromstring(cdar_facture(DEPOSEE, FLUX))
    for found in root.xpath("//ram:SenderTradeParty | //cdar:AcknowledgementDocument", namespaces=PREFIXES):
        found.getparent().remove(found)
    assert presence_cdar(root) == ("BR-FR-CDV-05", "BR-FR-CDV-06", "BR-FR-CDV-09", "BR-FR-CDV-10")


def _archive(messages) -> bytes:
    output = io.BytesIO()
    ecrire_fen1202a(output, FLUX, iter(messages))
    return output.getvalue()


MESSAGES = [(nom_membre(FLUX, 1), cdar_facture(DEPOSEE, FLUX)), (nom_membre(FLUX, 2), cdar_facture(REJETEE, FLUX))]


def test_the_archive_has_one_file_a_message_and_nothing_of_this_machine():
    data = _archive(MESSAGES)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        members = archive.getmembers()
        assert [(m.name, archive.extractfile(m).read()) for m in members] == MESSAGES
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode, m.isreg()) for m in members} == {(0, 0, 0, "", "", 0o644, True)}
    assert MESSAGES[0][0] == "FEN1202A_ABC123_CPP0011202000000000000001_000001.xml"
    assert data[3:8] == bytes(5), "the gzip header holds no name and no time"


def test_the_same_messages_make_the_same_bytes():
    assert _archive(MESSAGES) == _archive(MESSAGES)
    # The packed bytes may change with the zlib of the machine; what is inside may not.
    comparer("fen1202a.tar", gzip.decompress(_archive(MESSAGES)))


@pytest.mark.parametrize("nom", ["../x.xml", "a/b.xml", ".cache.xml", "", "é.xml", "n" * 101, "x\n", MESSAGES[1][0]])
def test_an_unfit_or_repeated_name_is_refused(nom):
    with pytest.raises(ErreurUsage):
        _archive([*MESSAGES, (nom, b"<a/>")])


def test_an_empty_archive_is_refused():
    with pytest.raises(ErreurUsage):
        _archive([])


def test_summer_and_winter_are_told_on_the_clock_of_paris():
    data = cdar_facture(replace(DEPOSEE, recu_le=INSTANT.replace(month=7, day=1), date_facture=date(2026, 6, 30)), FLUX)
    assert _terme(data, "ram:ReceiptDateTime/udt:DateTimeString") == "20260701103000"
    assert _terme(data, "cdar:AcknowledgementDocument/ram:IssueDateTime/udt:DateTimeString") == "20261123093000"
