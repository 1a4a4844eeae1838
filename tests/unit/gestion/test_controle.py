"""The rules together: severities, days, what is left to others, and how much is told."""

from dataclasses import replace
from datetime import date

import pytest

from flux.controle import juger as juger_document
from flux.errors import ErreurConfiguration
from flux.fabrique import ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.fabrique.classique import classique
from flux.fabrique.ecrire_cpp import ecrire_cpp_facture
from flux.limites import Limites
from flux.modele.verdict import Decision
from flux.parsers import pieces
from flux.parsers.pieces import Refus
from flux.referentiel.catalogue import Severite
from flux.referentiel.interfaces import INTERFACES, Ere, Format
from flux.regles.gestion import REGLES, lire_severites, regles_de
from tests.unit.gestion.cas import CAS, LE, C, Cas, R, _zip, bonne, juger

_ECRIRE = {Format.UBL: ecrire_ubl, Format.CII: ecrire_cii, Format.CPP_FACTURE: ecrire_cpp_facture}
_W, _E = Severite.AVERTISSEMENT, Severite.ERREUR


def cas(regle, ere=R):
    return next(one for one in CAS if one.regle == regle and one.ere == ere)


def anomalies(un_cas, syntaxe="ubl", **contexte):
    return juger(replace(un_cas, contexte=un_cas.contexte | contexte), syntaxe, casse=True)[0]


def regles(found):
    return [one.rule for one in found]


@pytest.mark.parametrize("code", [code for code, row in INTERFACES.items() if not row.pdf])
def test_the_factory_s_invoices_pass_under_their_interface(code):
    row = INTERFACES[code]
    for rang in range(30):
        facture = fabriquer_facture(5, rang, 4, LE, avoir=False)
        if row.ere is Ere.CLASSIQUE:
            facture = classique(facture, row)
        verdict = juger_document("f", _ECRIRE[row.format](facture), row, Limites(), le=LE)
        assert verdict.anomalies == ()
        assert verdict.valide


def test_a_severity_of_the_settings_decides_and_the_published_one_is_kept():
    (warned,) = anomalies(cas("CPRO-14"), severites={"CPRO-14": _W})
    assert (warned.severity, warned.published) == (_W, _E)
    assert not warned.bloquante
    assert warned.invalidante
    raised = anomalies(cas("BAN-04"), severites={"BAN-04": _E})
    assert [(one.severity, one.published, one.invalidante) for one in raised if one.rule == "BAN-04"] == [(_E, _W, False)]


def test_accepted_and_valid_are_two_things():
    data = ecrire_ubl(replace(bonne(R, "ubl"), contrat="x" * 51))
    row = INTERFACES["FSO1140A"]
    strict = juger_document("f", data, row, Limites(), le=LE)
    assert (strict.decision, strict.valide) == (Decision.REJETE, False)
    mild = juger_document("f", data, row, Limites(), le=LE, severites={"CPRO-14": _W})
    assert (mild.decision, mild.valide) == (Decision.ACCEPTE, False)


def test_a_rule_judges_from_its_first_day_on():
    before, after = (regles(anomalies(cas("CPRO-14"), le=day)) for day in (date(2026, 1, 31), date(2026, 2, 1)))
    assert "CPRO-14" not in before
    assert "CPRO-14" in after


def test_a_withdrawn_rule_judges_no_more():
    row = replace(next(one for one in REGLES if one.cle == "CPRO-14"), jusqua=date(2026, 6, 30))
    interface = INTERFACES["FSO1140A"]
    assert row.en_vigueur(interface, date(2026, 6, 30))
    assert not row.en_vigueur(interface, date(2026, 7, 1))


def test_without_a_day_nothing_that_depends_on_it_is_told():
    verdict = juger_document("f", ecrire_ubl(replace(bonne(R, "ubl"), date_emission=date(2098, 1, 1))), INTERFACES["FSO1140A"], Limites())
    assert "GES-G1.07" not in regles(verdict.anomalies)


def test_what_the_official_rules_that_judge_say_is_left_to_them():
    assert "GES-CO-15" in regles(anomalies(cas("GES-CO-15")))
    assert "GES-CO-15" in regles(anomalies(cas("GES-CO-15"), officielles=frozenset({"BR-CO-14"})))
    assert "GES-CO-15" not in regles(anomalies(cas("GES-CO-15"), officielles=frozenset({"BR-CO-15"})))


def test_no_rule_of_one_era_judges_the_other():
    for code, row in INTERFACES.items():
        assert all(row.ere in rule.eres for rule in regles_de(row, LE)), code


def test_after_a_schema_fault_what_cannot_be_read_is_not_called_missing_or_wrong():
    un_cas = Cas("MNT-01", R, {"totaux.ttc": None, "totaux.lignes": lambda f: f.totaux.lignes + 1, "contrat": "x" * 51})
    assert {"MNT-01", "GES-CO-13", "CPRO-14"} <= set(regles(anomalies(un_cas)))
    assert regles(anomalies(un_cas, schema_valide=False)) == ["CPRO-14"]


def test_an_unreadable_amount_is_told_once_by_the_schema():
    data = ecrire_cii(bonne(R, "cii")).replace(b"<ram:GrandTotalAmount>", b"<ram:GrandTotalAmount>x")
    assert regles(juger_document("f", data, INTERFACES["FSO1146A"], Limites(), le=LE).anomalies) == ["XSD-10"]


def test_one_fault_in_many_lines_does_not_hide_the_others_and_is_counted():
    lignes = lambda f: tuple(replace(f.lignes[0], description="x" * 1025) for _ in range(50))  # noqa: E731 - read in one line
    found = anomalies(Cas("CPRO-31", R, {"lignes": lignes, "contrat": "x" * 51, "profil": None}))
    assert regles(found).count("CPRO-31") == 20
    assert "CPRO-14" in regles(found)
    assert found[-1].rule == "GES-00"
    assert found[-1].found == "30"
    assert found[-1].severity is _E


def test_the_count_of_warnings_alone_only_warns():
    many = lambda f: tuple(replace(f.pieces_jointes[0], contenu=b"PK\x03\x04") for _ in range(25))  # noqa: E731 - read in one line
    found = anomalies(Cas("PJ-08", R, {"pieces_jointes": many}))
    assert (found[-1].rule, found[-1].found, found[-1].severity) == ("GES-00", "5", _W)


def test_anomalies_of_a_file_are_bounded():
    found = anomalies(Cas("CPRO-31", R, lambda f: replace(f, lignes=tuple(replace(one, description="x" * 1025) for one in f.lignes * 9))),
                      limites=Limites(anomalies_fichier=3))  # fmt: skip
    assert len(found) == 4
    assert found[-1].found == str(27 - 3)


# --- what a person reads ------------------------------------------------------------------------------------------------


def phrase(un_cas, regle, syntaxe="ubl", **contexte):
    return next(one for one in anomalies(un_cas, syntaxe, **contexte) if one.rule == regle)


def test_a_code_of_the_other_era_is_said_to_be_that():
    classic = phrase(cas("ERE-01"), "ERE-01")
    assert "A1 (facture d'un fournisseur) est un code des formats historiques" in classic.fr
    assert "FSO1140A" in classic.fr
    assert "B1" in classic.expected
    reform = phrase(cas("ERE-02", C), "ERE-02", "cii")
    assert "code de la réforme" in reform.fr
    assert "FSO1106A" in reform.en
    assert regles(anomalies(cas("ERE-01"))) == ["ERE-01"]


def test_a_missing_street_is_said_in_the_published_words():
    found = phrase(cas("CAD-21a", C), "CAD-21a")
    assert found.fr == "L'adresse de la structure est incomplète, veuillez spécifier une rue pour la structure."


def test_a_missing_service_and_a_missing_engagement_never_share_words():
    service, engagement = phrase(cas("DST-03"), "DST-03"), phrase(cas("DST-07"), "DST-07")
    assert "code service" in service.fr
    assert "engagement" not in service.fr
    assert "engagement" in engagement.fr
    assert "service" not in engagement.fr
    assert "DT-4-13-2" in service.fr
    assert "DT-4-13-1" in engagement.fr


def test_a_line_s_fault_names_its_line():
    found = phrase(cas("CPRO-31"), "CPRO-31")
    assert "ligne 2" in found.fr
    assert "line 2" in found.en
    assert found.path.endswith("cac:InvoiceLine[2]/cac:Item/cbc:Description")


def test_a_statement_of_justice_costs_without_jurisdiction_and_lines_is_told_not_broken():
    vide = Cas("CAD-03a", C, {"cadre": "A3", "acheteur.nom": None, "reference_acheteur": None, "lignes": ()})
    assert {"CAD-03a", "CAD-03b"} <= set(regles(anomalies(vide)))


def test_a_public_mark_or_a_directory_proves_the_recipient():
    assert "PER-01" in regles(anomalies(cas("PER-01")))
    assert "PER-01" not in regles(anomalies(cas("PER-01"), **cas("DST-03").bon_contexte))


def test_a_packed_attachment_that_does_not_open_says_why():
    def found(content):
        return phrase(Cas("PJ-08", R, {"pieces_jointes.0.contenu": content}), "PJ-08").found

    assert found(_zip("BL-1.csv")[:40]) == Refus.ABIME
    assert found(_zip("a", "b")) == Refus.PLUSIEURS


def test_a_thousand_small_bombs_are_not_all_opened(monkeypatch):
    opened = []
    true = pieces.ouvrir_piece
    monkeypatch.setattr(pieces, "ouvrir_piece", lambda content, limit: opened.append(limit) or true(content, limit))
    bomb = _zip("BL-1.csv", content=bytes(20_000))
    many = lambda f: f.pieces_jointes[:1] * 40  # noqa: E731 - read in one line
    limits = Limites(piece_jointe=10_000, taille_fichier=35_000)
    casse = Cas("PJ-08", R, lambda f: replace(f, pieces_jointes=tuple(replace(one, contenu=bomb) for one in many(f))))
    anomalies(casse, limites=limits)
    assert opened[:5] == [10_000, 10_000, 10_000, 5_000, 0]
    assert set(opened[4:]) == {0}


# --- settings -----------------------------------------------------------------------------------------------------------


def test_severities_are_read_from_a_file(tmp_path):
    assert lire_severites(None) == {}
    path = tmp_path / "s.toml"
    path.write_text('[severites]\n"GES-G1.07" = "warning"\n')
    assert lire_severites(path) == {"GES-G1.07": _W}
    path.write_text("")
    assert lire_severites(path) == {}


@pytest.mark.parametrize(
    "text",
    [
        '[severites]\n"GES-9" = "error"',
        '[severites]\n"GES-G1.07" = "fatal"',
        '[severites]\n"GES-G1.07" = []',
        "severites = 1",
        "[",
        b"\xff",
    ],
)
def test_a_wrong_file_of_severities_stops_with_its_name(tmp_path, text):
    path = tmp_path / "s.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ErreurConfiguration) as error:
        lire_severites(path)
    assert error.value.facts["path"] == str(path)
    with pytest.raises(ErreurConfiguration):
        lire_severites(tmp_path / "absent.toml")
