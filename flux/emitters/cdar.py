"""CDAR D22B: one lifecycle message, on an invoice (200, 213) or on a flow (500, 501).

Sources: annexe 2 V2.2 (tree and lengths, MDT numbers), annexe 7 V1.9 (rules G…), XP Z12-014 (examples), BR-FR-CDV of the FNFE package
v1.4.0.03. Where those disagree, :class:`~flux.emitters.cdar_blocs.DialecteCdar` holds the choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flux.emitters.balises import bloc, element
from flux.emitters.cdar_blocs import (
    DIALECTE_PA,
    DialecteCdar,
    borne,
    date_facture,
    date_heure,
    deposant,
    details,
    document,
    emetteur_du_statut,
    identite,
    mdt_4,
    message,
    nom_trop_long,
    objet,
    partie,
    ppf,
    quatorze_chiffres,
    vendeur,
)
from flux.emitters.textes import a_paris
from flux.errors import ErreurUsage
from flux.modele.statut import Enveloppe, Motif, Statut
from flux.referentiel import codes_cdar as codes
from flux.referentiel.motifs import MOTIFS, verifier_motifs
from flux.referentiel.statuts import Certitude, StatutCdar, StatutFacture, StatutFlux, code_cdar, statut_facture

_MONO_DOCUMENT = bloc("ram:MultipleReferencesIndicator", element("udt:Indicator", "false"))


def cdar_facture(statut: Statut, enveloppe: Enveloppe, dialecte: DialecteCdar = DIALECTE_PA) -> bytes:
    """Return the message that carries one status of one invoice, UTF-8.

    :param enveloppe: of the flow that will carry it: ``produit_le`` is MDT-8.
    :raises ErreurUsage: when the status is unknown or has no code in CDAR, a reason is missing or not admitted, the invoice has no number,
        or an instant has no zone.
    """
    exact, row = _code(statut_facture(statut.code), dict(dialecte.codes_cdar))
    verifier_motifs(row.code, [motif.code for motif in statut.motifs], chorus=dialecte.matricule == DIALECTE_PA.matricule)
    numero, rest = objet(statut.numero)
    schema, siren = identite(statut.fournisseur)
    instant = quatorze_chiffres(statut.horodatage)
    named = [one for one in (statut.fournisseur, statut.auteur, statut.beneficiaire) if one is not None]
    if row.phase != codes.PHASE_TRANSMISSION:
        named.append(statut.destinataire)
    textes = (*rest, *(name for one in named for name in nom_trop_long(one)), exact, statut.complement, statut.commentaire)
    if row.code in codes.COMMENTES and statut.motifs and not (statut.complement or statut.commentaire):
        textes += (statut.motifs[0].texte or MOTIFS[statut.motifs[0].code].libelle,)
    # A code outside the list may be what the invoice is rejected for: the message itself must still be accepted.
    type_code = statut.type_code if statut.type_code in codes.TYPES_FACTURE else None
    reference = bloc(
        "ram:ReferenceReferencedDocument",
        element("ram:IssuerAssignedID", numero),
        element("ram:StatusCode", row.accuse),
        element("ram:TypeCode", type_code),
        date_heure("ram:ReceiptDateTime", quatorze_chiffres(statut.recu_le)),
        element("ram:ReferenceTypeCode", dialecte.guide_facture if dialecte.vers_ppf else None),
        date_facture(statut.date_facture, dialecte),
        element("ram:ProcessConditionCode", row.code),
        element("ram:ProcessCondition", row.libelle),
        partie("ram:IssuerTradeParty", codes.ROLE_VENDEUR, siren, schema),
        *details(statut.motifs, textes, statut.actions, statut.montants),
    )
    return message(
        dialecte,
        dialecte.guide_facture,
        document(
            dialecte,
            mdt_4(statut.numero, row.code, instant, type_code or "", statut.date_facture, "" if exact is None else statut.code),
            f"{statut.numero}_CDV-{row.code}_{row.libelle}",
            enveloppe,
            _destinataires(statut, dialecte),
            None if row.phase == codes.PHASE_TRANSMISSION else emetteur_du_statut(statut),
        ),
        bloc(
            "rsm:AcknowledgementDocument",
            _MONO_DOCUMENT,
            element("ram:TypeCode", row.phase),
            date_heure("ram:IssueDateTime", instant),
            reference,
        ),
    )


def _destinataires(statut: Statut, dialecte: DialecteCdar) -> str:
    if dialecte.vers_ppf:
        return ppf(dialecte)
    payee = statut.beneficiaire
    return vendeur(statut.fournisseur) + (vendeur(payee, dialecte.role_beneficiaire) if payee is not None else "")


def _code(row: StatutFacture, choix: Mapping[str, str]) -> tuple[str | None, StatutCdar]:
    """Return what the message says of a status: its own words, where its code is only the nearest one, and the row of that code."""
    cdar = code_cdar(row, choix)
    if cdar is None:
        raise ErreurUsage(f"status {row.code} has no code in CDAR: it is sent in no CDAR message", statut=row.code)
    return None if row.certitude_cdar is Certitude.VU else row.libelle, cdar


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
    court, rest = objet(nom)
    instant, reception = quatorze_chiffres(horodatage), quatorze_chiffres(recu_le)
    jour = a_paris(recu_le).date()
    reference = bloc(
        "ram:ReferenceReferencedDocument",
        element("ram:IssuerAssignedID", court),
        element("ram:TypeCode", dialecte.type_flux),
        date_heure("ram:ReceiptDateTime", reception),
        element("ram:ReferenceTypeCode", dialecte.guide_flux if dialecte.vers_ppf else None),
        # BR-FR-CDV-11 asks for MDT-100 unless the flow is refused; a flow's own date is the day it came in.
        "" if statut.cdar == "501" else date_facture(jour, dialecte),
        element("ram:ProcessConditionCode", statut.cdar),
        element("ram:ProcessCondition", statut.libelle),
        *details(motifs, (*rest, commentaire)),
    )
    return message(
        dialecte,
        dialecte.guide_flux,
        document(
            dialecte,
            mdt_4(nom, statut.cdar, instant, codes.TYPE_FLUX, jour),
            f"{nom}_CDV-{statut.cdar}_{statut.libelle}",
            enveloppe,
            ppf(dialecte) if dialecte.vers_ppf else deposant(enveloppe),
        ),
        bloc(
            "rsm:AcknowledgementDocument",
            _MONO_DOCUMENT,
            element("ram:TypeCode", codes.PHASE_TRANSMISSION),
            element("ram:Name", borne(nom, "MDT-76")),
            date_heure("ram:IssueDateTime", instant),
            reference,
        ),
    )
