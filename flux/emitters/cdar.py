"""CDAR D22B: one lifecycle message, on an invoice (200, 213) or on a flow (500, 501).

Sources: annexe 2 V2.2 (tree and lengths, MDT numbers), annexe 7 V1.9 (rules G…), XP Z12-014 (examples), BR-FR-CDV of the FNFE package
v1.4.0.03. Where those disagree, :class:`DialecteCdar` holds the choice.
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
from flux.modele.statut import Acteur, Enveloppe, Motif, Statut
from flux.referentiel import codes_cdar as codes
from flux.referentiel.espaces_de_noms import CDAR, QDT, RAM, UDT
from flux.referentiel.motifs import MOTIFS, verifier_motifs
from flux.referentiel.statuts import StatutFlux, statut_facture

_RACINE = f'<rsm:CrossDomainAcknowledgementAndResponse xmlns:rsm="{CDAR}" xmlns:ram="{RAM}" xmlns:qdt="{QDT}" xmlns:udt="{UDT}">\n'
_FIN = "</rsm:CrossDomainAcknowledgementAndResponse>\n"
_MONO_DOCUMENT = bloc("ram:MultipleReferencesIndicator", element("udt:Indicator", "false"))

#: Hexadecimal digits of the digest that stands for the end of an object's name in a MDT-4 that would be too long.
_EMPREINTE = 8


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
    """

    guide_facture: str = codes.GUIDE_PA
    guide_flux: str = codes.GUIDE_PA
    processus: str | None = codes.PROCESSUS
    vers_ppf: bool = False
    matricule: str = "9999"
    matricule_ppf: str = "0000"
    format_date_facture: str = codes.FORMAT_DATE
    type_flux: str | None = None


#: Between platforms and to users.
DIALECTE_PA = DialecteCdar()
#: To the PPF.
DIALECTE_PPF = DialecteCdar(
    guide_facture=codes.GUIDE_PPF_FACTURE, guide_flux=codes.GUIDE_PPF_FLUX, processus=None, vers_ppf=True, type_flux=codes.TYPE_FLUX
)


def cdar_facture(statut: Statut, enveloppe: Enveloppe, dialecte: DialecteCdar = DIALECTE_PA) -> bytes:
    """Return the message that carries one status of one invoice, UTF-8.

    :param enveloppe: of the flow that will carry it: ``produit_le`` is MDT-8.
    :raises ErreurUsage: when the status is unknown, a reason is missing or not admitted, the invoice has no number, or an instant has
        no zone.
    """
    row = statut_facture(statut.code)
    verifier_motifs(row.cdar, [motif.code for motif in statut.motifs], chorus=dialecte.matricule == DIALECTE_PA.matricule)
    numero, rest = _objet(statut.numero)
    schema, siren = _identifiant(statut.fournisseur)
    instant = _instant(statut.horodatage)
    # A code outside the list may be what the invoice is rejected for: the message itself must still be accepted.
    type_code = statut.type_code if statut.type_code in codes.TYPES_FACTURE else None
    reference = bloc(
        "ram:ReferenceReferencedDocument",
        element("ram:IssuerAssignedID", numero),
        element("ram:StatusCode", row.accuse),
        element("ram:TypeCode", type_code),
        _date_heure("ram:ReceiptDateTime", _instant(statut.recu_le)),
        element("ram:ReferenceTypeCode", dialecte.guide_facture if dialecte.vers_ppf else None),
        _date_facture(statut.date_facture, dialecte),
        element("ram:ProcessConditionCode", row.cdar),
        element("ram:ProcessCondition", row.libelle),
        _partie("ram:IssuerTradeParty", codes.ROLE_VENDEUR, siren, schema),
        *_details(statut.motifs, (*rest, statut.complement, statut.commentaire)),
    )
    return _message(
        dialecte,
        dialecte.guide_facture,
        _document(
            dialecte,
            _mdt_4(statut.numero, row.cdar, instant, statut.type_code, statut.date_facture),
            f"{statut.numero}_CDV-{row.cdar}_{row.libelle}",
            enveloppe,
            _ppf(dialecte) if dialecte.vers_ppf else _vendeur(statut.fournisseur),
        ),
        bloc(
            "rsm:AcknowledgementDocument",
            _MONO_DOCUMENT,
            element("ram:TypeCode", row.phase),
            _date_heure("ram:IssueDateTime", instant),
            reference,
        ),
    )


def cdar_flux(
    statut: StatutFlux,
    nom: str,
    enveloppe: Enveloppe,
    *,
    horodatage: datetime,
    recu_le: datetime,
    motifs: Sequence[Motif] = (),
    commentaire: str | None = None,
    dialecte: DialecteCdar = DIALECTE_PA,
) -> bytes:
    """Return the message that carries the status of a whole flow (500 or 501), UTF-8.

    :param nom: MDT-87: the flow's id, or the file's name when the flow cannot be read (G7.22, G7.23); MDT-76 repeats it.
    :param enveloppe: of the flow that will carry the message: ``produit_le`` is MDT-8, ``recepteur`` is MDT-55.
    :param horodatage: instant of the status (MDT-78), aware. :param recu_le: when the flow was received (MDT-95), aware.
    :param motifs: required for 501.
    :raises ErreurUsage: when a reason is missing or not admitted, ``nom`` is blank, or an instant has no zone.
    """
    verifier_motifs(statut.cdar, [motif.code for motif in motifs])
    court, rest = _objet(nom)
    instant, reception = _instant(horodatage), _instant(recu_le)
    jour = a_paris(recu_le).date()
    reference = bloc(
        "ram:ReferenceReferencedDocument",
        element("ram:IssuerAssignedID", court),
        element("ram:TypeCode", dialecte.type_flux),
        _date_heure("ram:ReceiptDateTime", reception),
        element("ram:ReferenceTypeCode", dialecte.guide_flux if dialecte.vers_ppf else None),
        # BR-FR-CDV-11 asks for MDT-100 unless the flow is refused; a flow's own date is the day it came in.
        "" if statut.cdar == "501" else _date_facture(jour, dialecte),
        element("ram:ProcessConditionCode", statut.cdar),
        element("ram:ProcessCondition", statut.libelle),
        *_details(motifs, (*rest, commentaire)),
    )
    return _message(
        dialecte,
        dialecte.guide_flux,
        _document(
            dialecte,
            _mdt_4(nom, statut.cdar, instant, codes.TYPE_FLUX, jour),
            f"{nom}_CDV-{statut.cdar}_{statut.libelle}",
            enveloppe,
            _ppf(dialecte) if dialecte.vers_ppf else _deposant(enveloppe),
        ),
        bloc(
            "rsm:AcknowledgementDocument",
            _MONO_DOCUMENT,
            element("ram:TypeCode", codes.PHASE_TRANSMISSION),
            element("ram:Name", _borne(nom, "MDT-76")),
            _date_heure("ram:IssueDateTime", instant),
            reference,
        ),
    )


def _message(dialecte: DialecteCdar, guide: str, document: str, accuse: str) -> bytes:
    contexte = bloc(
        "rsm:ExchangedDocumentContext",
        bloc("ram:BusinessProcessSpecifiedDocumentContextParameter", element("ram:ID", dialecte.processus)),
        bloc("ram:GuidelineSpecifiedDocumentContextParameter", element("ram:ID", guide)),
    )
    return f"{DECLARATION}{_RACINE}{contexte}{document}{accuse}{_FIN}".encode()


def _document(dialecte: DialecteCdar, identifiant: str, nom: str, enveloppe: Enveloppe, destinataire: str) -> str:
    plateforme = (dialecte.matricule, codes.SCHEMA_PLATEFORME)
    return bloc(
        "rsm:ExchangedDocument",
        element("ram:ID", identifiant),
        element("ram:Name", _borne(nom, "MDT-5")),
        _date_heure("ram:IssueDateTime", _instant(enveloppe.produit_le)),
        _partie("ram:SenderTradeParty", codes.ROLE_PLATEFORME, *plateforme),
        # BR-FR-CDV-07 forbids the issuer's id in phase 305; the PPF asks for it (annexe 2 V2.2).
        _partie("ram:IssuerTradeParty", codes.ROLE_PLATEFORME, *(plateforme if dialecte.vers_ppf else (None, None))),
        destinataire,
    )


def _partie(balise: str, role: str, identifiant: str | None, schema: str | None, *, nom: str | None = None, adresse: str = "") -> str:
    return bloc(
        balise,
        element("ram:GlobalID", identifiant, schemeID=schema),
        element("ram:Name", _borne(nom, "MDT-58") if nom else None),
        element("ram:RoleCode", role),
        adresse,
    )


def _vendeur(acteur: Acteur) -> str:
    """The seller as recipient. BR-FR-CDV-08 wants an address; a party without one in the directory is reached by its identifier."""
    schema, identifiant = _identifiant(acteur)
    in_directory = acteur.adresse_electronique is not None or schema == codes.SCHEMA_SIREN
    uri = element("ram:URIID", acteur.adresse_electronique or identifiant, schemeID=codes.SCHEMA_ADRESSE if in_directory else None)
    adresse = bloc("ram:URIUniversalCommunication", uri)
    return _partie("ram:RecipientTradeParty", codes.ROLE_VENDEUR, identifiant, schema, nom=acteur.nom, adresse=adresse)


def _ppf(dialecte: DialecteCdar) -> str:
    return _partie("ram:RecipientTradeParty", codes.ROLE_PPF, dialecte.matricule_ppf, codes.SCHEMA_PLATEFORME, nom="PPF")


def _deposant(enveloppe: Enveloppe) -> str:
    """Who deposited the flow, known by an application code only (MDT-55)."""
    return bloc("ram:RecipientTradeParty", element("ram:ID", enveloppe.recepteur), element("ram:RoleCode", codes.ROLE_PLATEFORME))


def _identifiant(acteur: Acteur) -> tuple[str | None, str]:
    """Return scheme and identifier of a party: its SIREN (G7.17) wherever it has one."""
    if acteur.siren:
        return codes.SCHEMA_SIREN, acteur.siren
    if acteur.type_identifiant == 1 and len(acteur.identifiant) == 14:
        return codes.SCHEMA_SIREN, acteur.identifiant[:9]
    return codes.SCHEMA_DU_TYPE.get(acteur.type_identifiant), acteur.identifiant


def _details(motifs: Sequence[Motif], textes: Iterable[str | None]) -> list[str]:
    """MDG-37, one a reason; the free texts stand in the note of the first. Without any of them, none."""
    texts = [text for text in textes if text]
    if not motifs:
        return [_detail(1, None, None, texts)] if texts else []
    blocks = []
    for rang, motif in enumerate(motifs, 1):
        libelle = propre(motif.texte or MOTIFS[motif.code].libelle)
        court = couper(libelle, codes.LONGUEURS["MDT-114"])
        notes = [libelle] if court != libelle else []
        blocks.append(_detail(rang, motif.code, court, notes + (texts if rang == 1 else [])))
    return blocks


def _detail(rang: int, code: str | None, libelle: str | None, notes: list[str]) -> str:
    pieces = [piece for note in notes for piece in morceaux(note, codes.LONGUEURS["MDT-126"])]
    return bloc(
        "ram:SpecifiedDocumentStatus",
        element("ram:ReasonCode", code),
        element("ram:Reason", libelle),
        element("ram:SequenceNumeric", str(rang)),
        bloc("ram:IncludedNote", *[element("ram:Content", piece) for piece in pieces]),
    )


def _objet(nom: str) -> tuple[str, tuple[str, ...]]:
    """Return MDT-87 and, when the name does not fit in it, the whole name for a note."""
    whole = propre(nom)
    if not whole.strip():
        raise ErreurUsage("a lifecycle message needs the number of its invoice or the name of its flow", object=nom)
    court = couper(whole, codes.LONGUEURS["MDT-87"])
    return court, () if court == whole else (whole,)


def _mdt_4(objet: str, code: str, instant: str, type_objet: str, jour: date) -> str:
    """Return the message's id as the examples build it: ``F202500003_200_20250701151000#380_20250701``.

    Where that exceeds 50 characters, the end of the object's name gives way to a digest of the whole.
    """
    suite = f"_{code}_{instant}#{type_objet}_{jour:%Y%m%d}"
    room = codes.LONGUEURS["MDT-4"] - len(suite)
    name = propre(objet)
    if len(name) <= room:
        return name + suite
    digest = sha256(name.encode()).hexdigest()[:_EMPREINTE]
    return f"{name[: max(room - _EMPREINTE - 1, 0)]}~{digest}{suite}"


def _borne(texte: str, terme: str) -> str:
    """Return a name within the length of ``terme``: a name that only repeats what stands whole elsewhere in the message."""
    return couper(propre(texte), codes.LONGUEURS[terme])


@lru_cache(maxsize=1024)  # the messages of one archive share most of their instants
def _instant(instant: datetime) -> str:
    """Return 14 digits on the clock of Paris (G7.06 gives no zone)."""
    return f"{a_paris(instant):%Y%m%d%H%M%S}"


def _date_heure(balise: str, instant: str) -> str:
    return bloc(balise, element("udt:DateTimeString", instant, format=codes.FORMAT_INSTANT))


def _date_facture(jour: date, dialecte: DialecteCdar) -> str:
    digits = f"{jour:%Y%m%d}" + ("" if dialecte.format_date_facture == codes.FORMAT_DATE else "000000")
    return bloc("ram:FormattedIssueDateTime", element("qdt:DateTimeString", digits, format=dialecte.format_date_facture))
