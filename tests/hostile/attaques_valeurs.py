"""Attacks on what reads values: numbers, dates, patterns, counts that rules multiply."""

from __future__ import annotations

import re

from tests.hostile.modele import ACCEPTE, CII, CPP, UBL, Attaque, dans_note, exemple, remplacer


def _ttc(texte: bytes) -> bytes:
    return remplacer(rb"(?<=<cbc:TaxInclusiveAmount currencyID=\"EUR\">)[^<]*", texte)


def _partout(texte: bytes) -> bytes:
    """Every amount of the UBL example replaced."""
    return re.sub(rb"(currencyID=\"EUR\">)[^<]*", lambda m: m[1] + texte, exemple(UBL))


def _champ(motif: bytes, texte: bytes, interface: str = UBL) -> bytes:
    return remplacer(rb"(?<=" + motif + rb">)[^<]*", texte, interface)


def _ventilations(nombre: int, lignes: int) -> bytes:
    """VAT breakdowns that differ by their rate, over many lines: rules compare each with each."""
    data = exemple(UBL)
    bloc = re.search(rb"<cac:TaxSubtotal>.*?</cac:TaxSubtotal>\n", data, re.DOTALL)[0]
    ligne = re.search(rb"<cac:InvoiceLine>.*?</cac:InvoiceLine>\n", data, re.DOTALL)[0]
    blocs = (re.sub(rb"(?<=<cbc:Percent>)[^<]*", b"%d.%02d" % divmod(n, 100), bloc) for n in range(nombre))
    return data.replace(bloc, b"".join(blocs)).replace(ligne, ligne * lignes, 1)


def _repete(motif: bytes, fois: int, interface: str = UBL) -> bytes:
    bloc = re.search(motif, exemple(interface), re.DOTALL)[0]
    return remplacer(motif, bloc * fois, interface)


_BASE64 = rb"(?<=encodingCode=\"Base64\">)[^<]*"
VALEURS: tuple[Attaque, ...] = (
    Attaque("montant-exposant", lambda: _ttc(b"1e999999"), "XSD-10"),
    Attaque("montant-infini", lambda: _ttc(b"INF"), "XSD-10"),
    Attaque("montant-nan", lambda: _ttc(b"NaN"), "XSD-10"),
    Attaque("montant-de-40-chiffres", lambda: _ttc(b"9" * 40), "BR-FR-DEC-01_BT-112"),
    Attaque("montant-de-5000-chiffres", lambda: _ttc(b"9" * 5_000), "XML-09"),
    Attaque("montant-d-un-million-de-chiffres", lambda: _ttc(b"9" * 1_000_000), "XML-09"),
    Attaque("montants-d-un-million-de-chiffres", lambda: _partout(b"9" * 1_000_000), "XML-09"),
    Attaque("montants-de-200000-chiffres", lambda: _partout(b"9" * 200_000), "XML-09"),
    Attaque("montants-a-200000-decimales", lambda: _partout(b"1." + b"3" * 200_000), "XML-09"),
    Attaque("montants-a-un-million-de-zeros", lambda: _partout(b"0" * 1_000_000 + b"1"), "XML-09"),
    Attaque("montants-en-chiffres-arabes", lambda: _partout("١٢".encode()), "XSD-10"),
    Attaque("quantite-d-un-million-de-chiffres", lambda: _champ(rb"<cbc:InvoicedQuantity unitCode=\"H87\"", b"9" * 1_000_000), "XML-09"),
    Attaque("taux-d-un-million-de-chiffres", lambda: _champ(rb"<cbc:Percent", b"9" * 1_000_000), "XML-09"),
    Attaque("date-de-l-an-10-puissance-1000", lambda: _champ(rb"<cbc:IssueDate", b"9" * 1_000 + b"-01-01"), "XSD-11"),
    Attaque("date-avant-notre-ere", lambda: _champ(rb"<cbc:IssueDate", b"-0001-01-01"), "BR-FR-03_BT-2"),
    Attaque("date-an-99999", lambda: _champ(rb"<cbc:IssueDate", b"99999-01-01"), "BR-FR-03_BT-2"),
    Attaque("date-decalee", lambda: _champ(rb"<cbc:IssueDate", b"2026-09-06+99:99"), "XSD-11"),
    Attaque("date-d-un-million-de-chiffres-cii", lambda: remplacer(rb"(?<=format=\"102\">)[^<]*", b"2" * 1_000_000, CII), "BR-FR-03_BT-2", CII),
    Attaque("numero-d-un-million", lambda: _champ(rb"<cbc:ID", b"F" * 1_000_000), "CPRO-02a"),
    Attaque("numero-a-retours", lambda: _champ(rb"<cbc:ID", b"F" + b"-/" * 400_000 + b"!"), "CPRO-02a"),
    Attaque("siret-d-un-million", lambda: _champ(rb"<cbc:ID schemeID=\"0009\"", b"1" * 1_000_000), "BR-FR-09_BT-29"),
    Attaque("courriel-a-retours", lambda: _champ(rb"<cbc:ElectronicMail", b"a" * 400_000 + b"@" + b"a." * 200_000), ACCEPTE),
    Attaque("iban-d-un-million", lambda: _champ(rb"<cac:PayeeFinancialAccount>\n<cbc:ID", b"FR76" + b"0" * 1_000_000), "BAN-01"),
    Attaque("note-de-dieses", lambda: dans_note(b"#AAB" * 500_000), "CPRO-42"),
    Attaque("note-de-blancs-a-retours", lambda: dans_note(b"#PMT#" + b"x " * 1_000_000), "CPRO-42"),
    Attaque("notes-de-20000-sujets", lambda: _repete(rb"<cbc:Note>[^<]*</cbc:Note>\n", 20_000), "OFF-05"),
    Attaque("ventilations-en-masse", lambda: _ventilations(2_000, 2_000), "OFF-05"),
    Attaque("ventilations-a-la-limite", lambda: _ventilations(100, 200), "BR-CO-14"),
    Attaque("lignes-en-masse", lambda: _repete(rb"<cac:InvoiceLine>.*?</cac:InvoiceLine>\n", 1_500), "BR-FREXT-CO-10"),
    Attaque("moyens-de-paiement-en-masse", lambda: _repete(rb"<cac:PaymentMeans>.*?</cac:PaymentMeans>\n", 5_000), "OFF-05"),
    Attaque("identifiants-en-masse", lambda: _repete(rb"<cac:PartyIdentification>.*?</cac:PartyIdentification>\n", 10_000), "OFF-05"),
    Attaque("ventilations-cii-en-masse", lambda: _repete(rb"<ram:ApplicableTradeTax>(?:(?!</ram:ApplicableTradeTax>).)*<ram:BasisAmount>.*?</ram:ApplicableTradeTax>\n", 2_000, CII), "OFF-05", CII),
    Attaque("lignes-cii-en-masse", lambda: _repete(rb"<ram:IncludedSupplyChainTradeLineItem>.*?</ram:IncludedSupplyChainTradeLineItem>\n", 1_500, CII), "BR-FREXT-CO-10", CII),
    Attaque("cpp-montant-immense", lambda: _champ(rb"<MontantTTC", b"9" * 500_000, CPP), "XML-09", CPP),
    Attaque("cpp-date-immense", lambda: _champ(rb"<DateEmissionFacture", b"9" * 500_000, CPP), "XSD-11", CPP),
)  # fmt: skip
__all__ = ["ACCEPTE", "VALEURS"]
