"""An invoice as CPPFactureMixte bytes (FSO1113A), following the structure of flux/xsd/cpp-facture-mixte.xsd."""

from __future__ import annotations

from flux.fabrique.ecriture import ENTETE, attribut, base64, bloc, el
from flux.modele.facture import Compte, Facture, Ligne, Partie, PieceJointe, VentilationTva


def ecrire_cpp_facture(facture: Facture) -> bytes:
    """Write ``facture`` as a file of one invoice. The envelope names the flow by the invoice: the deposited name says the rest."""
    donnees = (
        bloc("Fournisseur", _fournisseur(facture))
        + bloc("Debiteur", _debiteur(facture))
        + bloc("DonneesFacture", _donnees(facture))
        + "".join(_piece(rang, one) for rang, one in enumerate(facture.pieces_jointes, 1) if one.contenu is not None)
    )
    unite = f'<CPPFactureMixteUnitaire NumOrdre="1">\n{donnees}</CPPFactureMixteUnitaire>\n'
    corps = f'{bloc("Enveloppe", _enveloppe(facture))}<CPPFactures Compteur="1">\n{unite}</CPPFactures>\n'
    return f"{ENTETE}<CPPFactureMixte>\n{corps}</CPPFactureMixte>\n".encode()


def _enveloppe(f: Facture) -> str:
    parametres = "".join(
        f'<ParametreIndiv NumOrdre="{rang:04d}">\n{el("Code", code)}{el("Valeurparametre", valeur)}</ParametreIndiv>\n'
        for rang, (code, valeur) in enumerate((("DtPrd", f"{f.date_emission}"), ("IdFlx", f.numero)), 1)
    )
    partenaires = bloc("Recepteur", el("Id", "CPP001")) + bloc("Emetteur", el("Id", "00000000"))
    contenu = bloc("Parametres", parametres) + bloc("Partenaires", partenaires)
    return f'<EnveloppeUnitaire NumOrdre="1">\n{contenu}</EnveloppeUnitaire>\n'


def _identite(partie: Partie) -> str:
    nomme = next(iter(partie.identifiants), None)
    return "" if nomme is None else el("TypeIdentifiant", nomme.schema) + el("Identifiant", nomme.valeur)


def _fournisseur(f: Facture) -> str:
    compte = next((one for paiement in f.paiements for one in paiement.comptes), None)
    pays = f.vendeur.adresse.pays if f.vendeur.adresse else None
    return _identite(f.vendeur) + el("RaisonSociale", f.vendeur.nom) + el("CodePays", pays) + _banque(compte)


def _banque(compte: Compte | None) -> str:
    if compte is None:
        return ""
    contenu = el("Compte", compte.numero) + el("Etablissement", compte.bic) + el("RaisonSocialeEncaisseur", compte.titulaire)
    return f'<ReferenceBancaire Type="IBAN">\n{contenu}</ReferenceBancaire>\n'


def _debiteur(f: Facture) -> str:
    service = f.acheteur.contact.nom if f.acheteur.contact else None
    return _identite(f.acheteur) + el("Nom", f.acheteur.nom) + el("CodeService", f.reference_acheteur) + el("NomService", service)


def _donnees(f: Facture) -> str:
    mode = next(iter(f.paiements), None)
    origine = next(iter(f.factures_anterieures), None)
    t = f.totaux
    return (
        el("Id", f.numero)
        + el("IdFactureOrigine", origine.numero if origine else None)
        + el("Type", f.type_code)
        + el("Cadre", f.cadre)
        + el("DateEmissionFacture", f.date_emission)
        + el("DateLivraison", f.livraison.date if f.livraison else None)
        + (bloc("ModePaiement", el("Code", mode.code) + el("Libelle", mode.libelle)) if mode else "")
        + el("Devise", f.devise)
        + bloc("Montants", el("MontantHT", t.ht) + el("MontantTTC", t.ttc) + el("MontantNetAPayer", t.net_a_payer))
        + bloc("TVAS", "".join(map(_tva, f.tva)))
        + bloc("Engagement", el("NumeroMarche", f.contrat) + el("NumeroEngagement", f.engagement))
        + bloc("Lignes", "".join(map(_ligne, f.lignes)))
    )


def _tva(one: VentilationTva) -> str:
    return bloc("TVA", el("Taux", one.taux) + el("BaseHt", one.base) + el("MontantTVA", one.montant))


def _ligne(one: Ligne) -> str:
    contenu = (
        el("ReferenceProduit", one.reference_vendeur)
        + el("PrixUnitaire", one.prix_net)
        + el("Quantite", one.quantite)
        + el("MontantHT", one.montant)
        + el("TauxTVA", one.tva_taux)
    )
    return f"<Ligne{attribut('NumOrdre', one.identifiant)}>\n{contenu}</Ligne>\n"


def _piece(rang: int, one: PieceJointe) -> str:
    contenu = (
        el("Contenu", base64(one.contenu or b"")) + el("NomPJ", one.nom) + el("TypePJ", one.type_piece or "02") + el("MimeTypePJ", one.mime)
    )
    return f'<PJ NumOrdre="{rang}">\n{contenu}</PJ>\n'
