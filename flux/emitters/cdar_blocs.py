"""Blocks of a CDAR message, and the choices a reader may impose on them.

Sources: annexe 2 V2.2 (tree and lengths, MDT numbers), annexe 7 V1.9 (rules G…), XP Z12-014 (examples).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256

from flux.emitters.balises import DECLARATION, bloc, element
from flux.emitters.textes import a_paris, couper, morceaux, propre
from flux.errors import ErreurUsage
from flux.modele.statut import Acteur, Enveloppe, MontantStatut, Motif, Statut
from flux.referentiel import codes_cdar as codes
from flux.referentiel.espaces_de_noms import CDAR, QDT, RAM, UDT
from flux.referentiel.motifs import MOTIFS
from flux.referentiel.statuts import Role, statut_facture

_RACINE = f'<rsm:CrossDomainAcknowledgementAndResponse xmlns:rsm="{CDAR}" xmlns:ram="{RAM}" xmlns:qdt="{QDT}" xmlns:udt="{UDT}">\n'
_FIN = "</rsm:CrossDomainAcknowledgementAndResponse>\n"

#: Hexadecimal digits of the digest that stands for the end of an object's name in a MDT-4 that would be too long.
_EMPREINTE = 8


#: Who sets a status → role of UNCL 3035.
_ROLES = {
    Role.FOURNISSEUR: codes.ROLE_VENDEUR, Role.VALIDEUR_1: codes.ROLE_AGENT_VENDEUR, Role.VALIDEUR_2: codes.ROLE_AGENT_VENDEUR,
    Role.MOE: codes.ROLE_AGENT_ACHETEUR, Role.MOA: codes.ROLE_ACHETEUR, Role.DESTINATAIRE: codes.ROLE_ACHETEUR,
}  # fmt: skip
_COTE_VENDEUR = frozenset((Role.FOURNISSEUR, Role.VALIDEUR_1, Role.VALIDEUR_2))


@dataclass(frozen=True, slots=True)
class DialecteCdar:
    """Choices that depend on who reads the message, and on which official text one follows.

    :ivar guide_facture: MDT-3 of a message on an invoice. :ivar guide_flux: MDT-3 of a message on a flow.
    :ivar processus: MDT-2, or ``None``.
    :ivar vers_ppf: True for the PPF: it is the only recipient, the issuer is named and MDT-97 repeats MDT-3.
    :ivar matricule: MDT-19, scheme 0238, number of the sending platform; BR-FR-CDV-CL-09 knows Chorus Pro by ``9999``.
    :ivar matricule_ppf: MDT-57 of the PPF: ``0000`` (BR-FR-CDV v1.4) or ``9998`` (annexe 7 G1.112, BR-FR-CDV v1.3).
    :ivar format_date_facture: MDT-100-1: ``102``, 8 digits (every published example) or ``204``, 14 digits (annexe 2 V2.2).
    :ivar type_flux: MDT-91 of a message on a flow: ``303`` (G7.15) or ``None``, not written (BR-FR-04 v1.4 knows invoice codes only and
        refuses 303; its authors say that the term is optional for an unreadable flow: fnfempe/France_RFE, issue 5).
    :ivar role_beneficiaire: role of the payee: ``PE`` or ``BE``.
    :ivar codes_cdar: (status, MDT-105) put in place of the table's (setting ``codes_cdar``).
    """

    guide_facture: str = codes.GUIDE_PA
    guide_flux: str = codes.GUIDE_PA
    processus: str | None = codes.PROCESSUS
    vers_ppf: bool = False
    matricule: str = "9999"
    matricule_ppf: str = "0000"
    format_date_facture: str = codes.FORMAT_DATE
    type_flux: str | None = None
    role_beneficiaire: str = codes.ROLE_BENEFICIAIRE
    codes_cdar: tuple[tuple[str, str], ...] = ()


#: Between platforms and to users.
DIALECTE_PA = DialecteCdar()
#: To the PPF.
DIALECTE_PPF = DialecteCdar(
    guide_facture=codes.GUIDE_PPF_FACTURE, guide_flux=codes.GUIDE_PPF_FLUX, processus=None, vers_ppf=True, type_flux=codes.TYPE_FLUX
)


def message(dialecte: DialecteCdar, guide: str, document: str, accuse: str) -> bytes:
    """Return the whole message: context (MDB-1), document (MDB-2) and acknowledgement (MDB-3)."""
    return f"{DECLARATION}{_RACINE}{_contexte(dialecte, guide)}{document}{accuse}{_FIN}".encode()


@lru_cache(maxsize=16)
def _contexte(dialecte: DialecteCdar, guide: str) -> str:
    return bloc(
        "rsm:ExchangedDocumentContext",
        bloc("ram:BusinessProcessSpecifiedDocumentContextParameter", element("ram:ID", dialecte.processus)),
        bloc("ram:GuidelineSpecifiedDocumentContextParameter", element("ram:ID", guide)),
    )


def document(
    dialecte: DialecteCdar, identifiant: str, nom: str, enveloppe: Enveloppe, destinataires: str, emetteur: str | None = None
) -> str:
    """Return MDB-2: id (MDT-4), name (MDT-5), production time, this platform and the recipients, already written.

    :param emetteur: who set the status, already written; ``None`` for this platform.
    """
    return bloc(
        "rsm:ExchangedDocument",
        element("ram:ID", identifiant),
        element("ram:Name", borne(nom, "MDT-5")),
        date_heure("ram:IssueDateTime", quatorze_chiffres(enveloppe.produit_le)),
        _plateforme(dialecte) if emetteur is None else _expediteur(dialecte) + emetteur,
        destinataires,
    )


@lru_cache(maxsize=16)
def _plateforme(dialecte: DialecteCdar) -> str:
    """Return the sending platform, as sender and as issuer."""
    nomme = (dialecte.matricule, codes.SCHEMA_PLATEFORME)
    # BR-FR-CDV-07 forbids the issuer's id in phase 305; the PPF asks for it (annexe 2 V2.2).
    return _expediteur(dialecte) + partie("ram:IssuerTradeParty", codes.ROLE_PLATEFORME, *(nomme if dialecte.vers_ppf else (None, None)))


def _expediteur(dialecte: DialecteCdar) -> str:
    return partie("ram:SenderTradeParty", codes.ROLE_PLATEFORME, dialecte.matricule, codes.SCHEMA_PLATEFORME)


def partie(balise: str, role: str, identifiant: str | None, schema: str | None, *, nom: str | None = None, adresse: str = "") -> str:
    """Return one party: global id and its scheme, name, role (UNCL 3035), address already written."""
    return bloc(
        balise,
        element("ram:GlobalID", identifiant, schemeID=schema),
        element("ram:Name", borne(nom, "MDT-58") if nom else None),
        element("ram:RoleCode", role),
        adresse,
    )


@lru_cache(maxsize=1024)  # the invoices of one flow share most of their suppliers
def vendeur(acteur: Acteur, role: str = codes.ROLE_VENDEUR) -> str:
    """Return the seller, or another party, as recipient. BR-FR-CDV-08 wants an address; one without any in the directory is reached by its
    identifier.
    """
    schema, identifiant = identite(acteur)
    in_directory = bool(acteur.adresse_electronique) or schema == codes.SCHEMA_SIREN
    uri = element("ram:URIID", acteur.adresse_electronique or identifiant, schemeID=codes.SCHEMA_ADRESSE if in_directory else None)
    adresse = bloc("ram:URIUniversalCommunication", uri)
    return partie("ram:RecipientTradeParty", role, identifiant, schema, nom=acteur.nom, adresse=adresse)


def ppf(dialecte: DialecteCdar) -> str:
    """Return the PPF as recipient."""
    return partie("ram:RecipientTradeParty", codes.ROLE_PPF, dialecte.matricule_ppf, codes.SCHEMA_PLATEFORME, nom="PPF")


def deposant(enveloppe: Enveloppe) -> str:
    """Return who deposited the flow, known by an application code only (MDT-55)."""
    return bloc("ram:RecipientTradeParty", element("ram:ID", enveloppe.recepteur), element("ram:RoleCode", codes.ROLE_PLATEFORME))


def emetteur_du_statut(statut: Statut) -> str:
    """Return the issuer of a status of the processing phase, named as BR-FR-CDV-07 wants, in a role of BR-FR-CDV-CL-03.

    inféré: the project manager is the buyer's agent, a validator the seller's, the owner a buyer. One whose identity is not known acts for
    the party it belongs to, and that party is named: so is the recipient where the platform itself acts (a time limit that passed).
    """
    role = statut_facture(statut.code).roles[0]
    if statut.auteur is not None:
        schema, identifiant = identite(statut.auteur)
        return partie("ram:IssuerTradeParty", _ROLES.get(role, codes.ROLE_ACHETEUR), identifiant, schema, nom=statut.auteur.nom)
    if role in _COTE_VENDEUR:
        schema, identifiant = identite(statut.fournisseur)
        return partie("ram:IssuerTradeParty", codes.ROLE_VENDEUR, identifiant, schema, nom=statut.fournisseur.nom)
    buyer = statut.destinataire
    return partie("ram:IssuerTradeParty", codes.ROLE_ACHETEUR, buyer.identifiant, codes.SCHEMA_SIRET, nom=buyer.nom or None)


def identite(acteur: Acteur) -> tuple[str | None, str]:
    """Return scheme and identifier of a party: its SIREN (G7.17) wherever it has one."""
    if acteur.siren:
        return codes.SCHEMA_SIREN, acteur.siren
    if acteur.type_identifiant == 1 and len(acteur.identifiant) == 14:
        return codes.SCHEMA_SIREN, acteur.identifiant[:9]
    return codes.SCHEMA_DU_TYPE.get(acteur.type_identifiant), acteur.identifiant


def details(
    motifs: Sequence[Motif], textes: Iterable[str | None], actions: Sequence[str] = (), montants: Sequence[MontantStatut] = ()
) -> list[str]:
    """MDG-37, one a reason; the free texts stand in the note of the first, which also has the first action and the amounts; each further
    action has a block. Without any of them, none.
    """
    blocks = _raisons(motifs, [text for text in textes if text], actions[0] if actions else None, "".join(map(_montant, montants)))
    return blocks + [_detail(rang, None, None, [], action) for rang, action in enumerate(actions[1:], len(blocks) + 1)]


def _raisons(motifs: Sequence[Motif], texts: list[str], action: str | None, montants: str) -> list[str]:
    if not motifs:
        return [_detail(1, None, None, texts, action, montants)] if texts or action or montants else []
    blocks = []
    for rang, motif in enumerate(motifs, 1):
        libelle = propre(motif.texte or MOTIFS[motif.code].libelle)
        court = couper(libelle, codes.LONGUEURS["MDT-114"])
        notes = [libelle] if court != libelle else []
        if rang == 1:
            blocks.append(_detail(rang, motif.code, court, notes + texts, action, montants))
        else:
            blocks.append(_detail(rang, motif.code, court, notes))
    return blocks


def _montant(one: MontantStatut) -> str:
    return bloc(
        "ram:SpecifiedDocumentCharacteristic",
        element("ram:TypeCode", one.type_code),
        bloc("ram:ValueChangedIndicator", element("udt:IndicatorString", "false")),
        element("ram:ValueAmount", format(one.valeur, "f"), currencyID=one.devise),
        element("ram:ValuePercent", None if one.taux is None else format(one.taux, "f")),
    )


def _detail(rang: int, code: str | None, libelle: str | None, notes: list[str], action: str | None = None, montants: str = "") -> str:
    pieces = [piece for note in notes for piece in morceaux(note, codes.LONGUEURS["MDT-126"])]
    return bloc(
        "ram:SpecifiedDocumentStatus",
        element("ram:ReasonCode", code),
        element("ram:Reason", libelle),
        element("ram:RequestedActionCode", action),
        element("ram:RequestedAction", codes.ACTIONS[action] if action else None),
        element("ram:SequenceNumeric", str(rang)),
        bloc("ram:IncludedNote", *[element("ram:Content", piece) for piece in pieces]),
        montants,
    )


def nom_trop_long(acteur: Acteur) -> tuple[str, ...]:
    """Return the name of a party when MDT-58 cannot hold it whole, for a note."""
    whole = propre(acteur.nom)
    return () if borne(whole, "MDT-58") == whole else (whole,)


def objet(nom: str) -> tuple[str, tuple[str, ...]]:
    """Return MDT-87 and, when the name does not fit in it, the whole name for a note."""
    whole = propre(nom)
    if not whole.strip():
        raise ErreurUsage("a lifecycle message needs the number of its invoice or the name of its flow", object=nom)
    court = couper(whole, codes.LONGUEURS["MDT-87"])
    return court, () if court == whole else (whole,)


def mdt_4(objet: str, code: str, instant: str, type_objet: str, jour: date, precision: str = "") -> str:
    """Return the message's id as the examples build it: ``F202500003_200_20250701151000#380_20250701``.

    Where that exceeds 50 characters, the end of the object's name gives way to a digest of the whole.

    :param precision: what else tells this message from another of the same code and instant; the name then always ends in a digest.
    """
    suite = f"_{code}_{instant}#{type_objet}_{huit_chiffres(jour)}"
    room = codes.LONGUEURS["MDT-4"] - len(suite)
    name = propre(objet)
    if len(name) <= room and not precision:
        return name + suite
    digest = sha256(f"{name}{precision}".encode()).hexdigest()[:_EMPREINTE]
    return f"{name[: max(room - _EMPREINTE - 1, 0)]}~{digest}{suite}"


def borne(texte: str, terme: str) -> str:
    """Return a name within the length of ``terme``; the caller sees to it that it stands whole elsewhere in the message."""
    return couper(propre(texte), codes.LONGUEURS[terme])


def huit_chiffres(jour: date) -> str:
    """Return ``AAAAMMJJ`` (format 102; G7.31): also of the year 26, a slip that a rejected invoice may hold and that %Y does not pad."""
    return jour.isoformat().replace("-", "")


@lru_cache(maxsize=1024)  # the messages of one archive share most of their instants
def quatorze_chiffres(instant: datetime) -> str:
    """Return 14 digits on the clock of Paris (G7.06 gives no zone)."""
    return f"{a_paris(instant):%Y%m%d%H%M%S}"


@lru_cache(maxsize=1024)
def date_heure(balise: str, instant: str) -> str:
    """Return an instant of 14 digits in element ``balise``."""
    return bloc(balise, element("udt:DateTimeString", instant, format=codes.FORMAT_INSTANT))


def date_facture(jour: date, dialecte: DialecteCdar) -> str:
    """Return MDG-35, the date of the invoice (BT-2) or of the flow, in the format of the dialect."""
    digits = huit_chiffres(jour) + ("" if dialecte.format_date_facture == codes.FORMAT_DATE else "000000")
    return bloc("ram:FormattedIssueDateTime", element("qdt:DateTimeString", digits, format=dialecte.format_date_facture))
