"""An invoice as rows of ``factures``, ``lignes`` and ``pieces_jointes``.

What has no column of its own goes to ``detail`` (JSON: amounts and dates as text, absent terms left out), so that nothing read is lost.
The order of the values is that of ``COLONNES_…``.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from flux.modele.facture import Facture, Identifiant, Ligne, Partie, PieceJointe
from flux.modele.verdict import Decision
from flux.referentiel.schemas_identifiants import SCHEMAS_FOURNISSEUR
from flux.registre.copie import json_de, propre
from flux.registre.valeurs import PieceRetrouvee

COLONNES_FACTURE = (
    "flux_id", "membre_rang", "partenaire_id", "etat", "numero", "date_emission", "annee", "type_code", "devise", "fournisseur_schema",
    "fournisseur_id", "fournisseur_siren", "fournisseur_nom", "fournisseur_pays", "fournisseur_adresse_electronique", "destinataire_id",
    "destinataire_nom", "code_service", "engagement", "contrat", "cadre", "profil", "echeance", "ht", "tva", "ttc", "net_a_payer",
    "detail", "cle_unicite",
)  # fmt: skip
COLONNES_LIGNE = (
    "flux_id", "membre_rang", "rang", "identifiant", "nom", "quantite", "unite", "prix_net", "montant", "tva_categorie", "tva_taux",
    "detail",
)  # fmt: skip
COLONNES_PIECE = ("flux_id", "membre_rang", "rang", "nom", "mime", "taille", "sha256", "reference", "description", "uri", "declaree")

#: State of a stored invoice, by decision; an unreadable member has no invoice.
ETATS = {Decision.ACCEPTE: "DEPOSEE", Decision.REJETE: "NON_CONFORME"}

_EN_COLONNE = frozenset(
    ("numero", "date_emission", "type_code", "devise", "engagement", "contrat", "cadre", "profil", "echeance", "pieces_jointes", "lignes")
)
_detail_facture = json_de(Facture, *_EN_COLONNE)
_detail_ligne = json_de(Ligne, *COLONNES_LIGNE)


def ligne_facture(
    flux_id: int, membre_rang: int, partenaire_id: int, etat: str, facture: Facture, cle_unicite: bytes | None
) -> tuple[object, ...]:
    """Return the row of ``factures``. :param cle_unicite: ``None`` for an invoice that holds no number."""
    vendeur, acheteur, totaux, jour = facture.vendeur, facture.acheteur, facture.totaux, facture.date_emission
    nomme = identifiant_principal(vendeur)
    electronique = vendeur.adresse_electronique
    return (
        flux_id, membre_rang, partenaire_id, etat, propre(facture.numero), jour, None if jour is None else jour.year,
        propre(facture.type_code), propre(facture.devise),
        None if nomme is None else propre(nomme.schema), None if nomme is None else propre(nomme.valeur),
        propre(_siren(vendeur)), propre(vendeur.nom),
        None if vendeur.adresse is None else propre(vendeur.adresse.pays),
        None if electronique is None else propre(electronique.valeur),
        propre(facture.siret_destinataire), propre(acheteur.nom),
        propre(facture.code_service), propre(facture.engagement), propre(facture.contrat),
        propre(facture.cadre), propre(facture.profil), facture.echeance, totaux.ht, totaux.tva, totaux.ttc,
        totaux.net_a_payer, _detail_facture(facture), cle_unicite,
    )  # fmt: skip


def lignes_de(flux_id: int, membre_rang: int, facture: Facture) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``lignes``."""
    for rang, ligne in enumerate(facture.lignes):
        yield (
            flux_id, membre_rang, rang, propre(ligne.identifiant), propre(ligne.nom), ligne.quantite,
            propre(ligne.unite), ligne.prix_net, ligne.montant, propre(ligne.tva_categorie), ligne.tva_taux, _detail_ligne(ligne),
        )  # fmt: skip


def pieces_de(
    flux_id: int, membre_rang: int, facture: Facture, retrouvees: tuple[PieceRetrouvee, ...] = ()
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``pieces_jointes``: what describes an attachment.

    Its bytes stay in the stored original; those of a declared one (``retrouvees``) in the staging store, under their digest.
    """
    declarees = {one.rang: one for one in retrouvees}
    for rang, piece in enumerate(facture.pieces_jointes):
        one = declarees.get(rang)
        faits = (piece.nom, piece.mime, *_empreinte(piece)) if one is None else (one.nom, one.mime, one.taille, one.sha256)
        nom, mime, taille, empreinte = faits
        yield (flux_id, membre_rang, rang, propre(nom), propre(mime), taille, empreinte,
               propre(piece.reference), propre(piece.description), propre(piece.uri), one is not None)  # fmt: skip


def _empreinte(piece: PieceJointe) -> tuple[int | None, str | None]:
    return (None, None) if piece.contenu is None else (len(piece.contenu), sha256(piece.contenu).hexdigest())


def identifiant_principal(partie: Partie) -> Identifiant | None:
    """Return the identifier that names a supplier: of a scheme for suppliers, else the legal one, else any, else the VAT number."""
    for one in partie.identifiants:
        if one.schema in SCHEMAS_FOURNISSEUR:
            return one
    if partie.identifiant_legal is not None:
        return partie.identifiant_legal
    if partie.identifiants:
        return partie.identifiants[0]
    return None if partie.tva is None else Identifiant(partie.tva, "0223")


def _siren(partie: Partie) -> str | None:
    """Return the SIREN: an identifier of scheme 0002, or of a SIRET's scheme, cut to nine when it has 14 characters."""
    found = partie.identifiant("0002") or partie.identifiant("0009") or partie.identifiant("1")
    return found[:9] if found is not None and len(found) == 14 else partie.identifiant("0002")
