"""The official rules in a verdict: which sets, what is told and where, and what happens when the compiled engine cannot."""

import os
import re
import signal
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from flux.controle import juger
from flux.errors import ErreurConfiguration
from flux.fabrique import Niveau, ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.fabrique.ecrire_facturx import ecrire_facturx
from flux.limites import Limites
from flux.modele.verdict import Decision
from flux.referentiel.anomalies import CATALOGUE
from flux.referentiel.catalogue import Couche, Severite
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.facturx import NIVEAUX
from flux.referentiel.interfaces import INTERFACES, Ere
from flux.referentiel.jeux import MoteurRegles
from flux.referentiel.schemas import REGLES, SCHEMAS
from flux.regles.gestion import lire_severites
from flux.regles.officielles import charger
from flux.regles.officielles.choix import jeux_applicables
from flux.regles.officielles.constats import PAR_REGLE
from flux.regles.officielles.erreurs import ErreurMoteur
from flux.regles.officielles.moteur import ReglesOfficielles
from flux.regles.officielles.mutants import muter
from flux.regles.officielles.numeros import numero_publie
from flux.regles.officielles.reference import Reponse
from flux.regles.officielles.repli import ReferenceAPart

LE = date(2026, 11, 20)
CACHE = Path(os.environ["FLUX_REGLES_CACHE"])
UBL, CII = SCHEMAS["ubl-invoice"].racine, SCHEMAS["cii-d22b"].racine


class _Absente(ReferenceAPart):
    """A reference engine that never answers."""

    def evaluer(self, fichier: Path, _document: str, **_) -> Reponse:
        raise ErreurMoteur("not there", jeu=fichier.name, cause="absent")


NATIF = ReglesOfficielles(MoteurRegles.NATIF, CACHE, _Absente())


@pytest.fixture(scope="module")
def saxon():
    reference = ReferenceAPart()
    yield reference
    reference.fermer()


def _facture(lignes: int = 2, rang: int = 0):
    return fabriquer_facture(5, rang, lignes, LE, avoir=False)


def _ubl(*changements: tuple[str, str], lignes: int = 2, rang: int = 0) -> bytes:
    """An invoice with the text of some elements replaced, by local name; all of that name."""
    root = etree.fromstring(ecrire_ubl(_facture(lignes, rang)))
    for nom, texte in changements:
        for element in root.iter(f"{{*}}{nom}"):
            element.text = texte
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _juger(data: bytes, regles: ReglesOfficielles | None = NATIF, interface: str = "FSO1140A", le: date = LE, **autres):
    return juger("f.xml", data, INTERFACES[interface], Limites(), le=le, officielles=regles, **autres)


def _dites(verdict) -> list[str]:
    return [one.rule for one in verdict.anomalies if one.layer is Couche.OFFICIELLE]


def test_a_sound_invoice_is_accepted_and_nothing_is_told():
    for data, interface in (
        (_ubl(), "FSO1140A"),
        (ecrire_cii(_facture()), "FSO1146A"),
        (ecrire_facturx(_facture(), Niveau.BASIC), "FSO1147A"),
    ):
        verdict = _juger(data, interface=interface)
        assert (verdict.decision, verdict.anomalies, verdict.replis) == (Decision.ACCEPTE, (), ())


def test_an_official_rule_is_told_with_its_number_place_and_values():
    data = _ubl(("PayableAmount", "12.00"))
    verdict = _juger(data)
    (one,) = verdict.anomalies
    assert (one.rule, one.code, one.severity, one.layer) == ("BR-CO-16", "MONTANTTOTAL_ERR", Severite.ERREUR, Couche.OFFICIELLE)
    assert one.path == "/ubl:Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"
    (element,) = etree.fromstring(data).xpath(one.path, namespaces=PREFIXES)
    assert element.text == one.found == "12.00"
    assert one.line == data[: data.index(b"12.00<")].count(b"\n") + 1
    assert "Le net à payer (BT-115) vaut 12.00" in one.fr
    assert "texte publié" in one.fr
    assert "Amount due for payment" in one.fr
    assert one.ligne.motif_213 == "MONTANTTOTAL_ERR"


_CENTS = Decimal("0.02")


@pytest.mark.parametrize(("ecrire", "interface"), [(ecrire_ubl, "FSO1140A"), (ecrire_cii, "FSO1146A")], ids=["ubl", "cii"])
@pytest.mark.parametrize(("termes", "regles"), [(("ttc", "net_a_payer"), ["BR-FREXT-CO-15"]), (("lignes",), ["BR-FREXT-CO-10"])])
def test_sums_of_the_extended_profile_may_be_off_by_a_cent_a_line_and_what_is_off_by_more_is_told_once(ecrire, interface, termes, regles):
    facture = replace(_facture(3), profil="urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr")

    def decaler(de: Decimal):
        totaux = replace(facture.totaux, **{terme: getattr(facture.totaux, terme) + de for terme in termes})
        return _juger(ecrire(replace(facture, totaux=totaux)), interface=interface)

    assert (decaler(_CENTS).decision, decaler(-_CENTS).anomalies) == (Decision.ACCEPTE, ())
    assert [one.rule for one in decaler(Decimal(5)).anomalies] == regles


def test_an_official_rule_that_no_management_rule_shares_is_told_where_it_is():
    verdict = _juger(ecrire_ubl(_facture()).replace(b"#PMD#", b"#AAI#"))
    (one,) = [a for a in verdict.anomalies if a.bloquante]
    assert one.rule.startswith("BR-FR-05")
    assert one.code == one.ligne.motif_213 == "REJ_SEMAN"
    assert one.path == "/ubl:Invoice"


def test_a_type_that_its_document_does_not_take_is_sent_to_the_other_document():
    (one,) = _juger(_ubl(("InvoiceTypeCode", "381"))).anomalies
    assert one.rule == "BR-CL-01"
    assert "un document CreditNote : CreditNoteTypeCode, CreditNoteLine, CreditedQuantity" in one.fr
    assert "a CreditNote document: CreditNoteTypeCode, CreditNoteLine, CreditedQuantity" in one.en
    avoir = ecrire_ubl(fabriquer_facture(5, 0, 2, LE, avoir=True))
    (one,) = _juger(re.sub(rb"(<cbc:CreditNoteTypeCode>)\d+", rb"\g<1>380", avoir)).anomalies
    assert "un document Invoice : InvoiceTypeCode, InvoiceLine, InvoicedQuantity" in one.fr


def test_a_total_of_vat_in_another_currency_is_told_beside_the_sum():
    root = etree.fromstring(ecrire_ubl(_facture()))
    root.find("{*}TaxTotal/{*}TaxAmount").set("currencyID", "USD")
    (one,) = [one for one in _juger(etree.tostring(root)).anomalies if one.rule.endswith("CO-15")]
    assert "que le currencyID du total de TVA (BT-110) est la devise de la facture (BT-5)" in one.fr
    assert "that the currencyID of the VAT total (BT-110) is the invoice currency (BT-5)" in one.en


@pytest.mark.parametrize(
    ("terme", "avant", "apres", "cite"),
    [
        ("BT-3", ">380<", ">380 \n<", "« 380 \\u000a »"),
        ("BT-23", ">M1<", ">M1 <", "« M1  »"),
        ("BT-46", ">00001001700010<", "> 00001001700010<", "«  00001001700010 »"),
    ],
)
def test_a_value_among_blanks_is_quoted_with_them(terme, avant, apres, cite):
    data = ecrire_cii(_facture()).decode()
    assert avant in data
    told = [one for one in _juger(data.replace(avant, apres).encode(), interface="FSO1146A").anomalies if terme in one.rule]
    assert told
    for one in told:
        assert f"entourée d'espaces ou de retours à la ligne : {cite}. Retirez-les." in one.fr
        assert "surrounded by spaces or line breaks" in one.en


@pytest.mark.parametrize(("interface", "ecrire"), [("FSO1140A", ecrire_ubl), ("FSO1146A", ecrire_cii)])
def test_a_second_identifier_of_the_recipient_is_told_which_to_keep(interface, ecrire):
    extended = b"urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr"
    told = _juger(ecrire(_facture(rang=3)).replace(extended, b"urn:cen.eu:en16931:2017"), interface=interface).anomalies
    assert told
    for one in told:
        assert "Gardez le SIRET (0009), mettez le code service en BT-10, ou déclarez le profil EXTENDED-CTC-FR (BT-24)." in one.fr
        assert "Keep the SIRET (0009), put the service code in BT-10, or declare the profile EXTENDED-CTC-FR (BT-24)." in one.en


def test_a_long_published_text_is_told_whole():
    (one,) = _juger(_ubl(("ProfileID", "ZZ"))).anomalies
    assert one.rule == "BR-FR-08_BT-23"
    assert one.path == "/ubl:Invoice/cbc:ProfileID"
    assert "S9, M9" in one.fr
    assert "…" not in one.fr


def test_a_rule_that_two_sets_hold_is_told_once_a_place():
    data = etree.fromstring(ecrire_cii(_facture(), Niveau.EXTENDED))
    next(data.iter("{*}DuePayableAmount")).text = "1.00"
    told = [(one.rule, one.path) for one in _juger(etree.tostring(data), interface="FSO1146A").anomalies]
    assert len(told) == len(set(told)) > 0


def test_a_value_that_stops_a_rule_is_told_and_the_other_rules_are_kept():
    """Two electronic addresses where BR-FR-13 reads one: Saxon gives the whole document up."""
    root = etree.fromstring(ecrire_cii(_facture()))
    adresse = next(next(root.iter("{*}SellerTradeParty")).iter("{*}URIUniversalCommunication"))
    adresse.addnext(deepcopy(adresse))
    next(root.iter("{*}DuePayableAmount")).text = "1.00"
    told = [one for one in _juger(etree.tostring(root), interface="FSO1146A").anomalies if one.layer is Couche.OFFICIELLE]
    (stopped,) = [one for one in told if "n'a pas pu être appliquée" in one.fr]
    assert (stopped.rule, stopped.found, stopped.bloquante) == ("BR-FR-13_BT-34", "XPTY0004", True)
    assert "BR-CO-16" in {one.rule for one in told}


def test_after_a_schema_fault_the_official_rules_wait():
    verdict = _juger(_ubl(("PayableAmount", "douze")))
    assert _dites(verdict) == []
    assert [one.layer for one in verdict.anomalies] == [Couche.SCHEMA]


def test_one_fault_in_many_lines_is_counted_and_hides_nothing():
    verdict = _juger(_ubl(("PriceAmount", "-1.00"), ("PayableAmount", "12.00"), lignes=60))
    told = _dites(verdict)
    assert told.count("BR-27") == PAR_REGLE
    assert "BR-CO-16" in told
    (suite,) = [one for one in verdict.anomalies if one.rule == "OFF-04"]
    assert int(suite.found) >= 60 - PAR_REGLE
    assert suite.bloquante


def test_a_severity_of_this_platform_is_followed_and_the_published_one_kept():
    for cle in ("BR-FR-05_BT-22-2", "BR-FR-05"):
        verdict = _juger(ecrire_ubl(_facture()).replace(b"#PMD#", b"#AAI#"), severites={cle: Severite.AVERTISSEMENT})
        assert (verdict.decision, verdict.valide) == (Decision.ACCEPTE, False), cle


def test_a_severity_set_under_the_management_rule_s_key_holds_for_the_official_rule_it_explains():
    verdict = _juger(_ubl(("PayableAmount", "12.00")), severites={"GES-CO-16": Severite.AVERTISSEMENT})
    assert [(one.rule, one.severity, one.published) for one in verdict.anomalies] == [("BR-CO-16", Severite.AVERTISSEMENT, Severite.ERREUR)]


def test_severities_may_name_official_rules_and_nothing_that_does_not_exist(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[severites]\n"BR-FR-05" = "warning"\n"BR-FR-05_BT-22-1" = "error"\n"OFF-03" = "error"\n', encoding="utf-8")
    assert set(lire_severites(path)) == {"BR-FR-05", "BR-FR-05_BT-22-1", "OFF-03"}
    for faux in ("BR-FR-99", "BR-CO-150", "BR-FR-05_BT-99999", "OFF-09"):
        path.write_text(f'[severites]\n"{faux}" = "warning"\n', encoding="utf-8")
        with pytest.raises(ErreurConfiguration):
            lire_severites(path)


def test_a_set_that_nothing_can_run_rejects_where_this_platform_wants_it():
    regles = ReglesOfficielles(MoteurRegles.NATIF, CACHE, _Absente())
    regles._jeux["en16931-ubl"] = None
    assert _juger(_ubl(), regles, severites={"OFF-03": Severite.ERREUR}).decision is Decision.REJETE


@pytest.mark.parametrize(
    ("racine", "niveau", "ere", "le", "attendus"),
    [
        (UBL, "EN 16931", Ere.REFORME, LE, ("en16931-ubl", "br-fr-ubl")),
        (SCHEMAS["ubl-creditnote"].racine, "EN 16931", Ere.REFORME, LE, ("en16931-ubl", "br-fr-ubl")),
        (UBL, "EXTENDED-CTC-FR", Ere.REFORME, LE, ("extended-ctc-fr-ubl", "br-fr-ubl")),
        (CII, "EXTENDED-CTC-FR", Ere.REFORME, LE, ("extended-ctc-fr-cii", "br-fr-cii")),
        (CII, "EN 16931", Ere.REFORME, LE, ("facturx-en16931", "br-fr-cii")),
        (CII, "MINIMUM", Ere.REFORME, LE, ("facturx-minimum",)),
        (CII, "BASIC WL", Ere.REFORME, LE, ("facturx-basicwl", "br-fr-cii")),
        (CII, "BASIC", Ere.REFORME, LE, ("facturx-basic", "br-fr-cii")),
        (CII, "EXTENDED", Ere.REFORME, LE, ("facturx-extended", "br-fr-cii")),
        (CII, None, Ere.REFORME, LE, ("facturx-en16931", "br-fr-cii")),
        (UBL, None, Ere.REFORME, LE, ("en16931-ubl", "br-fr-ubl")),
        (SCHEMAS["cdar-d22b"].racine, None, Ere.REFORME, LE, ("br-fr-cdv",)),
        (UBL, "EN 16931", Ere.CLASSIQUE, LE, ()),
        (CII, "EN 16931", Ere.CLASSIQUE, LE, ()),
        (UBL, "EN 16931", Ere.REFORME, date(2026, 8, 31), ()),
        ("CPPStatut", None, Ere.REFORME, LE, ()),
    ],
)
def test_which_sets_judge(racine, niveau, ere, le, attendus):
    profil = NIVEAUX[niveau].urns[0] if niveau else "urn:of:nobody"
    assert jeux_applicables(racine, profil, ere, le) == attendus
    assert set(attendus) <= set(REGLES)


def test_the_day_decides_whether_the_official_rules_judge():
    data = _ubl(("PayableAmount", "12.00"))
    assert [one.rule for one in _juger(data, le=date(2026, 8, 31)).anomalies if one.rule != "GES-G1.07"] == ["GES-CO-16"]
    assert [one.rule for one in _juger(data).anomalies] == ["BR-CO-16"]


def test_no_official_number_is_a_row_of_the_catalogue():
    for cle in REGLES:
        assert charger(cle, CACHE).numeros.isdisjoint(CATALOGUE), cle


def test_the_number_of_a_rule_is_the_published_one():
    assert numero_publie("BR-CO-10", "[BR-CO-10]-Sum") == "BR-CO-10"
    assert numero_publie("FX-SCH-A-000103", "\n\t[BR-G-04]-An Invoice") == "BR-G-04"
    assert numero_publie("FX-SCH-A-000019", "\n\tElement 'ram:ID' must occur exactly 1 times.") == "FX-SCH-A-000019"
    assert numero_publie("", "\n\tElement 'ram:URIID' is marked as not used") == "FX-SCH"


def test_saxon_alone_gives_the_same_verdicts(saxon):
    regles = ReglesOfficielles(MoteurRegles.SAXON, CACHE, saxon)
    hasard = Random(11)
    racine = etree.fromstring(_ubl(lignes=3))
    officielles = 0
    for data in (_ubl(("PayableAmount", "12.00")), *(etree.tostring(muter(racine, hasard)) for _ in range(40))):
        ici, la = _juger(data), _juger(data, regles)
        assert la.anomalies == ici.anomalies
        assert la.replis == ()
        officielles += len(_dites(ici))
    assert officielles > 5


def test_a_set_that_the_compiled_engine_cannot_run_goes_to_saxon_and_the_verdict_says_so(saxon):
    regles = ReglesOfficielles(MoteurRegles.NATIF, CACHE, saxon)
    regles._jeux["en16931-ubl"] = None
    data = _ubl(("PayableAmount", "12.00"))
    verdict = _juger(data, regles)
    assert verdict.replis == ("en16931-ubl",)
    assert {one.rule for one in verdict.anomalies} >= {"BR-CO-16"}


def test_a_set_that_nothing_can_run_rejects_nobody_and_the_management_rules_judge_in_its_place():
    regles = ReglesOfficielles(MoteurRegles.NATIF, CACHE, _Absente())
    regles._jeux["en16931-ubl"] = None
    verdict = _juger(_ubl(), regles)
    assert verdict.decision is Decision.ACCEPTE
    assert [(one.rule, one.severity) for one in verdict.anomalies] == [("OFF-03", Severite.AVERTISSEMENT)]
    assert "GES-CO-16" in {one.rule for one in _juger(_ubl(("PayableAmount", "12.00")), regles).anomalies}


def test_no_engine_no_official_rule():
    verdict = _juger(_ubl(("PayableAmount", "12.00")), ReglesOfficielles(MoteurRegles.AUCUN, CACHE, _Absente()))
    assert [one.rule for one in verdict.anomalies] == ["GES-CO-16"]


def test_a_reference_process_that_is_killed_is_replaced(saxon):
    regles = ReglesOfficielles(MoteurRegles.SAXON, CACHE, saxon)
    before = _juger(_ubl(("PayableAmount", "12.00")), regles).anomalies
    (pid,) = saxon._ouvrier._processes
    os.kill(pid, signal.SIGKILL)
    assert _juger(_ubl(("PayableAmount", "12.00")), regles).anomalies == before
    (other,) = saxon._ouvrier._processes
    assert other != pid


def test_a_reference_process_that_gives_no_answer_in_time_is_given_up(saxon):
    _juger(_ubl(), ReglesOfficielles(MoteurRegles.SAXON, CACHE, saxon))
    (pid,) = saxon._ouvrier._processes
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(ErreurMoteur) as raised:
        saxon.evaluer(CACHE / "nothing.xslt", "<a/>", delai=0.1)
    assert raised.value.facts["cause"] == "timeout"
