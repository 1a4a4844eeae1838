"""The pivot: one invoice as its recipient gets it, CPPFacturePivot with every attachment inside. No namespace.

Source: structure of CPPFacturePivot V2_02 (04/04/2022); values, :mod:`flux.referentiel.pivot`. What the format cannot hold stands in the
original, which is always attached.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal

from flux.emitters.archive import zip_d_un_fichier
from flux.emitters.balises import DECLARATION, bloc, element
from flux.emitters.cpp import bloc_enveloppe
from flux.emitters.fso1301a import LONGUEUR_SERVICE
from flux.emitters.textes import a_paris, couper, propre
from flux.errors import ErreurUsage
from flux.limites import NOMBRE_MAX
from flux.modele.facture import Facture, Ligne, VentilationTva
from flux.modele.statut import Acteur, Enveloppe
from flux.referentiel.pivot import VERSION_PIVOT, cadre_pivot, mode_pivot, type_pivot

#: Characters of Id, of a number of contract or order, of a name of attachment.
_NUMERO, _ENGAGEMENT, _NOM = 20, 50, 50
#: Smallest part of a number of CPP files (19 positions, 6 decimals; G1.16 for prices), and digits enough for any quotient of two numbers.
_PAS, _LARGE = Decimal("0.000001"), Context(prec=2 * NOMBRE_MAX + 6)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}")
_HORS_NOM = re.compile(r"[^\w.() -]")


@dataclass(frozen=True, slots=True)
class PiecePivot:
    """A file handed over with the invoice.

    :ivar nom: file name with its extension; of any length, cut to 50 characters on writing.
    :ivar contenu: the file itself, not packed. :ivar mime: MIME type. :ivar visuel: True for the invoice's own representation (TypePJ 01).
    :ivar categorie: CategoriePJ. :ivar originale: True for the invoice as deposited, which has no NomPJOrigine.
    """

    nom: str
    contenu: bytes
    mime: str
    visuel: bool
    categorie: str
    originale: bool = False


@dataclass(frozen=True, slots=True)
class Validation:
    """One step before the recipient's: who validated, when, with what. :ivar code: IdStatut."""

    le: datetime
    code: str
    acteur: Acteur
    complement: str | None = None
    commentaire: str | None = None


@dataclass(frozen=True, slots=True)
class Livraison:
    """What the ledger knows of an invoice beside its contents.

    :ivar id_cpro: the platform's own number of the invoice. :ivar recu_le: reception of its flow, aware.
    :ivar fournisseur: supplier, as the lifecycle files name it. :ivar destinataire: recipient, a SIRET.
    :ivar renvoi: ``Non``, ``Complétée`` or ``Recyclée``. :ivar mise_a_disposition_moe: when the project manager got it, aware.
    """

    id_cpro: int
    recu_le: datetime
    fournisseur: Acteur
    destinataire: Acteur
    renvoi: str = "Non"
    mise_a_disposition_moe: datetime | None = None
    validations: tuple[Validation, ...] = ()


def pivot(facture: Facture, livraison: Livraison, pieces: Sequence[PiecePivot], enveloppe: Enveloppe) -> bytes:
    """Return one CPPFacturePivot of one invoice, UTF-8.

    :param pieces: at least one; the invoice as deposited is among them.
    :param enveloppe: of the flow that will carry it.
    :raises ErreurUsage: no attachment, an instant without zone, or a term without which there is no pivot (facts ``missing``).
    """
    missing = [name for name, value in _indispensables(facture) if value is None]
    if missing or not pieces:
        named = ", ".join(missing) or "an attachment"
        raise ErreurUsage(f"no pivot of invoice {facture.numero!r}: it lacks {named}", missing=tuple(missing))
    unite = bloc(
        "CPPFacturePivotUnitaire",
        _fournisseur(facture, livraison.fournisseur),
        _debiteur(livraison.destinataire),
        _donnees(facture, livraison),
        *_pieces(pieces),
        bloc("CycleDeValidation", *map(_validation, livraison.validations)),
        NumOrdre="1",
    )
    corps = bloc_enveloppe(enveloppe) + bloc("CPPFactures", unite, Compteur="1")
    return f"{DECLARATION}{bloc('CPPFacturePivot', corps, Version=VERSION_PIVOT)}".encode()


def _indispensables(f: Facture) -> Iterator[tuple[str, object]]:
    yield "BT-1", f.numero
    yield "BT-2", f.date_emission
    yield "BT-5", f.devise
    yield "BT-109", f.totaux.ht
    yield "BT-112", f.totaux.ttc
    yield "BT-115", f.totaux.net_a_payer


def _nombre(valeur: Decimal | None) -> str | None:
    return None if valeur is None else format(valeur, "f")


def _fournisseur(facture: Facture, acteur: Acteur) -> str:
    return bloc(
        "Fournisseur",
        element("TypeIdentifiant", str(acteur.type_identifiant)),
        element("Identifiant", acteur.identifiant),
        element("RaisonSociale", acteur.nom),
        element("CodePays", pays_de(acteur)),
        _banque(facture),
        element("ModeEmission", "flux"),
    )


def pays_de(acteur: Acteur) -> str:
    """Return CodePays, which the format requires: the address's, else what the identifier says (VAT and non-EU identifiers begin with
    the country, RIDET is New Caledonia, TAHITI French Polynesia), else France, where a SIRET is from.
    """
    pays = propre(acteur.pays or "")
    if len(pays) == 2:
        return pays
    if acteur.type_identifiant in (2, 3) and acteur.identifiant[:2].isalpha() and len(acteur.identifiant) > 2:
        return propre(acteur.identifiant[:2])
    return {4: "NC", 5: "PF"}.get(acteur.type_identifiant, "FR")


def _banque(facture: Facture) -> str:
    compte = next((one for paiement in facture.paiements for one in paiement.comptes), None)
    if compte is None:
        return ""
    numero = compte.numero.replace(" ", "")
    encaisseur = compte.titulaire or (facture.beneficiaire.nom if facture.beneficiaire else None)
    return bloc(
        "ReferenceBancaire",
        element("Compte", numero),
        element("Etablissement", compte.bic),
        element("RaisonSocialeEncaisseur", encaisseur),
        Type="IBAN" if _IBAN.fullmatch(numero) else "RIB",
    )


def _debiteur(acteur: Acteur) -> str:
    return bloc(
        "Debiteur",
        element("TypeIdentifiant", "1"),
        element("Identifiant", acteur.identifiant),
        element("Nom", acteur.nom or None),
        element("CodeService", couper(propre(acteur.code_service or ""), LONGUEUR_SERVICE) or None),
    )


def _donnees(f: Facture, livraison: Livraison) -> str:
    kind = type_pivot(f.type_code)
    origine = next((one.numero for one in f.factures_anterieures if len(one.numero) <= _NUMERO), None) if kind == "381" else None
    paiement = next(iter(f.paiements), None)
    code, libelle = mode_pivot(paiement.code if paiement else None, paiement.libelle if paiement else None)
    moe = livraison.mise_a_disposition_moe
    livree = f.livraison.date if f.livraison and f.livraison.date else f.date_emission  # V2_02: by default the date of issue
    return bloc(
        "DonneesFacture",
        element("Id", f.numero),
        element("IdCPRO", str(livraison.id_cpro)),
        element("Renvoi", livraison.renvoi),
        element("IdFactureOrigine", origine),
        element("Type", kind),
        element("Cadre", cadre_pivot(f.cadre)),
        element("DateEmissionFacture", _jour(f.date_emission)),
        element("DateLivraison", _jour(livree)),
        bloc("ModePaiement", element("Code", code), element("Libelle", libelle)),
        element("DateReception", _jour(a_paris(livraison.recu_le).date())),
        element("DateMiseADispositionMOE", None if moe is None else _jour(a_paris(moe).date())),
        element("Devise", f.devise),
        bloc(
            "Montants",
            element("MontantHT", _nombre(f.totaux.ht)),
            element("MontantTTC", _nombre(f.totaux.ttc)),
            element("MontantNetAPayer", _nombre(f.totaux.net_a_payer)),
        ),
        bloc("TVAs", *map(_tva, f.tva)),
        bloc("Engagement", element("NumeroMarche", _reference(f.contrat)), element("NumeroEngagement", _reference(f.engagement))),
        bloc("Lignes", *map(_ligne, range(1, len(f.lignes) + 1), f.lignes)),
    )


def _jour(jour: date | None) -> str | None:
    return None if jour is None else jour.isoformat()


def _reference(valeur: str | None) -> str | None:
    """Return a number of contract or order; one too long (refused before, but for an operator's choice) is in the original only."""
    return valeur if valeur is not None and len(propre(valeur)) <= _ENGAGEMENT else None


def _tva(one: VentilationTva) -> str:
    if one.base is None or one.montant is None:
        return ""
    # Without a rate (category O, not subject), nothing is levied.
    taux = one.taux if one.taux is not None else Decimal(0)
    return bloc(
        "TVA", element("Taux", _nombre(taux)), element("BaseHt", _nombre(one.base)), element("MontantTVA", _nombre(one.montant))
    )  # fmt: skip


def _ligne(rang: int, one: Ligne) -> str:
    """A line without amount is in the original only; without price or quantity, it is one of its amount."""
    if one.montant is None:
        return ""
    quantite, prix = one.quantite, one.prix_net
    if quantite is None or prix is None:
        quantite, prix = Decimal(1), one.montant
    elif one.prix_quantite is not None and one.prix_quantite != 0:
        prix = prix / one.prix_quantite  # BT-149: the price is that of so many units
    if prix != (arrondi := prix.quantize(_PAS, ROUND_HALF_UP, _LARGE)):
        prix = arrondi
    standard = one.identifiant_standard.valeur if one.identifiant_standard else None
    return bloc(
        "Ligne",
        element("ReferenceProduit", one.reference_vendeur or standard or one.nom),
        element("PrixUnitaire", _nombre(prix)),
        element("Quantite", _nombre(quantite)),
        element("MontantHT", _nombre(one.montant)),
        element("TauxTVA", _nombre(one.tva_taux)),
        NumOrdre=str(rang),
    )


def _pieces(pieces: Sequence[PiecePivot]) -> Iterator[str]:
    """Write the attachments, each under a name of its own; the invoice's own representation first."""
    names: set[str] = set()
    for rang, one in enumerate(sorted(pieces, key=lambda piece: not piece.visuel), 1):
        nom = nom_de_piece(one.nom, names)
        names.add(nom)
        yield _piece(rang, nom, one)


def nom_de_piece(nom: str, pris: set[str]) -> str:
    """Return ``nom`` in at most 50 characters that any file system takes, its extension kept, unlike any of ``pris``."""
    sain = _HORS_NOM.sub("_", nom).strip(" .") or "piece"
    racine, point, extension = sain.rpartition(".")
    if not racine or len(extension) > 10:
        racine, point, extension = sain, "", ""
    found, rang = f"{racine[: _NOM - len(point + extension)]}{point}{extension}", 1
    while found in pris:
        rang += 1
        fin = f"-{rang}{point}{extension}"
        found = f"{racine[: _NOM - len(fin)]}{fin}"
    return found


def _piece(rang: int, nom: str, one: PiecePivot) -> str:
    origine = propre(one.nom)
    return bloc(
        "PJ",
        f"<Contenu>{b64encode(zip_d_un_fichier(nom, one.contenu)).decode()}</Contenu>\n",  # nothing in it to escape
        element("NomPJ", nom),
        element("NomPJOrigine", origine if origine and not one.originale and len(origine) <= _NOM else None),
        element("CategoriePJ", couper(propre(one.categorie), _NOM)),
        element("TypePJ", "01" if one.visuel else "02"),
        element("MimeTypePJ", one.mime),
        NumOrdre=str(rang),
    )


def _validation(one: Validation) -> str:
    acteur = one.acteur
    return bloc(
        "ValidationUnitaire",
        element("DateStatut", _jour(a_paris(one.le).date())),
        element("CodeStatut", one.code),
        element("ComplementStatut", one.complement),
        element("Commentaire", one.commentaire),
        bloc(
            "ProducteurStatut",
            element("TypeIdentifiant", str(acteur.type_identifiant)),
            element("Id", acteur.identifiant),
            element("RaisonSociale", acteur.nom),
            element("CodePays", pays_de(acteur)),
        ),
    )
