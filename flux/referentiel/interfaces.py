"""The interface table: which flow code carries which format, where, and what answers it.

Sources. Classic codes, types and formats: AIFE's deck "Le mode EDI" (July 2017), the sample lists of April 2018 and the community page
"Flow examples" (invoices towards public entities). New codes: release notes V3.9.4 (qualification portal only). The feedback
keeps the number and replaces the first letter F by C (general dossier, note 78). Works flows (E4 structured, E5 mixed) exist
since February 2024; their codes are not public, so they have no row: adding one is adding a line here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from flux.referentiel.schemas import SCHEMAS


class Environnement(StrEnum):
    """Where a platform runs."""

    QUALIFICATION = "qualification"
    PRODUCTION = "production"


class Format(StrEnum):
    """Syntax of the invoices of an interface."""

    UBL = "ubl"
    CII = "cii"
    FACTURX = "facturx"
    CPP_FACTURE = "cpp_facture"


class Ere(StrEnum):
    """The code lists an interface uses: Chorus Pro's own since 2016, or those of the 2026 reform."""

    CLASSIQUE = "classique"
    REFORME = "reforme"


class TypeFlux(StrEnum):
    """Chorus Pro's type of flow: structured invoices, mixed (data and PDF), *mémoires de frais de justice*, works structured and mixed."""

    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    E4 = "E4"
    E5 = "E5"


class Controle(StrEnum):
    """A check that some interfaces ask for beside the schema: :mod:`flux.controle` has a function for each."""

    CII_16B = "cii-16b"
    VISUEL = "visuel"
    UNE_FACTURE = "une-facture"


@dataclass(frozen=True, slots=True)
class Interface:
    """One row of the table.

    :ivar code: 8 characters, ``FSO`` + four digits + ``A``.
    :ivar libelle: French label. :ivar label: the same in English.
    :ivar format: syntax of its invoices.
    :ivar schemas: keys of :data:`flux.referentiel.schemas.SCHEMAS`, one for each root admitted; for a PDF, of the XML inside.
    :ivar source: where the row comes from.
    :ivar type_flux: ``None`` for the new interfaces, whose type is not published.
    :ivar pdf: True when the file is a PDF that carries the XML.
    :ivar schema_du_niveau: True when the Factur-X level of the XML names a narrower schema that judges it.
    :ivar controles: checks beside the schema.
    :ivar environnements: where it is open.
    :ivar ere: the code lists that apply.
    :ivar destinataires_publics: True when recipients are public entities only.
    :ivar cycle_de_vie: lifecycle interfaces that answer its invoices.
    :ivar limite_factures: True when the 500-invoice limit of structured flows holds (published for E1).
    :ivar remplacee_par: code to use where this one is not open, ``None`` when it is open everywhere.
    """

    code: str
    libelle: str
    label: str
    format: Format
    schemas: tuple[str, ...]
    source: str
    type_flux: TypeFlux | None = None
    pdf: bool = False
    schema_du_niveau: bool = False
    controles: tuple[Controle, ...] = ()
    environnements: frozenset[Environnement] = frozenset(Environnement)
    ere: Ere = Ere.CLASSIQUE
    destinataires_publics: bool = True
    cycle_de_vie: tuple[str, ...] = ("FSO1301A", "FEN1202A")
    limite_factures: bool = False
    remplacee_par: str | None = None

    @property
    def chiffres(self) -> str:
        """The four digits that the flow id repeats."""
        return self.code[3:7]

    @property
    def racines(self) -> tuple[str, ...]:
        """Root elements admitted, in Clark notation; for a PDF, those of the XML inside."""
        return tuple(SCHEMAS[cle].racine for cle in self.schemas)

    @property
    def retour(self) -> str:
        """Code of the feedback interface: same number, ``F`` replaced by ``C``."""
        return "C" + self.code[1:]


@dataclass(frozen=True, slots=True)
class InterfaceRetiree:
    """An interface that is closed for good: a flow that names it is refused, and told which to use.

    :ivar code: as in :class:`Interface`. :ivar libelle: French label. :ivar label: the same in English.
    :ivar quand_fr: since when, as far as it is public, in French. :ivar quand_en: the same in English.
    :ivar remplacee_par: codes of open interfaces of the same type. :ivar source: where the row comes from.
    """

    code: str
    libelle: str
    label: str
    quand_fr: str
    quand_en: str
    remplacee_par: tuple[str, ...]
    source: str


_QUALIFICATION = frozenset({Environnement.QUALIFICATION})
_V394 = "release notes V3.9.4, 24/07/2024"
_EDI17 = "AIFE deck « Le mode EDI », July 2017"
_EXEMPLES = "AIFE community page « Flow examples »"
_2018 = "AIFE samples, April 2018"
_UBL = ("ubl-invoice", "ubl-creditnote")
_CII = ("cii-d22b",)

_LIGNES = (
    Interface(
        "FSO1100A", "UBL 2.1 structuré", "UBL 2.1, structured", Format.UBL, _UBL, f"{_EDI17}; {_EXEMPLES}", TypeFlux.E1,
        limite_factures=True,
    ),
    Interface(
        "FSO1106A", "CII 16B structuré", "CII 16B, structured", Format.CII, _CII, _EXEMPLES, TypeFlux.E1,
        controles=(Controle.CII_16B,), limite_factures=True,
    ),
    Interface(
        "FSO1110A", "UBL minimal + PDF joint", "UBL minimal + attached PDF", Format.UBL, _UBL, _EDI17, TypeFlux.E2,
        controles=(Controle.VISUEL,),
    ),
    Interface(
        "FSO1113A", "CPPFactureMixte (PDF joint)", "CPPFactureMixte (attached PDF)", Format.CPP_FACTURE, ("cpp-facture-mixte",),
        f"{_EDI17}; published sample V1.14", TypeFlux.E2, controles=(Controle.UNE_FACTURE, Controle.VISUEL),
    ),
    Interface(
        "FSO1116A", "CII 16B minimal + PDF joint", "CII 16B minimal + attached PDF", Format.CII, _CII, _2018, TypeFlux.E2,
        controles=(Controle.CII_16B, Controle.VISUEL),
    ),
    Interface(
        # AIFE's 24 samples of 2018 are CII 16B and no Factur-X 1.09: their level's schema refuses each of them.
        "FSO1117A", "Factur-X (PDF/A-3)", "Factur-X (PDF/A-3)", Format.FACTURX, _CII, f"{_2018}; {_EXEMPLES}", TypeFlux.E2, pdf=True,
        controles=(Controle.CII_16B,),
    ),
    Interface(
        "FSO1120A", "UBL, mémoire de frais de justice", "UBL, legal costs memorandum", Format.UBL, _UBL, _EDI17, TypeFlux.E3,
    ),
    Interface(
        "FSO1140A", "UBL 2.1 structuré", "UBL 2.1, structured", Format.UBL, _UBL, _V394,
        environnements=_QUALIFICATION, ere=Ere.REFORME, remplacee_par="FSO1100A",
    ),
    Interface(
        "FSO1146A", "CII D22B structuré", "CII D22B, structured", Format.CII, _CII, _V394,
        environnements=_QUALIFICATION, ere=Ere.REFORME, remplacee_par="FSO1106A",
    ),
    Interface(
        "FSO1147A", "Factur-X (PDF/A-3)", "Factur-X (PDF/A-3)", Format.FACTURX, _CII, _V394, pdf=True, schema_du_niveau=True,
        environnements=_QUALIFICATION, ere=Ere.REFORME, remplacee_par="FSO1117A",
    ),
)  # fmt: skip

_SANS_DATE = ("date de fermeture non publiée", "closing date not published")
_RETIREES = (
    InterfaceRetiree("FSO1101A", "CII d'avant 16B, structuré", "CII before 16B, structured", *_SANS_DATE, ("FSO1106A",), _EDI17),
    InterfaceRetiree(
        "FSO1102A", "PES Facture", "PES invoice", "retirée de l'offre en mars 2019", "withdrawn in March 2019",
        ("FSO1100A", "FSO1106A"), f"{_EDI17}; EDI annex V4.20, 01/03/2019",
    ),
    InterfaceRetiree("FSO1111A", "CII d'avant 16B, minimal", "CII before 16B, minimal", *_SANS_DATE, ("FSO1116A",), _EDI17),
    InterfaceRetiree(
        "FSO1112A", "PES Facture minimal", "PES invoice, minimal", "retirée de l'annexe EDI au plus tard en décembre 2021",
        "gone from the EDI annex by December 2021", ("FSO1110A", "FSO1113A", "FSO1116A"), f"{_EDI17}; EDI annex V4.21, 24/12/2021",
    ),
)  # fmt: skip

#: code → row of an open interface.
INTERFACES: dict[str, Interface] = {row.code: row for row in _LIGNES}

#: code → row of a closed one.
RETIREES: dict[str, InterfaceRetiree] = {row.code: row for row in _RETIREES}


def verifier_interfaces(rows: Iterable[Interface], retirees: Iterable[InterfaceRetiree] = ()) -> None:
    """Stop the import on a row that could not work.

    Its parser is asked for by :mod:`flux.controle` and its sample by :mod:`flux.fabrique`, when they load.

    :raises RuntimeError: names the row and what it lacks.
    """
    rows, retirees = tuple(rows), tuple(retirees)
    closed = {row.code for row in retirees}
    codes = [*(row.code for row in rows), *closed]
    if len(set(codes)) != len(codes):
        raise RuntimeError("two rows of the interface table share one code")
    for code in codes:
        if not (len(code) == 8 and code.startswith("FSO") and code[3:7].isdigit() and code[7] == "A"):
            raise RuntimeError(f"interface code {code!r} is not FSO + four digits + A")
    for row in rows:
        if not (row.libelle and row.label and row.source and row.environnements and row.cycle_de_vie):
            raise RuntimeError(f"the row of interface {row.code} is incomplete")
        if not row.schemas or any(cle not in SCHEMAS for cle in row.schemas):
            raise RuntimeError(f"interface {row.code} has no schema, or one that is not in flux/referentiel/schemas.py: {row.schemas}")
        if row.ere is Ere.CLASSIQUE and row.type_flux is None:
            raise RuntimeError(f"interface {row.code} is of the classic era and has no type of flow")
    suites = [(row.code, row.remplacee_par) for row in retirees]
    suites += [(row.code, (row.remplacee_par,)) for row in rows if row.remplacee_par]
    for known, successors in suites:
        if not successors or any(one in closed or one not in codes for one in successors):
            raise RuntimeError(f"interface {known} is replaced by {successors}, which is not open")


verifier_interfaces(_LIGNES, _RETIREES)
