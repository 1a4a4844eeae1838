"""One invoice as EN 16931 names it (BT and BG numbers), whatever the syntax it came in.

Amounts, quantities and rates are :class:`~decimal.Decimal` as written (no rounding), dates are :class:`~datetime.date`. A term
that is absent is ``None`` or an empty tuple; a term that is present but empty is absent too. Text is stripped at both ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Identifiant:
    """An identifier and its scheme (ISO 6523 ICD such as ``0009`` SIRET, ``0002`` SIREN, ``0224`` service; or Chorus's 1-7)."""

    valeur: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Adresse:
    """BG-5, BG-8, BG-12, BG-15: a postal address (BT-35…BT-40 for the seller, BT-50…BT-55 for the buyer)."""

    ligne1: str | None = None
    ligne2: str | None = None
    ligne3: str | None = None
    code_postal: str | None = None
    ville: str | None = None
    subdivision: str | None = None
    pays: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """BG-6, BG-9: point (BT-41/56), telephone (BT-42/57), e-mail (BT-43/58)."""

    nom: str | None = None
    telephone: str | None = None
    courriel: str | None = None


@dataclass(frozen=True, slots=True)
class Partie:
    """BG-4 seller, BG-7 buyer, BG-10 payee, BG-11 tax representative, or the invoicee used by Chorus Pro as *valideur*.

    :ivar nom: BT-27, BT-44, BT-59, BT-62. :ivar nom_commercial: BT-28, BT-45.
    :ivar identifiants: BT-29, BT-46, BT-60 (several allowed). :ivar identifiant_legal: BT-30, BT-47, BT-61.
    :ivar tva: BT-31, BT-48, BT-63. :ivar immatriculation_fiscale: BT-32. :ivar information_legale: BT-33.
    :ivar adresse_electronique: BT-34, BT-49.
    """

    nom: str | None = None
    nom_commercial: str | None = None
    identifiants: tuple[Identifiant, ...] = ()
    identifiant_legal: Identifiant | None = None
    tva: str | None = None
    immatriculation_fiscale: str | None = None
    information_legale: str | None = None
    adresse_electronique: Identifiant | None = None
    adresse: Adresse | None = None
    contact: Contact | None = None

    def identifiant(self, schema: str) -> str | None:
        """Return the first identifier of that scheme, among BT-29/46/60 then BT-30/47/61, or ``None``."""
        for one in self.identifiants:
            if one.schema == schema:
                return one.valeur
        legal = self.identifiant_legal
        return legal.valeur if legal is not None and legal.schema == schema else None


@dataclass(frozen=True, slots=True)
class Note:
    """BG-1: text (BT-22) and subject code (BT-21)."""

    texte: str
    sujet: str | None = None


@dataclass(frozen=True, slots=True)
class FactureAnterieure:
    """BG-3: number (BT-25) and issue date (BT-26) of a preceding invoice."""

    numero: str
    date_emission: date | None = None


@dataclass(frozen=True, slots=True)
class Periode:
    """BG-14 or BG-26: start (BT-73, BT-134) and end (BT-74, BT-135)."""

    debut: date | None = None
    fin: date | None = None


@dataclass(frozen=True, slots=True)
class Livraison:
    """BG-13: name (BT-70), location id (BT-71), actual date (BT-72), address (BG-15)."""

    nom: str | None = None
    lieu: Identifiant | None = None
    date: date | None = None
    adresse: Adresse | None = None


@dataclass(frozen=True, slots=True)
class Compte:
    """BG-17: account (BT-84), holder (BT-85), bank (BT-86)."""

    numero: str
    titulaire: str | None = None
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class Paiement:
    """BG-16: means code (BT-81), its text (BT-82), remittance text (BT-83), accounts (BG-17), card (BT-87),
    mandate (BT-89), creditor id (BT-90), debited account (BT-91).
    """

    code: str | None = None
    libelle: str | None = None
    reference: str | None = None
    comptes: tuple[Compte, ...] = ()
    carte: str | None = None
    mandat: str | None = None
    creancier: str | None = None
    compte_debite: str | None = None


@dataclass(frozen=True, slots=True)
class RemiseCharge:
    """BG-20 and BG-21 (document), BG-27 and BG-28 (line): an allowance or, when ``charge``, a charge.

    Amount BT-92/99/136/141, base BT-93/100/137/142, percentage BT-94/101/138/143, VAT category BT-95/102 and rate
    BT-96/103 (document only), reason BT-97/104/139/144, reason code BT-98/105/140/145.
    """

    charge: bool
    montant: Decimal
    base: Decimal | None = None
    pourcentage: Decimal | None = None
    tva_categorie: str | None = None
    tva_taux: Decimal | None = None
    motif: str | None = None
    motif_code: str | None = None


@dataclass(frozen=True, slots=True)
class VentilationTva:
    """BG-23: base (BT-116), tax (BT-117), category (BT-118), rate (BT-119), exemption reason (BT-120) and code (BT-121)."""

    base: Decimal | None = None
    montant: Decimal | None = None
    categorie: str | None = None
    taux: Decimal | None = None
    exoneration: str | None = None
    exoneration_code: str | None = None


@dataclass(frozen=True, slots=True)
class Totaux:
    """BG-22: lines (BT-106), allowances (BT-107), charges (BT-108), without VAT (BT-109), VAT (BT-110), VAT in accounting
    currency (BT-111), with VAT (BT-112), paid (BT-113), rounding (BT-114), due (BT-115).
    """

    lignes: Decimal | None = None
    remises: Decimal | None = None
    charges: Decimal | None = None
    ht: Decimal | None = None
    tva: Decimal | None = None
    tva_comptable: Decimal | None = None
    ttc: Decimal | None = None
    acompte: Decimal | None = None
    arrondi: Decimal | None = None
    net_a_payer: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PieceJointe:
    """BG-24: reference (BT-122), description (BT-123), location (BT-124), content (BT-125) with MIME type and file name.

    ``type_code`` is 916 for a supporting document, 130 for an invoiced object (BT-18, kept apart in the invoice).
    ``type_piece`` is Chorus Pro's: ``01`` the invoice's own visual, ``02`` a supporting document.
    """

    reference: str | None = None
    description: str | None = None
    uri: str | None = None
    contenu: bytes | None = field(default=None, repr=False)
    mime: str | None = None
    nom: str | None = None
    type_piece: str | None = None


@dataclass(frozen=True, slots=True)
class Ligne:
    """BG-25: one invoice line.

    :ivar identifiant: BT-126. :ivar note: BT-127. :ivar objet: BT-128. :ivar quantite: BT-129. :ivar unite: BT-130.
    :ivar montant: BT-131. :ivar commande_ligne: BT-132. :ivar imputation: BT-133. :ivar periode: BG-26.
    :ivar remises_charges: BG-27, BG-28. :ivar prix_net: BT-146. :ivar prix_remise: BT-147. :ivar prix_brut: BT-148.
    :ivar prix_quantite: BT-149. :ivar prix_unite: BT-150. :ivar tva_categorie: BT-151. :ivar tva_taux: BT-152.
    :ivar nom: BT-153. :ivar description: BT-154. :ivar reference_vendeur: BT-155. :ivar reference_acheteur: BT-156.
    :ivar identifiant_standard: BT-157. :ivar classifications: BT-158. :ivar pays_origine: BT-159. :ivar attributs: BG-32.
    Chorus Pro's own terms (commented sample FSO1116A_P02): :ivar prix_ttc: unit price with VAT. :ivar type_ligne: type.
    :ivar sous_type: sub-type. :ivar lieu_livraison: delivery site. :ivar date_livraison: delivery date.
    """

    identifiant: str | None = None
    note: str | None = None
    objet: Identifiant | None = None
    quantite: Decimal | None = None
    unite: str | None = None
    montant: Decimal | None = None
    commande_ligne: str | None = None
    imputation: str | None = None
    periode: Periode | None = None
    remises_charges: tuple[RemiseCharge, ...] = ()
    prix_net: Decimal | None = None
    prix_remise: Decimal | None = None
    prix_brut: Decimal | None = None
    prix_quantite: Decimal | None = None
    prix_unite: str | None = None
    tva_categorie: str | None = None
    tva_taux: Decimal | None = None
    nom: str | None = None
    description: str | None = None
    reference_vendeur: str | None = None
    reference_acheteur: str | None = None
    identifiant_standard: Identifiant | None = None
    classifications: tuple[Identifiant, ...] = ()
    pays_origine: str | None = None
    attributs: tuple[tuple[str, str], ...] = ()
    prix_ttc: Decimal | None = None
    type_ligne: str | None = None
    sous_type: str | None = None
    lieu_livraison: Identifiant | None = None
    date_livraison: date | None = None


@dataclass(frozen=True, slots=True)
class Facture:
    """One invoice or credit note.

    :ivar numero: BT-1. :ivar date_emission: BT-2. :ivar type_code: BT-3 (UNTDID 1001: 380, 381…). :ivar devise: BT-5.
    :ivar devise_comptable: BT-6. :ivar date_exigibilite: BT-7. :ivar code_exigibilite: BT-8, as UNTDID 2475 (5, 29, 72)
        as CII writes it; UBL's UNTDID 2005 codes 3, 35, 432 are turned into them.
    :ivar echeance: BT-9. :ivar reference_acheteur: BT-10. :ivar projet: BT-11. :ivar contrat: BT-12.
    :ivar engagement: BT-13, order or *engagement* number. :ivar commande_vendeur: BT-14. :ivar avis_reception: BT-15.
    :ivar avis_expedition: BT-16. :ivar appel_offres: BT-17. :ivar objet: BT-18. :ivar imputation: BT-19.
    :ivar conditions_paiement: BT-20. :ivar notes: BG-1. :ivar cadre: BT-23. :ivar profil: BT-24.
    :ivar factures_anterieures: BG-3. :ivar vendeur: BG-4. :ivar acheteur: BG-7. :ivar beneficiaire: BG-10.
    :ivar representant_fiscal: BG-11. :ivar livraison: BG-13. :ivar periode: BG-14. :ivar paiements: BG-16.
    :ivar remises_charges: BG-20, BG-21. :ivar totaux: BG-22. :ivar tva: BG-23. :ivar pieces_jointes: BG-24.
    :ivar lignes: BG-25.
    :ivar valideur: who validates before the recipient, in the classic formats (AIFE's sample FSO1116A_P02: InvoiceeTradeParty).
    :ivar contrat_type: EXT-FR-FE-01: CONTRAT or MARCHE and, in the classic formats, CT (contract) or BC (*marché*).
    :ivar service_fournisseur: the supplier's own service code, in the classic formats.
    """

    numero: str | None = None
    date_emission: date | None = None
    type_code: str | None = None
    devise: str | None = None
    devise_comptable: str | None = None
    date_exigibilite: date | None = None
    code_exigibilite: str | None = None
    echeance: date | None = None
    reference_acheteur: str | None = None
    projet: str | None = None
    contrat: str | None = None
    engagement: str | None = None
    commande_vendeur: str | None = None
    avis_reception: str | None = None
    avis_expedition: str | None = None
    appel_offres: str | None = None
    objet: Identifiant | None = None
    imputation: str | None = None
    conditions_paiement: str | None = None
    notes: tuple[Note, ...] = ()
    cadre: str | None = None
    profil: str | None = None
    factures_anterieures: tuple[FactureAnterieure, ...] = ()
    vendeur: Partie = Partie()
    acheteur: Partie = Partie()
    beneficiaire: Partie | None = None
    representant_fiscal: Partie | None = None
    livraison: Livraison | None = None
    periode: Periode | None = None
    paiements: tuple[Paiement, ...] = ()
    remises_charges: tuple[RemiseCharge, ...] = ()
    totaux: Totaux = Totaux()
    tva: tuple[VentilationTva, ...] = ()
    pieces_jointes: tuple[PieceJointe, ...] = ()
    lignes: tuple[Ligne, ...] = ()
    valideur: Partie | None = None
    contrat_type: str | None = None
    service_fournisseur: str | None = None

    @property
    def code_service(self) -> str | None:
        """The recipient's service: BT-46 of scheme 0224 (reform, BR-FR-CPRO-11), else BT-10 (classic convention)."""
        return self.acheteur.identifiant("0224") or self.reference_acheteur

    @property
    def siret_destinataire(self) -> str | None:
        """The recipient's SIRET: BT-46 or BT-47 of scheme 0009, of Chorus's type 1, or of 0002 when it has 14 characters.

        The last is how AIFE's Factur-X samples of 2018 write it.
        """
        legal = self.acheteur.identifiant("0002")
        return self.acheteur.identifiant("0009") or self.acheteur.identifiant("1") or (legal if legal and len(legal) == 14 else None)
