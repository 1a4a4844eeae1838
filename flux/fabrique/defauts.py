"""Faults made on purpose: what each one does, to what, and the anomaly the platform should answer.

A fault works on the invoice, on the XML, on the PDF, on the whole flow file or on its name; what it wants tells when it may be
applied. The expected code and rule are those of :mod:`flux.referentiel.anomalies`; a published rule not in that table bears its own name.
"""

# ruff: noqa: E501 - one row a line

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from io import BytesIO

import pikepdf

from flux.errors import ErreurInvariant
from flux.modele.facture import Facture
from flux.referentiel.interfaces import Controle, Ere, Format, Interface

_TOUS = frozenset(Format)
_PDF = frozenset({Format.FACTURX})


class Cible(StrEnum):
    """What a fault changes."""

    FACTURE = "facture"
    XML = "xml"
    PDF = "pdf"
    DOCUMENT = "document"
    FLUX = "flux"
    NOM = "nom"


@dataclass(frozen=True, slots=True)
class Attendu:
    """The answer awaited: published code and finer rule (``None`` where several rules may tell the same fault)."""

    code: str
    regle: str | None = None


@dataclass(frozen=True, slots=True)
class Defaut:
    """One fault.

    :ivar nom: name on the command line. :ivar fr: French description. :ivar en: English description.
    :ivar cible: what it changes. :ivar attendu: the answer awaited.
    :ivar facture: the change, when ``cible`` is the invoice. :ivar octets: the change, when it is bytes.
    :ivar texte: the change, when it is the name. :ivar formats: formats it may be applied to.
    :ivar attendus: the answer where a format has another one than ``attendu``.
    :ivar eres: eras of the interfaces it may be applied to. :ivar controle: check that the interface must ask for.
    """

    nom: str
    fr: str
    en: str
    cible: Cible
    attendu: Attendu
    facture: Callable[[Facture], Facture] | None = None
    octets: Callable[[bytes], bytes] | None = None
    texte: Callable[[str], str] | None = None
    formats: frozenset[Format] = _TOUS
    attendus: tuple[tuple[Format, Attendu], ...] = ()
    eres: frozenset[Ere] = frozenset(Ere)
    controle: Controle | None = None

    def convient(self, interface: Interface) -> bool:
        """Tell whether it may be applied to a file of ``interface``."""
        wanted = self.controle is None or self.controle in interface.controles
        return wanted and interface.format in self.formats and interface.ere in self.eres

    def attendu_pour(self, format_: Format) -> Attendu:
        """The answer awaited for a file of ``format_``."""
        return dict(self.attendus).get(format_, self.attendu)


def _remplacer(motif: bytes, par: bytes) -> Callable[[bytes], bytes]:
    """Return a change of the first match of ``motif``; a document without match is a fault of ours."""
    regex = re.compile(motif, re.DOTALL)

    def changer(xml: bytes) -> bytes:
        neuf, fois = regex.subn(par, xml, count=1)
        if not fois:
            raise ErreurInvariant(f"the fault finds no {motif!r} in the example", pattern=motif)
        return neuf

    return changer


def _latin1(xml: bytes) -> bytes:
    texte = xml.decode().replace('encoding="UTF-8"', 'encoding="ISO-8859-1"', 1)
    return texte.encode("latin-1", "xmlcharrefreplace")


def _total_faux(f: Facture) -> Facture:
    ttc = (f.totaux.ttc or Decimal(0)) + 1
    return replace(f, totaux=replace(f.totaux, ttc=ttc, net_a_payer=ttc))


def _tva_fausse(f: Facture) -> Facture:
    premiere, *reste = f.tva
    return replace(f, tva=(replace(premiere, montant=(premiere.montant or Decimal(0)) + 5), *reste))


def _sans_siren(f: Facture) -> Facture:
    return replace(f, vendeur=replace(f.vendeur, identifiant_legal=None))


def _sans_xml(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as document:
        for cle in ("/AF", "/Names"):
            del document.Root[cle]
        sortie = BytesIO()
        document.save(sortie, deterministic_id=True)
    return sortie.getvalue()


def _chiffre(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as document:
        sortie = BytesIO()
        # 128-bit RC4 and a static id: weak on purpose, the only encryption without random bytes. Reading asks for no password.
        document.save(sortie, static_id=True, encryption=pikepdf.Encryption(owner="flux", user="", R=3, aes=False, metadata=False))
    return sortie.getvalue()


_SYNTAXE = "IRR_SYNTAX"
_XSD = "ERR_XSD_001"
_SEMANTIQUE = "REJ_SEMAN"

_LIGNES = (
    Defaut(
        "montant-illisible", "Un montant s'écrit « -1 324,60 » au lieu de -1324.60", "An amount is written “-1 324,60” instead of -1324.60",
        Cible.XML, Attendu(_XSD, "XSD-10"),
        octets=_remplacer(rb"(<(?:cbc:TaxInclusiveAmount|ram:GrandTotalAmount|MontantTTC)[^>]*>)[^<]*", rb"\g<1>-1 324,60"),
    ),
    Defaut(
        "element-inconnu", "Un élément que le schéma ne connaît pas suit la date d'émission", "An element that the schema does not know follows the issue date",
        Cible.XML, Attendu(_XSD, "XSD-01"),
        octets=_remplacer(rb"(</cbc:IssueDate>|</ram:IssueDateTime>|</DateEmissionFacture>)", rb"\g<1>\n<Inconnu xmlns='urn:exemple:inconnu'>1</Inconnu>"),
    ),
    Defaut(
        "element-manquant", "Un bloc obligatoire manque : montants totaux (UBL, CPP), règlement (CII)", "A mandatory block is missing: totals (UBL, CPP), settlement (CII)",
        Cible.XML, Attendu(_XSD),
        octets=_remplacer(rb"<(cac:LegalMonetaryTotal|ram:ApplicableHeaderTradeSettlement|Montants)>.*?</\1>\n", rb""),
    ),
    Defaut(
        "date-impossible", "La date d'émission est un 30 février", "The issue date is a 30th of February",
        Cible.XML, Attendu(_SEMANTIQUE, "BR-FR-03"),
        octets=_remplacer(rb"(<(?:cbc:IssueDate|DateEmissionFacture)>\d{4}-|<ram:IssueDateTime>\s*<udt:DateTimeString[^>]*>\d{4})\d\d(-?)\d\d", rb"\g<1>02\g<2>30"),
        attendus=((Format.UBL, Attendu(_XSD, "XSD-11")), (Format.CPP_FACTURE, Attendu(_XSD, "XSD-11"))),
    ),
    Defaut(
        "xml-tronque", "Le XML s'arrête au milieu", "The XML stops halfway",
        Cible.XML, Attendu(_SYNTAXE, "XML-01"), octets=lambda xml: xml[: len(xml) // 2],
    ),
    Defaut(
        "doctype", "Le XML déclare un DOCTYPE et une entité", "The XML declares a DOCTYPE and an entity",
        Cible.XML, Attendu(_SYNTAXE, "XML-02"),
        octets=_remplacer(rb"\?>\n", b'?>\n<!DOCTYPE facture [<!ENTITY e "entite">]>\n'),
    ),
    Defaut(
        "encodage-latin1", "Le XML est en ISO-8859-1", "The XML is ISO-8859-1",
        Cible.XML, Attendu(_SYNTAXE, "XML-03"), octets=_latin1,
    ),
    Defaut(
        "caractere-controle", "Un caractère de contrôle U+000B se trouve dans une note ou un nom", "A control character U+000B stands in a note or a name",
        Cible.XML, Attendu(_SYNTAXE, "XML-04"), octets=_remplacer(rb"(escompte|</RaisonSociale>)", b"\x0b\\1"),
    ),
    Defaut(
        "mauvaise-racine", "La racine est celle d'une commande", "The root is an order's",
        Cible.XML, Attendu(_SYNTAXE, "XML-06"),
        octets=lambda xml: re.sub(rb"(:xsd:|</?|:)(CreditNote|Invoice|CrossIndustryInvoice|CPPFactureMixte)(-2|:100| |>)", rb"\1Order\3", xml),
    ),
    Defaut(
        "pdf-sans-xml", "Le PDF n'a pas de pièce factur-x.xml", "The PDF has no factur-x.xml attachment",
        Cible.PDF, Attendu("IRR_TYPE_F", "PDF-03"), octets=_sans_xml, formats=_PDF,
    ),
    Defaut(
        "pdf-chiffre", "Le PDF est chiffré", "The PDF is encrypted",
        Cible.PDF, Attendu("IRR_TYPE_F", "PDF-02"), octets=_chiffre, formats=_PDF,
    ),
    Defaut(
        "archive-tronquee", "L'archive s'arrête au milieu", "The archive stops halfway",
        Cible.FLUX, Attendu("IRR_EXTRAC", "ARC-03"), octets=lambda archive: archive[: len(archive) // 2],
    ),
    Defaut(
        "fichier-vide", "Le fichier d'une facture est vide ; seul, c'est le flux qui l'est (IRR_VIDE)",
        "The file of an invoice is empty; alone, it is the flow that is (IRR_VIDE)",
        Cible.DOCUMENT, Attendu("IRR_VIDE_F", "ARC-08"), octets=lambda _: b"",
    ),
    Defaut(
        "nom-invalide", "Le nom du flux est trop court de deux chiffres", "The flow name is two digits short",
        Cible.NOM, Attendu("IRR_FORM", "ENV-01"), texte=lambda nom: nom[:-2],
    ),
    Defaut(
        "total-faux", "Le total TTC dépasse d'un euro la somme du HT et de la TVA", "The total with VAT is one euro above the sum of net and VAT",
        Cible.FACTURE, Attendu(_SEMANTIQUE, "BR-CO-15"), facture=_total_faux,
    ),
    Defaut(
        "tva-fausse", "Le montant de TVA d'un taux est faux de cinq euros", "The VAT amount of a rate is five euros wrong",
        Cible.FACTURE, Attendu(_SEMANTIQUE, "BR-CO-14"), facture=_tva_fausse,
    ),
    Defaut(
        "siren-absent", "Le SIREN du vendeur manque", "The seller's SIREN is missing",
        Cible.FACTURE, Attendu(_SEMANTIQUE, "BR-FR-10"), facture=_sans_siren, eres=frozenset({Ere.REFORME}),
    ),
    Defaut(
        "visuel-absent", "Le PDF de la facture n'est pas joint (flux mixtes)", "The invoice's PDF is not attached (mixed flows)",
        Cible.XML, Attendu("REJ_ASS_PJ", "VIS-01"), controle=Controle.VISUEL,
        octets=_remplacer(rb"<(cac:AdditionalDocumentReference|ram:AdditionalReferencedDocument|PJ)(?: [^>]*)?>.*?</\1>\n", rb""),
    ),
    Defaut(
        "element-d22b", "Un élément que CII 16B n'a pas suit le net à payer", "An element that CII 16B does not have follows the amount due",
        Cible.XML, Attendu(_XSD, "XSD-28"), controle=Controle.CII_16B,
        octets=_remplacer(rb"(</ram:DuePayableAmount>\n)", rb"\1<ram:IncludingTaxesLineTotalAmount>1.00</ram:IncludingTaxesLineTotalAmount>\n"),
    ),
    Defaut(
        "deux-factures", "Le fichier contient deux fois la facture", "The file holds the invoice twice",
        Cible.XML, Attendu(_SYNTAXE, "CPP-01"), controle=Controle.UNE_FACTURE,
        octets=_remplacer(rb"(<CPPFactureMixteUnitaire .*</CPPFactureMixteUnitaire>\n)", rb"\1\1"),
    ),
)  # fmt: skip

#: name → fault.
DEFAUTS: dict[str, Defaut] = {one.nom: one for one in _LIGNES}

for _one in _LIGNES:  # a malformed table stops the import
    _attendue = {Cible.FACTURE: _one.facture, Cible.NOM: _one.texte}.get(_one.cible, _one.octets)
    if _attendue is None:
        raise RuntimeError(f"fault {_one.nom} has no change for its target {_one.cible}")
