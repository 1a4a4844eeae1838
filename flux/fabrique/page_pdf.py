"""The readable pages of an invoice: plain PDF with its fonts embedded, ready to become PDF/A-3."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from flux.modele.facture import Facture

_GAUCHE, _DROITE, _HAUT, _BAS, _PAS = 50, 545, 790, 60, 14


@cache
def _police() -> str:
    """Register the font (Bitstream Vera, free, inside reportlab) once: PDF/A wants every font embedded."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    return "Vera"


def _montant(valeur: Decimal | None) -> str:
    return "" if valeur is None else f"{valeur:,.2f} €".replace(",", " ").replace(".", ",")


def _textes(f: Facture) -> list[tuple[str, str]]:
    """The rows of the document: text on the left, amount on the right."""
    siret = f.vendeur.identifiant("0009") or f.vendeur.identifiant("1"), f.siret_destinataire
    titre = "AVOIR" if f.type_code == "381" else "FACTURE"
    rows = [
        (f"{titre} {f.numero}", f"{f.date_emission:%d/%m/%Y}" if f.date_emission else ""),
        ("", ""),
        (f"Vendeur : {f.vendeur.nom} - SIRET {siret[0]} - TVA {f.vendeur.tva}", ""),
        (f"Acheteur : {f.acheteur.nom} - SIRET {siret[1]}", ""),
        (f"Service : {f.code_service or '-'}   Engagement : {f.engagement or '-'}   Contrat : {f.contrat or '-'}", ""),
        ("", ""),
    ]
    rows += [(f"{one.identifiant}. {one.nom} : {one.quantite} x {one.prix_net}", _montant(one.montant)) for one in f.lignes]
    rows += [("", "")]
    rows += [(f"TVA {one.taux} % sur {_montant(one.base)}", _montant(one.montant)) for one in f.tva]
    rows += [("Total HT", _montant(f.totaux.ht)), ("Total TTC", _montant(f.totaux.ttc)), ("Net à payer", _montant(f.totaux.net_a_payer))]
    return rows + [("", "")] + [(note.texte, "") for note in f.notes]


def dessiner(facture: Facture) -> bytes:
    """Draw ``facture`` on as many A4 pages as it needs; the same bytes for the same invoice."""
    sortie = BytesIO()
    police = _police()
    canevas = Canvas(sortie, pagesize=A4, invariant=1, initialFontName=police)
    canevas.setTitle(f"{facture.numero}")
    y = _HAUT
    canevas.setFont(police, 8)
    for gauche, droite in _textes(facture):
        if y < _BAS:
            canevas.showPage()
            canevas.setFont(police, 8)
            y = _HAUT
        canevas.drawString(_GAUCHE, y, gauche)
        canevas.drawRightString(_DROITE, y, droite)
        y -= _PAS
    canevas.save()
    return sortie.getvalue()
