"""CPPFactureMixte, Chorus Pro's own format of mixed flows → :class:`~flux.modele.facture.Facture`.

The structure is that of the published sample (V1.14) and of CPPFacturePivot; see flux/xsd/cpp-facture-mixte.xsd.
"""

from __future__ import annotations

from typing import cast

from lxml.etree import _Element

from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.facture import (
    Adresse,
    Contact,
    Facture,
    FactureAnterieure,
    Identifiant,
    Ligne,
    Livraison,
    Partie,
    PieceJointe,
    Totaux,
    VentilationTva,
)
from flux.parsers import assemblage
from flux.parsers.lecture import Lecteur, Table, Termes, de, figer, jour, montant, objet, objets, parcourir
from flux.parsers.valeurs import jour_iso, octets_base64, texte
from flux.xsd.reperes import chemin_xpath

#: One invoice of a file, from the root.
_UNITES = "CPPFactures/CPPFactureMixteUnitaire"
#: Type of contract of a *numéro de marché*, as the other classic formats write it.
_MARCHE = "BC"


def _jour(nom: str) -> Lecteur:
    return jour(nom, jour_iso)


# --- parties ---------------------------------------------------------------------------------------------------------


def _tiers(termes: Termes) -> Partie:
    """Supplier or debtor: the identifier's scheme is TypeIdentifiant, 1 to 7."""
    valeur, pays, service = termes.get("identifiant"), termes.get("pays"), termes.get("nom_service")
    return Partie(
        nom=termes.get("nom"),
        identifiants=() if valeur is None else (Identifiant(valeur, termes.get("type")),),
        adresse=None if pays is None else Adresse(pays=pays),
        contact=None if service is None else Contact(nom=service),
    )


_TIERS: Table = {
    "TypeIdentifiant": "type",
    "Identifiant": "identifiant",
    "RaisonSociale": "nom",
    "Nom": "nom",
    "NomService": "nom_service",
    "CodePays": "pays",
}
_VENDEUR, _ACHETEUR = objet("vendeur", _tiers, _TIERS), objet("acheteur", _tiers, _TIERS)
_BANQUE: Table = {
    "ReferenceBancaire": objet(
        "compte", assemblage.compte, {"Compte": "numero", "Etablissement": "bic", "RaisonSocialeEncaisseur": "titulaire"}
    )
}
_SERVICE: Table = {"CodeService": "reference_acheteur"}


def _fournisseur(element: _Element, termes: Termes) -> None:
    _VENDEUR(element, termes)
    parcourir(element, _BANQUE, termes)


def _debiteur(element: _Element, termes: Termes) -> None:
    _ACHETEUR(element, termes)
    parcourir(element, _SERVICE, termes)


# --- invoice ---------------------------------------------------------------------------------------------------------

_LIGNE: Table = {
    "ReferenceProduit": "reference_vendeur",
    "PrixUnitaire": montant("prix_net"),
    "Quantite": montant("quantite"),
    "MontantHT": montant("montant"),
    "TauxTVA": montant("tva_taux"),
}


def _ligne(element: _Element, termes: Termes) -> None:
    """BG-25; the line's number is an attribute."""
    found: Termes = {"identifiant": texte(element.get("NumOrdre"))}
    parcourir(element, _LIGNE, found)
    termes.setdefault("lignes", []).append(Ligne(**found))


def _contenu(element: _Element, termes: Termes) -> None:
    termes.setdefault("contenu", octets_base64(element.text))


_DONNEES: Table = {
    "Id": "numero",
    "IdFactureOrigine": "origine",
    "Type": "type_code",
    "Cadre": "cadre",
    "DateEmissionFacture": _jour("date_emission"),
    "DateLivraison": _jour("livree"),
    "ModePaiement": {"Code": "mode", "Libelle": "libelle"},
    "Devise": "devise",
    "Montants": objet(
        "totaux", de(Totaux), {"MontantHT": montant("ht"), "MontantTTC": montant("ttc"), "MontantNetAPayer": montant("net_a_payer")}
    ),
    "TVAS": {
        "TVA": objets("tva", de(VentilationTva), {"Taux": montant("taux"), "BaseHt": montant("base"), "MontantTVA": montant("montant")})
    },
    "Engagement": {"NumeroMarche": "contrat", "NumeroEngagement": "engagement"},
    "Lignes": {"Ligne": _ligne},
}
_FACTURE: Table = {
    "Fournisseur": _fournisseur,
    "Debiteur": _debiteur,
    "DonneesFacture": _DONNEES,
    "PJ": objets(
        "pieces_jointes",
        lambda termes: PieceJointe(reference=termes.get("nom"), **termes),
        {"Contenu": _contenu, "NomPJ": "nom", "TypePJ": "type_piece", "MimeTypePJ": "mime"},
    ),
}


def lire_cpp_facture(root: _Element) -> Facture | None:
    """Map the invoice of a CPPFactureMixte, valid or not: what cannot be read is absent.

    :return: ``None`` unless the file holds exactly one invoice (docs/decisions/0004-one-invoice-a-file.md).
    """
    unites = root.findall(_UNITES)
    if len(unites) != 1:
        return None
    termes: Termes = {}
    parcourir(unites[0], _FACTURE, termes)
    lus = {"code": termes.pop("mode", None), "libelle": termes.pop("libelle", None), "compte": termes.pop("compte", None)}
    moyen = {nom: value for nom, value in lus.items() if value is not None}
    termes["paiements"] = assemblage.paiements([moyen] if moyen else [], None, None, None)
    origine, livree = termes.pop("origine", None), termes.pop("livree", None)
    if origine is not None:
        termes["factures_anterieures"] = (FactureAnterieure(origine),)
    if livree is not None:
        termes["livraison"] = Livraison(date=livree)
    if "contrat" in termes:
        termes["contrat_type"] = _MARCHE
    return Facture(**figer(termes))


def verifier_unite(root: _Element, _facture: Facture | None, _data: bytes, _limites: Limites) -> tuple[Anomalie, ...]:
    """Refuse a file of several invoices: each has its own file in the flow (CPP-01). None at all is the schema's to say."""
    unites = root.findall(_UNITES)
    if len(unites) < 2:
        return ()
    line = cast("int | None", unites[1].sourceline)
    return (anomalie("CPP-01", path=chemin_xpath(unites[1]), line=line, found=len(unites), expected=1),)
