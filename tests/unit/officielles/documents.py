"""Documents of the project for the comparison of the two engines: every format and level, credit notes, allowances, odd VAT
categories, and lifecycle messages as the emitters write them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from flux.emitters.cdar import cdar_facture, cdar_flux
from flux.emitters.cdar_blocs import DIALECTE_PA, DIALECTE_PPF
from flux.fabrique import Niveau, ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.modele.facture import Facture, RemiseCharge
from flux.modele.statut import Acteur, Enveloppe, Motif, Statut
from flux.referentiel.statuts import STATUTS_FLUX

LE = date(2026, 11, 20)
_INSTANT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
_ENVELOPPE = Enveloppe("FEN1202A_ABC123_CPP0011202000000000000001", "CPP0011202000000000000001", "CPP001", "ABC123", _INSTANT)
_CATEGORIES = ("Z", "E", "AE", "K", "G", "O", "L", "M", "B")


def documents() -> Iterator[tuple[str, bytes]]:
    """Yield more than fifty documents, each with its name; the same ones every time."""
    for rang, lignes in enumerate((1, 2, 3, 5, 12)):
        for avoir in (False, True):
            facture = fabriquer_facture(7, rang, lignes, LE, avoir=avoir)
            yield f"ubl-{rang}-{avoir}.xml", ecrire_ubl(facture)
            yield f"cii-{rang}-{avoir}.xml", ecrire_cii(facture)
    for categorie in _CATEGORIES:
        facture = _de_categorie(fabriquer_facture(8, ord(categorie[0]), 3, LE, avoir=False), categorie)
        yield f"ubl-{categorie}.xml", ecrire_ubl(facture)
        yield f"cii-{categorie}.xml", ecrire_cii(facture)
    for rang, niveau in enumerate(Niveau):
        yield f"facturx-{niveau}.xml", ecrire_cii(fabriquer_facture(9, rang, 3, LE), niveau)
        yield f"facturx-{niveau}-avoir.xml", ecrire_cii(fabriquer_facture(9, rang, 2, LE, avoir=True), niveau)
    yield from messages()


def messages() -> Iterator[tuple[str, bytes]]:
    """Yield lifecycle messages: invoices and whole flows, to platforms and to the PPF."""
    vendeur = Acteur(1, "10000000900015", "Atelier Lumière", "FR", siren="100000009", adresse_electronique="100000009_STATUTS")
    acheteur = Acteur(1, "20000000800012", "Commune d'Exemple", "FR", code_service="VOIRIE")
    deposee = Statut("DEPOSEE", _INSTANT, "F2026-0001", date(2026, 11, 20), "380", _INSTANT, vendeur, acheteur, "Facture déposée")
    motifs = (Motif("REJ_SEMAN", "BR-CO-15 : total TTC attendu 120.00, trouvé 102.00"), Motif("DOUBLON", "Facture déjà reçue"))
    rejetee = replace(deposee, code="NON_CONFORME", complement="Facture rejetée", commentaire="Voir le retour", motifs=motifs)
    for nom, dialecte in (("pa", DIALECTE_PA), ("ppf", DIALECTE_PPF)):
        yield f"cdar-200-{nom}.xml", cdar_facture(deposee, _ENVELOPPE, dialecte)
        yield f"cdar-213-{nom}.xml", cdar_facture(rejetee, _ENVELOPPE, dialecte)
        yield f"cdar-long-{nom}.xml", cdar_facture(replace(rejetee, numero="F" * 70, type_code="999"), _ENVELOPPE, dialecte)
        for code, raisons in (("INTEGRE", ()), ("IRRECEVABLE", (Motif("IRR_SYNTAX", "Le XML n'est pas bien formé"),))):
            flux = cdar_flux(
                STATUTS_FLUX[code],
                _ENVELOPPE.identifiant,
                _ENVELOPPE,
                horodatage=_INSTANT,
                recu_le=_INSTANT,
                motifs=raisons,
                dialecte=dialecte,
            )
            yield f"cdar-{code}-{nom}.xml", flux


def _de_categorie(facture: Facture, categorie: str) -> Facture:
    """The same invoice with one of its VAT rates under another category; its amounts are left as they are, right or wrong."""
    taux = Decimal(0) if categorie not in {"L", "M"} else Decimal("8.5")
    remises = (
        RemiseCharge(False, Decimal("1.00"), tva_categorie=categorie, tva_taux=taux, motif="Remise", motif_code="95"),
        RemiseCharge(True, Decimal("2.00"), tva_categorie=categorie, tva_taux=taux, motif="Frais", motif_code="FC"),
    )
    lignes = tuple(replace(one, tva_categorie=categorie, tva_taux=taux) if rang != 1 else one for rang, one in enumerate(facture.lignes))
    tva = tuple(replace(one, categorie=categorie, taux=taux, exoneration="Motif", exoneration_code="VATEX-EU-132") for one in facture.tva)
    return replace(facture, lignes=lignes, tva=tva, remises_charges=remises)
