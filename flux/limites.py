"""Every limit on what comes from outside, each with its unit, its source and the anomaly it leads to.

Sources: "SE" is the general dossier of external specifications (notes 68-72), "PJ" the Chorus Pro page on attachments,
"E1" the public limit of 500 invoices a structured flow; "house" is a choice of this project, settable like the others.
"""

from __future__ import annotations

from dataclasses import dataclass

MIO = 1024 * 1024

#: Characters of one number, sign and point included (house; the published rules admit 24). Beyond: ``IRR_SYNTAX``, XML-09. No setting:
#: the ledger's columns and exact arithmetic count on it.
NOMBRE_MAX = 100


@dataclass(frozen=True, slots=True)
class Limites:
    """Limits on one flow. Sizes are bytes, counts are plain numbers.

    :ivar taille_flux: one deposited file, as received; 1 GB (SE). Beyond: ``IRR_TAILLE``.
    :ivar taille_fichier: one file of an archive, opened; 120 MB (SE). Beyond: ``IRR_TAILLE_F``.
    :ivar taille_ouverte: all files of an archive, opened (house: ten times the flow). Beyond: ``IRR_EXTRAC``.
    :ivar ratio: opened bytes for one received byte, once past ``ratio_a_partir_de`` (house; XML of invoices packs 10 to
        60 times). Beyond: ``IRR_EXTRAC``.
    :ivar ratio_a_partir_de: opened bytes before which the ratio is not looked at (house).
    :ivar membres: files in an archive (house). Beyond: ``IRR_EXTRAC``.
    :ivar nom_membre: characters of a file name inside an archive (house). Beyond: ``IRR_NOM_F``.
    :ivar factures_structurees: invoices in a structured flow of a classic interface; 500 (E1). Beyond: ``IRR_TAILLE``.
        ``None`` for the new interfaces: no published limit.
    :ivar profondeur_xml: nested elements (house; the deepest official sample has 14). Beyond: ``IRR_SYNTAX``.
    :ivar attributs_xml: attributes of one element (house; the official samples have 3 at most). Beyond: ``IRR_SYNTAX``.
    :ivar piece_jointe: one attachment, decoded; under 10 MB (PJ). Beyond: ``IRR_TAILLE_PJ``.
    :ivar nom_piece_jointe: characters of an attachment's name; 50 (PJ). Beyond: ``IRR_NOM_PJ``.
    :ivar objets_pdf: objects of a PDF (house). Beyond: ``IRR_TYPE_F``.
    :ivar pdf_secondes: processor time to open one PDF, in seconds (house; the official samples take 0.01). Beyond: ``IRR_TYPE_F``.
    :ivar pdf_memoire: memory to open one PDF, in bytes beyond what the process holds (house). Beyond: ``IRR_TYPE_F``.
    :ivar anomalies_fichier: anomalies reported for one file; the rest is counted in one last line (house).
    """

    taille_flux: int = 1024 * MIO
    taille_fichier: int = 120 * MIO
    taille_ouverte: int = 10 * 1024 * MIO
    ratio: int = 200
    ratio_a_partir_de: int = 64 * MIO
    membres: int = 100_000
    nom_membre: int = 255
    factures_structurees: int | None = 500
    profondeur_xml: int = 100
    attributs_xml: int = 100
    piece_jointe: int = 10 * MIO
    nom_piece_jointe: int = 50
    objets_pdf: int = 500_000
    pdf_secondes: float = 1.0
    pdf_memoire: int = 1024 * MIO
    anomalies_fichier: int = 100
