"""An example invoice turned to the conventions of the classic interfaces: cadres A1…, identifiers of types 1 to 7, the PDF attached.

Sources: Chorus Pro facts of AIFE's samples (FSO1116A_P02, FSO1117A_P03, CPPFactureMixte V1.14).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flux.modele.facture import Facture, Identifiant, Ligne, Paiement, Partie, PieceJointe
from flux.referentiel.interfaces import Controle, Format, Interface, TypeFlux

_SIRET = "1"
#: The scheme that the Factur-X samples of 2018 give to a recipient's SIRET.
_SIRET_FACTURX = "0002"
#: Notes that the reform asks for: "B2G", "B2B".
_SUJETS_REFORME = frozenset({"ADN", "BAR"})
_A1, _MEMOIRE = "A1", "A3"
#: G8.20: the one payment mode of a *mémoire de frais de justice*.
_VIREMENT = "30"


def classique(facture: Facture, interface: Interface) -> Facture:
    """Return ``facture`` as ``interface`` wants it; its number, dates, lines and amounts are the same."""
    memoire = interface.type_flux is TypeFlux.E3
    facture = replace(
        facture,
        cadre=_MEMOIRE if memoire else _A1,
        profil=facture.profil if interface.format is Format.FACTURX else None,
        notes=tuple(note for note in facture.notes if note.sujet not in _SUJETS_REFORME),
        reference_acheteur=facture.reference_acheteur or ("GREFFE" if memoire else None),
        contrat_type="BC" if facture.contrat else None,
        paiements=_paiements(facture.paiements, memoire=memoire),
    )
    facture = _POUR_FORMAT[interface.format](facture)
    return replace(facture, pieces_jointes=(_visuel(facture),)) if Controle.VISUEL in interface.controles else facture


def _paiements(paiements: tuple[Paiement, ...], *, memoire: bool) -> tuple[Paiement, ...]:
    """A mode is mandatory, on credit notes too; 58 (SEPA transfer) is of the reform, its classic equal is 30."""
    if not paiements:
        return (Paiement(code=_VIREMENT, libelle="Virement"),)
    return tuple(replace(one, code=_VIREMENT) if memoire or one.code == "58" else one for one in paiements)


def _siret(partie: Partie) -> str:
    return partie.identifiant("0009") or ""


def _par_identification(partie: Partie) -> Partie:
    """UBL and CPP: the SIRET among the party's identifiers, type 1."""
    return replace(partie, identifiants=(Identifiant(_siret(partie), _SIRET),), identifiant_legal=None, adresse_electronique=None)


def _par_organisation(partie: Partie, schema: str) -> Partie:
    """CII: the SIRET as the legal organization's."""
    return replace(partie, identifiants=(), identifiant_legal=Identifiant(_siret(partie), schema), adresse_electronique=None)


def _tiers(facture: Facture, vendeur: Callable[[Partie], Partie], acheteur: Callable[[Partie], Partie]) -> Facture:
    tiers = facture.beneficiaire
    return replace(
        facture,
        vendeur=vendeur(facture.vendeur),
        acheteur=acheteur(facture.acheteur),
        beneficiaire=None if tiers is None else vendeur(tiers),
    )


def _ubl(facture: Facture) -> Facture:
    return _tiers(facture, _par_identification, _par_identification)


def _cii(facture: Facture) -> Facture:
    """CII 16B: a line's gross price is the price without VAT, its net price the one with VAT."""
    facture = _tiers(facture, lambda one: _par_organisation(one, _SIRET), lambda one: _par_organisation(one, _SIRET))
    return replace(facture, lignes=tuple(map(_deux_prix, facture.lignes)))


def _deux_prix(ligne: Ligne) -> Ligne:
    ht, taux = ligne.prix_net or Decimal(0), ligne.tva_taux or Decimal(0)
    ttc = (ht * (100 + taux) / 100).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return replace(ligne, prix_brut=ht, prix_net=ttc, prix_remise=None)


def _facturx(facture: Facture) -> Facture:
    facture = _tiers(facture, lambda one: _par_organisation(one, _SIRET), lambda one: _par_organisation(one, _SIRET_FACTURX))
    return replace(facture, contrat_type=None)


_POUR_FORMAT: dict[Format, Callable[[Facture], Facture]] = {
    Format.UBL: _ubl,
    Format.CII: _cii,
    Format.FACTURX: _facturx,
    Format.CPP_FACTURE: _ubl,
}


def _visuel(facture: Facture) -> PieceJointe:
    """The invoice's PDF as Chorus Pro wants it: a zip of one file, named as the attachment; the same bytes for the same invoice."""
    from flux.fabrique.page_pdf import dessiner  # noqa: PLC0415 - its library takes 0.3 s to load, other formats need none

    nom = f"{facture.numero}.pdf"
    sortie = BytesIO()
    with ZipFile(sortie, "w", ZIP_DEFLATED, compresslevel=zlib.Z_BEST_SPEED) as paquet:
        paquet.writestr(ZipInfo(nom), dessiner(facture), ZIP_DEFLATED)
    return PieceJointe(reference=nom, description="01", contenu=sortie.getvalue(), mime="application/pdf", nom=nom, type_piece="01")
