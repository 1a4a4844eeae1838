"""The interface table: which flow code carries which format, where, and what answers it.

Sources: codes and formats, release notes V3.9.4 (qualification portal, invoices towards public entities only) and the Chorus Pro
EDI annex; the feedback keeps the number and replaces the first letter F by C (general dossier, note 78).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flux.referentiel.espaces_de_noms import CII, UBL_CREDIT_NOTE, UBL_INVOICE


class Environnement(StrEnum):
    """Where a platform runs."""

    QUALIFICATION = "qualification"
    PRODUCTION = "production"


class Format(StrEnum):
    """Syntax of the invoices of an interface: the name of the parser module that reads it."""

    UBL = "ubl"
    CII = "cii"
    FACTURX = "facturx"


class Ere(StrEnum):
    """The code lists an interface uses: Chorus Pro's own since 2016, or those of the 2026 reform."""

    CLASSIQUE = "classique"
    REFORME = "reforme"


@dataclass(frozen=True, slots=True)
class Interface:
    """One row of the table.

    :ivar code: 8 characters, ``FSO`` + four digits + ``A``.
    :ivar libelle: French label. :ivar label: the same in English.
    :ivar format: syntax of its invoices.
    :ivar racines: root elements admitted, in Clark notation; for a PDF, those of the XML inside.
    :ivar pdf: True when the file is a PDF that carries the XML.
    :ivar environnements: where it is open.
    :ivar ere: the code lists that apply.
    :ivar destinataires_publics: True when recipients are public entities only.
    :ivar cycle_de_vie: lifecycle interfaces that answer its invoices.
    :ivar limite_factures: True when the 500-invoice limit of structured flows holds.
    :ivar remplacee_par: code of the successor of a closed interface, ``None`` while it is open.
    :ivar fermee_le: day from which it is closed.
    :ivar source: where the row comes from.
    """

    code: str
    libelle: str
    label: str
    format: Format
    racines: tuple[str, ...]
    source: str
    pdf: bool = False
    environnements: frozenset[Environnement] = frozenset(Environnement)
    ere: Ere = Ere.CLASSIQUE
    destinataires_publics: bool = True
    cycle_de_vie: tuple[str, ...] = ("FSO1301A", "FEN1202A")
    limite_factures: bool = True
    remplacee_par: str | None = None
    fermee_le: date | None = None

    @property
    def chiffres(self) -> str:
        """The four digits that the flow id repeats."""
        return self.code[3:7]

    @property
    def retour(self) -> str:
        """Code of the feedback interface: same number, ``F`` replaced by ``C``."""
        return "C" + self.code[1:]


_QUALIFICATION = frozenset({Environnement.QUALIFICATION})
_V394 = "release notes V3.9.4, 24/07/2024"

_LIGNES = (
    Interface(
        "FSO1140A", "UBL 2.1 structuré", "UBL 2.1, structured", Format.UBL,
        (f"{{{UBL_INVOICE}}}Invoice", f"{{{UBL_CREDIT_NOTE}}}CreditNote"), _V394,
        environnements=_QUALIFICATION, ere=Ere.REFORME, limite_factures=False, remplacee_par="FSO1100A",
    ),
    Interface(
        "FSO1146A", "CII D22B structuré", "CII D22B, structured", Format.CII, (f"{{{CII}}}CrossIndustryInvoice",), _V394,
        environnements=_QUALIFICATION, ere=Ere.REFORME, limite_factures=False, remplacee_par="FSO1106A",
    ),
    Interface(
        "FSO1147A", "Factur-X (PDF/A-3)", "Factur-X (PDF/A-3)", Format.FACTURX, (f"{{{CII}}}CrossIndustryInvoice",), _V394, pdf=True,
        environnements=_QUALIFICATION, ere=Ere.REFORME, limite_factures=False, remplacee_par="FSO1117A",
    ),
)  # fmt: skip

#: code → row.
INTERFACES: dict[str, Interface] = {row.code: row for row in _LIGNES}


def _verifier(rows: tuple[Interface, ...]) -> None:
    """Stop the import on a row that could not work."""
    if len({row.code for row in rows}) != len(rows):
        raise RuntimeError("two rows of the interface table share one code")
    for row in rows:
        if not (len(row.code) == 8 and row.code.startswith("FSO") and row.chiffres.isdigit() and row.code[7] == "A"):
            raise RuntimeError(f"interface code {row.code!r} is not FSO + four digits + A")
        if not (row.racines and row.environnements and row.source and row.libelle and row.label):
            raise RuntimeError(f"the row of interface {row.code} is incomplete")


_verifier(_LIGNES)
