"""What single rules promise beyond one fault each: bounds, exceptions, and the place among several."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from lxml import etree

from flux.annuaire import AnnuaireMemoire, Service, Structure
from flux.fabrique import ecrire_ubl
from flux.fabrique.identifiants import siren, siret
from flux.modele.facture import Adresse, Compte, Identifiant, Livraison, Paiement, Partie
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.interfaces import INTERFACES
from flux.regles.gestion import ContexteRegles, controler
from flux.regles.gestion.regle import SANS_JOUR
from tests.unit.gestion.cas import IBAN, LE, SYNTAXES, C, Cas, R, _agent, _remplacer, bonne, juger

_D = Decimal


def regles(casse, ere=R, syntaxe="ubl", **contexte):
    return {one.rule for one in juger(Cas("", ere, casse, contexte=contexte), syntaxe, casse=True)[0]}


def test_what_was_paid_and_the_rounding_count_in_the_amount_due():
    due = {"totaux.acompte": _D(10), "totaux.arrondi": _D("0.40")}
    right = due | {"totaux.net_a_payer": lambda f: f.totaux.ttc - _D("9.60")}
    assert "GES-CO-16" not in regles(right)
    assert "GES-CO-16" in regles(due)


def test_the_minimum_profile_has_no_room_for_what_was_paid():
    less = {"totaux.net_a_payer": _D(1), "profil": "urn:factur-x.eu:1p0:minimum"}
    assert "GES-CO-16" not in regles(less)


def test_lines_of_the_extended_profile_are_not_added_up():
    wrong = {"totaux.lignes": lambda f: f.totaux.lignes + 1}
    assert "GES-CO-10" not in regles(wrong | {"profil": "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr"})
    assert "GES-CO-10" in regles(wrong | {"profil": "urn:cen.eu:en16931:2017"})


@pytest.mark.parametrize(("cents", "told"), [("0.01", False), ("0.02", True), ("-0.02", True)])
def test_a_cent_is_passed_over_in_the_vat_of_the_rates(cents, told):
    off = {"profil": None, "totaux.tva": lambda f: f.totaux.tva + _D(cents)}
    assert ("GES-G1.53b" in regles(off)) is told


@pytest.mark.parametrize(("devise", "told"), [("EUR", True), ("HUF", True), ("XPF", False), ("JPY", False)])
def test_tax_in_a_currency_without_cents_is_rounded_to_its_unit(devise, told):
    off = {"devise": devise, "profil": None, "tva.0.montant": lambda f: f.tva[0].montant + _D("0.4")}
    assert ("GES-G1.53c" in regles(off, C)) is told
    more = off | {"tva.0.montant": lambda f: f.tva[0].montant + _D("1.4")}
    assert "GES-G1.53c" in regles(more, C)


@pytest.mark.parametrize(
    ("amount", "told"), [("1" * 19, False), ("1" * 20, True), ("-" + "1" * 18, False), ("-" + "1" * 19, True), ("1" * 17 + ".11", False)]
)
def test_a_number_has_nineteen_positions_sign_included_point_not(amount, told):
    assert ("GES-G1.14a" in regles({"totaux.arrondi": _D(amount)})) is told


@pytest.mark.parametrize(("total", "told"), [("149.99", False), ("150", True)])
def test_a_small_invoice_needs_no_exemption_reason(total, told):
    assert ("GES-G1.41" in regles({"tva.0.categorie": "E", "totaux.ttc": _D(total)})) is told


def test_a_tax_representative_s_number_stands_in_for_the_supplier_s():
    exempt = {"tva.0.categorie": "E", "vendeur.tva": None}
    assert "GES-G1.47" in regles(exempt)
    assert "GES-G1.47" not in regles(exempt | {"representant_fiscal": Partie(nom="R", tva="FR32123456789", adresse=Adresse(pays="FR"))})


def test_a_sepa_transfer_takes_an_iban_and_nothing_else():
    def paid(code):
        return {"paiements": (Paiement(code=code, comptes=(Compte("12345678"),)),)}

    assert {"BAN-01"} <= regles(paid("58"))
    assert "BAN-02" not in regles(paid("58"))
    assert regles(paid("30")) & {"BAN-01", "BAN-02"} == {"BAN-02"}
    assert not regles(paid("10")) & {"BAN-01", "BAN-02"}


def test_the_wrong_account_of_two_is_the_one_told():
    wrong = IBAN[:-1] + ("0" if IBAN[-1] != "0" else "1")
    data = ecrire_ubl(replace(bonne(R, "ubl"), paiements=(Paiement(code="30", comptes=(Compte(IBAN), Compte(wrong))),)))
    code, _, lire = SYNTAXES[R, "ubl"]
    root = etree.fromstring(data)
    (found,) = controler(lire(root), ContexteRegles(INTERFACES[code], LE, root, data))
    assert found.path == "/ubl:Invoice/cac:PaymentMeans[2]/cac:PayeeFinancialAccount/cbc:ID"
    assert root.xpath(found.path, namespaces=PREFIXES)[0].text == wrong


def test_the_refunded_structure_is_the_payee_when_it_has_an_address():
    claim = {"cadre": "A21", "vendeur.adresse": Adresse("1 rue du Port", code_postal="17000", ville="Port", pays="FR")}
    payee = Partie(nom="B", identifiants=(Identifiant(siret(siren(5)), "1"),), adresse=Adresse(ville="Port"))
    with_payee = replace(bonne(C, "cii"), beneficiaire=payee)
    assert not regles(claim, C) & {"CAD-21a", "CAD-21b"}
    assert {"CAD-21a", "CAD-21b"} <= regles(lambda _: replace(with_payee, cadre="A21"), C, "cii")


def test_claims_of_one_year_on_several_lines_are_in_order():
    same = {"cadre": "A21", "lignes.0.nom": "Gazole 2024", "lignes.1.nom": "Fioul 2024"}
    assert "CAD-21c" not in regles(same, C)


def test_the_justice_interface_is_a_statement_whatever_its_framework():
    data = ecrire_ubl(replace(bonne(C, "ubl"), cadre="A1", lignes=()))
    root = etree.fromstring(data)
    facture = SYNTAXES[C, "ubl"][2](root)
    told = {
        code: {one.rule for one in controler(facture, ContexteRegles(INTERFACES[code], LE, root, data))}
        for code in ("FSO1120A", "FSO1100A")
    }
    assert "CAD-03b" in told["FSO1120A"]
    assert "CAD-03b" not in told["FSO1100A"]


def test_justice_costs_are_paid_without_an_account_in_the_file():
    paid = {"paiements": (Paiement(code="30"),)}
    assert "BAN-03" in regles(paid, C)
    assert "BAN-03" not in regles(paid | {"cadre": "A3"}, C)


def test_a_works_invoice_reaches_an_owner_of_works():
    owner = lambda f: AnnuaireMemoire([Structure(f.siret_destinataire, "MOA", moa_unique=True)])  # noqa: E731 - read in one line
    assert "DST-10" in regles({}, C, annuaire=owner)
    assert "DST-10" not in regles({"cadre": "A4"}, C, annuaire=owner)


def test_a_structure_is_judged_on_the_day_of_reception_or_not_by_day():
    ended = lambda f: AnnuaireMemoire([Structure(f.siret_destinataire, "M", fin=LE - timedelta(days=1))])  # noqa: E731 - read in one line
    assert "DST-02" in regles({}, annuaire=ended)
    assert "DST-02" not in regles({}, annuaire=ended, le=SANS_JOUR)


def test_a_directory_never_imported_judges_nobody():
    class Vide(AnnuaireMemoire):
        version = 0

    told = regles({"notes": ()}, annuaire=Vide([]))
    assert "PER-01" in told
    assert not {rule for rule in told if rule.startswith("DST")}


def test_a_siret_under_the_siren_s_scheme_is_judged_as_one_in_the_classic_era():
    wrong = {"vendeur.identifiants": (Identifiant("12345678901234", "0002"),)}
    assert "GES-G2.07" in regles(wrong, C)
    assert "IDT-01" not in regles(wrong, C)
    assert "GES-G2.07" not in regles({"vendeur.identifiants": (Identifiant(siren(5), "0002"),)}, C)


def test_the_seller_s_agent_needs_both_numbers_in_a_subcontract():
    def told(*numbers):
        return {one.rule for one in juger(Cas("", R, {"cadre": "S6"}, xml=_agent(*numbers)), "cii", casse=True)[0]}

    siret_, siren_ = ("0009", siret(siren(5))), ("0002", siren(5))
    assert {"CPRO-21"} == told(siret_) & {"CPRO-18", "CPRO-21"}
    assert {"CPRO-18", "CPRO-21"} <= told(siren_)
    assert not told(siret_, siren_) & {"CPRO-18", "CPRO-21"}


@pytest.mark.parametrize("syntaxe", ["ubl", "cii"])
def test_a_main_contractor_that_the_directory_knows_is_known_and_another_is_only_to_be_made_sure_of(syntaxe):
    contractor = siret(siren(5))
    signed = _agent(("0002", siren(5)), ("0009", contractor))

    def told(*others):
        knows = lambda f: AnnuaireMemoire([Structure(f.siret_destinataire, "Mairie"), *others])  # noqa: E731 - read in one line
        found = juger(Cas("", R, {"cadre": "S6"}, xml=signed, contexte={"annuaire": knows}), syntaxe, casse=True)[0]
        return {one.rule: one for one in found}

    assert "CPRO-22" not in told(Structure(contractor, "Régie"))
    unknown = told()["CPRO-22"]
    assert not unknown.bloquante
    assert contractor in unknown.fr


def test_the_unknown_recipient_of_a_direct_payment_is_told_once():
    nobody = lambda _: AnnuaireMemoire([Structure(siret(siren(77)), "Autre")])  # noqa: E731 - read in one line
    assert regles({"cadre": "S3"}, annuaire=nobody) & {"DST-01", "CPRO-23"} == {"CPRO-23"}
    assert regles({"cadre": "S1"}, annuaire=nobody) & {"DST-01", "CPRO-23"} == {"DST-01"}


def test_a_packed_file_of_two_informs_and_office_files_are_no_packages():
    from tests.unit.gestion.cas import _zip

    assert "PJ-08" in regles({"pieces_jointes.0.contenu": _zip("BL-1.csv") + b"", "pieces_jointes.0.nom": "autre.csv"})
    assert "PJ-08" not in regles({"pieces_jointes.0.contenu": _zip("word/x"), "pieces_jointes.0.nom": "a.docx"})


def test_dates_of_every_group_are_looked_at():
    old = date(1999, 1, 1)
    changes = {"echeance": old, "livraison": Livraison(date=old), "date_exigibilite": old}
    found = juger(Cas("", R, changes), "ubl", casse=True)[0]
    assert {one.fr.split(" (")[0] for one in found if one.rule == "GES-G1.36"} == {
        "Date d'échéance",
        "Date de livraison",
        "Date d'exigibilité de la TVA",
    }


@pytest.mark.parametrize("ere", [C, R])
@pytest.mark.parametrize(
    ("written", "told"),
    [("2026-07-01T00:00:00", False), ("\n2026-07-01T08:00:00+02:00\n", False), ("12026-07-01T00:00:00", True), ("", True)],
)
def test_a_cii_date_written_as_xml_schema_has_it_is_read_and_an_unreadable_one_told(ere, written, told):
    def change(data, _):
        old = b'<udt:DateTimeString format="102">20260703</udt:DateTimeString>'
        assert old in data
        return data.replace(old, f"<udt:DateTime>{written}</udt:DateTime>".encode(), 1)

    found = juger(Cas("", ere, {"echeance": date(2026, 7, 3)}, xml=change), "cii", casse=True)[0]
    assert [one.path.rpartition("/")[2] for one in found if one.rule == "GES-G1.09b"] == (["udt:DateTime"] if told else [])


@pytest.mark.parametrize(("ere", "told"), [(C, set()), (R, {"GES-G1.09b"})])
def test_an_issue_date_of_another_form_is_told_as_such_where_br_03_refuses_it_and_never_as_missing(ere, told):
    def change(data, _):
        old = b'<udt:DateTimeString format="102">20260701</udt:DateTimeString>'
        assert old in data
        return data.replace(old, b"<udt:DateTime>2026-07-01T00:00:00</udt:DateTime>", 1)

    found = juger(Cas("", ere, {"date_emission": date(2026, 7, 1)}, xml=change), "cii", casse=True)[0]
    assert {one.rule for one in found if one.rule.startswith("GES-G1.09")} == told


def test_a_reference_of_the_buyer_that_is_no_service_is_one_in_the_classic_era_only():
    def told(ere, reference, **structure):
        knows = lambda f: AnnuaireMemoire(  # noqa: E731 - read in one line
            [Structure(f.siret_destinataire, "Mairie", **structure), Service(f.siret_destinataire, "VOIRIE", "Voirie")]
        )
        casse = {"reference_acheteur": reference, "acheteur.identifiants": lambda f: f.acheteur.identifiants[:1]}
        return {rule for rule in regles(casse, ere, annuaire=knows) if rule.startswith("DST")}

    assert told(R, "Commande 12") == set()
    assert told(C, "Commande 12") == {"DST-04"}
    assert told(R, "VOIRIE", service_requis=True) == set()
    assert told(R, "VOIRE", service_requis=True) == {"DST-04"}
    assert told(R, None, service_requis=True) == {"DST-03"}


_CHARGE_CII = (
    b"<ram:AppliedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>true</udt:Indicator></ram:ChargeIndicator>"
    b"<ram:ActualAmount>1.00</ram:ActualAmount></ram:AppliedTradeAllowanceCharge></ram:GrossPriceProductTradePrice>"
)
_CHARGE_UBL = (
    b'<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">1.00</cbc:Amount>'
    b"</cac:AllowanceCharge></cac:Price>"
)
_POUR_MILLE = b'<ram:BasisQuantity unitCode="C62">1000</ram:BasisQuantity>'


@pytest.mark.parametrize(
    ("syntaxe", "avant", "apres"),
    [
        ("cii", b"</ram:GrossPriceProductTradePrice>", _CHARGE_CII),
        ("ubl", b"</cac:Price>", _CHARGE_UBL),
        ("cii", b'<ram:BasisQuantity unitCode="C62">1</ram:BasisQuantity>', _POUR_MILLE),
    ],
    ids=["charge-cii", "charge-ubl", "quantites"],
)
def test_a_net_price_that_something_else_makes_too_is_not_computed(syntaxe, avant, apres):
    """G1.55 knows the gross price and its discounts; EXTENDED admits a charge on the price, CII a gross price for another quantity."""
    given = {"prix_brut": _D(10), "prix_remise": _D(1), "prix_net": _D(5), "prix_quantite": _D(1), "prix_unite": "C62"}
    prix = {f"lignes.0.{nom}": value for nom, value in given.items()}
    assert "GES-G1.55" in {one.rule for one in juger(Cas("", R, prix), syntaxe, casse=True)[0]}
    autrement = Cas("", R, prix, xml=_remplacer(avant, apres))
    assert "GES-G1.55" not in {one.rule for one in juger(autrement, syntaxe, casse=True)[0]}
