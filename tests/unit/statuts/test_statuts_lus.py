"""Deposited statuses are read whole, and what is wrong with each is told."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from typer.testing import CliRunner

from flux.cli import app
from flux.controle_statuts import AVANCE, juger_statuts
from flux.cycle_de_vie import Evenement, Issue, decider
from flux.limites import Limites
from flux.modele.statut import MontantStatut, Motif
from flux.parsers.cdar import lire_cdar
from flux.parsers.cpp_statut import lire_cpp_statut
from flux.parsers.valeurs import instant_204, instant_iso
from flux.parsers.xml import lire_xml
from flux.referentiel.anomalies import CATALOGUE
from flux.referentiel.circuits import Circuit
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from flux.referentiel.statuts import STATUTS_FACTURE
from flux.xsd.validation import valider
from tests.saxon import echecs
from tests.unit.statuts.exemples_statuts import COMPLET, LE, MONTANT, SUSPENDUE, cdar, cpp, statut

CPP, CDAR = INTERFACES_STATUTS["FSO1301A"], INTERFACES_STATUTS["FSO1304A"]
PARIS = ZoneInfo("Europe/Paris")


def juger(data, interface=CPP, **options):
    return juger_statuts("s.xml", data, interface, Limites(), **options)


def regles(verdict):
    return [one.rule for one in (*verdict.anomalies, *(one for status in verdict.statuts for one in status.anomalies))]


def relu(data):
    root, _ = lire_xml(data, Limites())
    return list(lire_cpp_statut(root))


def _rendu(lu):
    found = lu.statut(lu_code(lu), date_facture=COMPLET.date_facture, type_code="380", recu_le=LE, destinataire=COMPLET.destinataire)
    return replace(found, horodatage=found.horodatage.astimezone(UTC))


def lu_code(lu):
    return next(row.code for row in STATUTS_FACTURE.values() if row.cpp == lu.code)


def test_a_fso1301a_becomes_a_status_and_a_fso1301a_again_with_every_field():
    data = cpp(COMPLET)
    (lu,) = relu(data)
    assert _rendu(lu) == COMPLET
    assert cpp(_rendu(lu)) == data


def test_white_space_around_its_dates_refuses_no_status():
    data, count = re.subn(rb"<(Horodatage|DateFacture)>([^<]+)<", rb"<\1>\n  \2\n<", cpp(COMPLET))
    assert count == 2
    verdict = juger(data)
    assert regles(verdict) == regles(juger(cpp(COMPLET)))
    assert [one.lu for one in verdict.statuts] == [one.lu for one in juger(cpp(COMPLET)).statuts]


TEXTES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=60)


@given(
    TEXTES,
    TEXTES,
    TEXTES,
    st.integers(-(10**12), 10**12),
    st.sampled_from([r for r in STATUTS_FACTURE.values() if r.cpp]),
)
def test_any_status_makes_the_round_trip(complement, commentaire, numero, millisecondes, row):
    instant = LE + timedelta(milliseconds=millisecondes)
    given = replace(
        COMPLET, code=row.code, complement=complement, commentaire=commentaire, numero=numero.strip() or "F", horodatage=instant
    )
    data = cpp(given)
    (lu,) = relu(data)
    again = lu.statut(given.code, date_facture=given.date_facture, type_code="380", recu_le=LE, destinataire=given.destinataire)
    assert cpp(again) == data
    assert (lu.code, lu.horodatage, lu.complement, lu.numero) == (row.cpp, instant, given.complement, given.numero)


def test_a_cdar_message_is_read_with_its_reasons_amounts_and_author():
    (lu,) = lire_cdar(etree.fromstring(cdar(montant=MONTANT)))
    assert (lu.code, lu.numero, lu.role, lu.horodatage) == ("208", "F2026-0001", "BY", datetime(2026, 11, 25, 10, tzinfo=PARIS))
    assert (lu.auteur.identifiant, lu.auteur.siren, lu.fournisseur.siren) == ("20000000800012", "200000008", "100000009")
    assert lu.motifs == (Motif("JUSTIF_ABS", "Justificatif absent"),)
    assert lu.montants == (MontantStatut("MEN", Decimal("120.00"), "EUR", Decimal("20.00")),)
    assert lu.date_facture.isoformat() == "2026-11-20"


def test_the_made_cdar_message_is_right_by_the_official_schema_and_rules():
    root, _ = lire_xml(cdar(), Limites())
    assert valider(root, "cdar-d22b", cdar(), Limites()) == ()
    assert echecs("br-fr-cdv", cdar()) == []
    assert regles(juger(cdar(), CDAR)) == []


def test_a_right_file_has_no_anomaly():
    verdict = juger(cpp(COMPLET, statut("MANDATEE")), recu_le=LE)
    assert regles(verdict) == []
    assert [one.codes for one in verdict.statuts] == [("SUSPENDUE",), ("MANDATEE",)]


@pytest.mark.parametrize(
    ("data", "interface", "attendu"),
    [
        (lambda: cpp(statut("SUSPENDUE")), CPP, ["STA-09"]),
        (lambda: cpp(statut("SUSPENDUE", complement="  \u00a0")), CPP, ["STA-09"]),
        (lambda: cpp(COMPLET).replace(b"<IdStatut>06<", b"<IdStatut>41<"), CPP, ["STA-08"]),
        (lambda: cpp(COMPLET).replace(b"<IdStatut>06<", b"<IdStatut>+6<"), CPP, []),
        (lambda: cpp(replace(COMPLET, horodatage=LE + AVANCE + timedelta(seconds=1))), CPP, ["STA-11"]),
        (lambda: cpp(replace(COMPLET, horodatage=LE + AVANCE)), CPP, []),
        (lambda: cpp(COMPLET).replace(b"2026-11-25T10:00:00.000+01:00", b"2026-11-25T24:00:00+01:00"), CPP, ["STA-11"]),
        (lambda: cdar("212", accuse="47", motif=None, role="SE", montant=MONTANT), CDAR, []),
        (lambda: cdar("205", accuse="1", motif=None), CDAR, ["STA-08"]),
        (lambda: cdar(motif="DOUBLON"), CDAR, ["STA-13"]),
        (lambda: cdar(motif=None), CDAR, ["STA-13", "STA-09"]),
        (lambda: cdar(emetteur=""), CDAR, ["STA-15", "STA-13"]),
        (lambda: cdar("299", accuse=None, motif=None), CDAR, ["STA-14", "STA-08"]),
        (lambda: b"%PDF-1.7", CPP, ["ARC-11"]),
        (lambda: b"<CPPStatut>", CPP, ["XML-01"]),
        (cdar, CPP, ["XML-06"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_status_is_told(data, interface, attendu):
    assert regles(juger(data(), interface, recu_le=LE)) == attendu


def test_statuses_of_flows_are_no_statuses_of_invoices():
    data = (
        b'<CPPStatut><Enveloppe><EnveloppeUnitaire NumOrdre="1"><Parametres><ParametreIndiv NumOrdre="0001"><Code>DtPrd</Code>'
        b'<Valeurparametre>2026-11-25</Valeurparametre></ParametreIndiv><ParametreIndiv NumOrdre="0002"><Code>IdFlx</Code>'
        b"<Valeurparametre>1</Valeurparametre></ParametreIndiv></Parametres><Partenaires><Recepteur><Id>CPP001</Id></Recepteur>"
        b"<Emetteur><Id>ABC123</Id></Emetteur></Partenaires></EnveloppeUnitaire></Enveloppe><CPPFluxStatuts><CPPFluxStatutUnitaire>"
        b"<DonneesStatut><IdStatut>90</IdStatut><Horodatage>2026-11-25T10:00:00</Horodatage><IdFlux>x</IdFlux></DonneesStatut>"
        b"</CPPFluxStatutUnitaire></CPPFluxStatuts></CPPStatut>"
    )
    verdict = juger(data)
    assert (regles(verdict), verdict.statuts, verdict.document.lisible) == (["STA-12"], (), False)


@pytest.mark.parametrize(("longueur", "attendu"), [(80, []), (81, ["XSD-18"])])
def test_complement_statut_holds_80_characters(longueur, attendu):
    data = cpp(COMPLET).replace(b"Mauvais justificatif &amp; &lt;pi\xc3\xa8ce&gt; n\xc2\xb03", b"x" * longueur)
    assert regles(juger(data)) == attendu


def test_one_bad_line_leaves_the_others_receivable():
    verdict = juger(cpp(COMPLET, statut("SUSPENDUE"), statut("MANDATEE")))
    assert [one.recevable for one in verdict.statuts] == [True, False, True]
    (fault,) = verdict.statuts[1].anomalies
    assert etree.fromstring(cpp(COMPLET, COMPLET, COMPLET)).xpath(fault.path)[0].get("NumOrdre") == "2"
    assert (fault.member, fault.line) == ("s.xml", verdict.statuts[1].lu.ligne)


@pytest.mark.parametrize(
    ("texte", "lu"),
    [
        ("2026-11-25T10:00:00", datetime(2026, 11, 25, 10, tzinfo=PARIS)),
        (" 2026-11-25T10:00:00Z ", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("2026-11-25T10:00:00.123456789+01:00", datetime(2026, 11, 25, 9, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-25", None),
        ("2026-13-25T10:00:00", None),
        (None, None),
    ],
)
def test_an_instant_of_cpp_without_zone_is_on_the_clock_of_paris(texte, lu):
    assert instant_iso(texte) == lu


@pytest.mark.parametrize("jour", ["20261025", "20270328"])
@pytest.mark.parametrize("heure", ["013000", "023000", "033000"])
def test_a_status_told_again_is_known_again_also_in_the_hour_that_paris_has_twice_or_never(jour, heure):
    lu = instant_204(jour + heure)
    assert lu == instant_iso(f"{jour[:4]}-{jour[4:6]}-{jour[6:]}T{heure[:2]}:{heure[2:4]}:00")
    garde = Evenement("SUSPENDUE", lu.astimezone(UTC))  # as the ledger gives it back
    assert decider(Circuit.SIMPLE, (garde,), Evenement("SUSPENDUE", lu)).issue is Issue.DEJA


@pytest.mark.parametrize(
    "instant",
    ["0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:30:00Z", "10000-01-01T00:00:00Z"],
)
def test_an_instant_that_no_clock_tells_is_an_anomaly_of_its_line(instant):
    data = re.sub(rb"(<Horodatage>)[^<]*", rb"\g<1>" + instant.encode(), cpp(COMPLET, statut("MANDATEE")), count=1)
    verdict = juger(data, recu_le=datetime(2099, 1, 1, tzinfo=UTC))
    assert (regles(verdict), [one.recevable for one in verdict.statuts]) == (["STA-11"], [False, True])
    assert instant_204("00010101000000") is None


@pytest.mark.parametrize("texte", ["2026112510000", "20261325100000", "２0261125100000", "", None])
def test_an_instant_of_cdar_has_fourteen_digits(texte):
    assert instant_204(texte) is None


@given(st.binary(max_size=200), st.sampled_from([CPP, CDAR]))
def test_any_bytes_are_an_anomaly_and_never_an_exception(data, interface):
    assert regles(juger(data, interface))


@given(st.data())
def test_mutants_never_raise(data):
    good, interface = data.draw(st.sampled_from([(cpp(COMPLET, SUSPENDUE), CPP), (cdar(montant=MONTANT), CDAR)]))
    at = data.draw(st.integers(0, len(good) - 1))
    length = data.draw(st.integers(0, 40))
    juger(good[:at] + data.draw(st.binary(max_size=10)) + good[at + length :], interface, recu_le=LE)


def test_every_anomaly_of_statuses_has_a_published_code_or_says_that_nothing_is_wrong():
    codes = {row.code for rule, row in CATALOGUE.items() if rule.startswith("STA-")}
    assert codes == {"REJ_INC", "REJ_INEX", "REJ_RG", "REJ_HAB", "STATUT_SANS_EFFET", "STATUT_DEJA_POSE"}


def _verifier(tmp_path, data, *words):
    path = tmp_path / "FSO1301A_DST001_DST0011301000000000000001"
    path.write_bytes(data)
    return CliRunner().invoke(app, ["verifier", str(path), *words])


def test_the_command_line_counts_statuses_and_says_that_the_ledger_has_the_last_word(tmp_path):
    done = _verifier(tmp_path, cpp(SUSPENDUE), "--date", "2026-11-25")
    assert done.exit_code == 0
    assert "1/1 statuts recevables" in done.stdout
    assert "le registre en décide au dépôt" in done.stdout


def test_each_status_stands_alone_on_the_command_line_as_on_the_platform(tmp_path):
    futur = replace(COMPLET, horodatage=datetime(2099, 9, 15, tzinfo=UTC))
    both = _verifier(tmp_path, cpp(COMPLET, futur), "--date", "2026-11-25")
    assert (both.exit_code, "1/2 statuts recevables" in both.stdout, "STA-11" in both.stdout) == (1, True, True)
    assert "×1 fichier\n" in both.stdout
    none = _verifier(tmp_path, cpp(futur), "--date", "2026-11-25", "--langue", "en")
    assert none.stdout.startswith("rejected")
    assert "0/1 statuses receivable" in none.stdout
    (told,) = json.loads(_verifier(tmp_path, cpp(COMPLET, futur), "--date", "2026-11-25", "--format", "json").stdout)["invoices"]
    assert (told["verdict"], told["statuses"], told["receivable"]) == ("accepted", 2, 1)


@pytest.mark.parametrize(
    ("langue", "titre", "absent"), [("fr", "Vérification de statuts", "acture"), ("en", "Check of statuses", "nvoices")]
)
def test_the_page_of_statuses_speaks_of_statuses(tmp_path, langue, titre, absent):
    page = _verifier(tmp_path, cpp(COMPLET, statut("SUSPENDUE")), "--date", "2026-11-25", "--format", "html", "--langue", langue).stdout
    root = etree.fromstring(page.encode())
    assert root.findtext(".//{*}h1") == titre
    said = " ".join("".join(one.itertext()) for one in root.iter("{*}th", "{*}h3", "{*}li", "{*}p") if one.get("class") != "petit")
    assert absent not in said.replace("Facture connue", "")
    assert [one.text for one in root.iter("{*}td") if one.get("class") == "n"][-2:] == ["2", "1"]


def _trois_references(*fautives):
    """A message of three references; those of these ranks give a reason that is on no list."""
    good, bad = (
        re.search(rb"<ram:ReferenceReferencedDocument>.*</ram:ReferenceReferencedDocument>", data, re.DOTALL)[0]
        for data in (cdar(), cdar(motif="DOUBLON"))
    )
    return cdar().replace(good, b"".join(bad if rank in fautives else good for rank in range(3)))


@pytest.mark.parametrize("fautives", [(), (0,), (1,), (0, 2)])
def test_a_fault_of_one_reference_is_none_of_the_others(fautives):
    data = _trois_references(*fautives)
    verdict = juger(data, CDAR)
    wrong = [
        [one for one in status.anomalies if one.rule == "STA-13" and "ReferenceReferencedDocument" in one.path]
        for status in verdict.statuts
    ]
    assert [bool(one) for one in wrong] == [rank in fautives for rank in range(3)]
    for rank in fautives:
        (place,) = etree.fromstring(data).xpath(wrong[rank][0].path, namespaces=PREFIXES)
        assert (
            place.xpath(
                "count(ancestor-or-self::ram:ReferenceReferencedDocument/preceding-sibling::ram:ReferenceReferencedDocument)",
                namespaces=PREFIXES,
            )
            == rank
        )


def test_a_fault_above_the_references_is_one_of_each_and_of_no_more_than_are_told():
    data = re.sub(rb"(<ram:IssuerTradeParty>).*?(</ram:IssuerTradeParty>)", rb"\1\2", _trois_references(), count=1, flags=re.DOTALL)
    verdict = juger_statuts("s.xml", data, CDAR, replace(Limites(), anomalies_fichier=1))
    told = [[one.rule for one in status.anomalies] for status in verdict.statuts]
    assert told[0] == told[1] == told[2]
    assert (told[0].count("STA-13"), told[0].count("OFF-04")) == (1, 1)
