"""The levels an invoice may be written at, with the profile (BT-24) that names each."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from flux.modele.facture import Adresse, Compte, Facture, Ligne, Paiement, Partie, Totaux
from flux.referentiel.facturx import NIVEAUX, NiveauFacturX

#: BT-24 of an invoice that keeps to EN 16931.
PROFIL_EN16931 = NIVEAUX["EN 16931"].urns[0]
#: BT-24 of the French extension: several BT-46, hence the SIRET and the service code (XP Z12-012, BR-FR-CPRO-11).
PROFIL_EXTENDED_CTC_FR = NIVEAUX["EXTENDED-CTC-FR"].urns[0]


#: VAT category and rate → exemption reason and its code.
Exonerations = dict[tuple[str | None, Decimal | None], tuple[str | None, str | None]]


class Niveau(StrEnum):
    """Levels of Factur-X 1.0 as an option writes them, poorest first; rows of :data:`flux.referentiel.facturx.NIVEAUX`."""

    MINIMUM = "MINIMUM"
    BASICWL = "BASICWL"
    BASIC = "BASIC"
    EN16931 = "EN16931"
    EXTENDED = "EXTENDED"

    @property
    def ligne(self) -> NiveauFacturX:
        """The row of the table."""
        return _NIVEAUX[self]

    @property
    def profil(self) -> str:
        """BT-24 of the level."""
        return self.ligne.urns[0]


_NIVEAUX = {one: next(row for row in NIVEAUX.values() if row.code.replace(" ", "") == one) for one in Niveau}


def exonerations_de_ligne(facture: Facture) -> Exonerations:
    """Return the exemption reasons that each exempt line repeats: the two extended profiles ask for it (BR-FREXT-E-08rev,
    BR-FXEXT-E-08rev), EN 16931 and the poorer levels have no such term.
    """
    if facture.profil not in {PROFIL_EXTENDED_CTC_FR, Niveau.EXTENDED.profil}:
        return {}
    return {(one.categorie, one.taux): (one.exoneration, one.exoneration_code) for one in facture.tva if one.exoneration_code}


def reduire(facture: Facture, niveau: Niveau) -> Facture:
    """Return what ``niveau`` can hold of ``facture`` (Factur-X 1.0 specification, content of each profile), BT-24 included.

    Below EXTENDED the buyer keeps one identifier (BT-46), the SIRET; the service code stays in BT-10.
    """
    if niveau is Niveau.MINIMUM:
        return _minimum(facture)
    facture = replace(facture, profil=niveau.profil)
    if niveau is Niveau.EXTENDED:
        return facture
    facture = replace(
        facture,
        acheteur=replace(facture.acheteur, identifiants=facture.acheteur.identifiants[:1]),
        valideur=None,
        contrat_type=None,
        service_fournisseur=None,
        lignes=tuple(map(_sans_termes_de_chorus, facture.lignes)),
    )
    if niveau is Niveau.EN16931:
        return facture
    return replace(
        facture,
        vendeur=_sans_contact(facture.vendeur),
        acheteur=_sans_contact(facture.acheteur),
        commande_vendeur=None,
        avis_reception=None,
        appel_offres=None,
        objet=None,
        projet=None,
        date_exigibilite=None,
        pieces_jointes=(),
        paiements=tuple(_compte_seul(one) for one in facture.paiements),
        lignes=tuple(_ligne_simple(one) for one in facture.lignes) if niveau is Niveau.BASIC else (),
        totaux=replace(facture.totaux, arrondi=None),
    )


def _minimum(f: Facture) -> Facture:
    t, vendeur = f.totaux, f.vendeur
    return Facture(
        numero=f.numero,
        date_emission=f.date_emission,
        type_code=f.type_code,
        devise=f.devise,
        cadre=f.cadre,
        profil=Niveau.MINIMUM.profil,
        reference_acheteur=f.reference_acheteur,
        engagement=f.engagement,
        vendeur=Partie(
            nom=vendeur.nom,
            identifiant_legal=vendeur.identifiant_legal,
            tva=vendeur.tva,
            adresse=Adresse(pays=vendeur.adresse.pays) if vendeur.adresse else None,
        ),
        acheteur=Partie(nom=f.acheteur.nom, identifiant_legal=f.acheteur.identifiant_legal),
        totaux=Totaux(ht=t.ht, tva=t.tva, ttc=t.ttc, net_a_payer=t.net_a_payer),
    )


def _sans_contact(partie: Partie) -> Partie:
    return replace(partie, contact=None, information_legale=None)


def _sans_termes_de_chorus(ligne: Ligne) -> Ligne:
    return replace(ligne, prix_ttc=None, type_ligne=None, sous_type=None, lieu_livraison=None, date_livraison=None)


def _compte_seul(p: Paiement) -> Paiement:
    comptes = tuple(Compte(one.numero) for one in p.comptes)
    return replace(p, libelle=None, carte=None, comptes=comptes)


def _ligne_simple(ligne: Ligne) -> Ligne:
    return replace(
        ligne,
        objet=None,
        commande_ligne=None,
        imputation=None,
        description=None,
        reference_vendeur=None,
        reference_acheteur=None,
        classifications=(),
        pays_origine=None,
        attributs=(),
        remises_charges=tuple(replace(one, base=None, pourcentage=None) for one in ligne.remises_charges),
    )
