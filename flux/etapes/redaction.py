"""Messages of a grouped file, each written when its turn comes: statuses as CPPStatut units or CDAR messages, invoices as pivots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from flux.config import Reglages
from flux.contexte import Contexte
from flux.controle import relire
from flux.emitters.cdar import cdar_facture
from flux.emitters.cdar_blocs import DIALECTE_PA, DIALECTE_PPF, DialecteCdar
from flux.emitters.fso1301a import unite
from flux.emitters.pivot import Livraison, PiecePivot, pivot
from flux.emitters.textes import a_paris
from flux.errors import ErreurUsage
from flux.etapes.sujet import statut_de
from flux.modele.facture import Facture, PieceJointe
from flux.modele.statut import Enveloppe, Motif, Statut
from flux.parsers.pieces import ouvrir_piece
from flux.referentiel.codes_cdar import STATUTS_PPF, LecteurCdar
from flux.referentiel.interfaces import INTERFACES
from flux.referentiel.longueurs import longueur_complement
from flux.referentiel.motifs import MOTIFS, motif_admis
from flux.referentiel.pivot import CATEGORIE_JOINTE, CATEGORIE_PDF, CATEGORIE_XML, RENVOIS
from flux.referentiel.sortantes import CYCLE_DE_VIE, FormatSortant
from flux.referentiel.statuts import code_cdar, code_cpp, statut_facture
from flux.referentiel.types_pieces import EXTENSIONS_ZIP
from flux.registre.envois import DocumentEnvoye, documents_des_envois
from flux.registre.lectures import statuts_des_envois
from flux.registre.valeurs import LigneStatut
from flux.regles.gestion.pieces_jointes import extension
from flux.transport.entrepot import cle_de

#: Writes one message, given its rank in the file (from 1). Raises ErreurUsage when no file can hold it.
Rediger = Callable[[int], bytes]

#: Members of a flow that an invoice's own number leaves room for.
_MEMBRES = 10**7


def format_de(interface: str) -> FormatSortant:
    """Return what a grouped file of an interface is made of; any code that is not of the lifecycle is that of the pivot, a setting."""
    row = CYCLE_DE_VIE.get(interface)
    return row.format if row is not None else FormatSortant.PIVOT


def interfaces_du_statut(code: str, reglages: Reglages) -> tuple[str, ...]:
    """Return the lifecycle interfaces whose format has a code for a status, in this platform's settings.

    :raises ErreurUsage: there is no such status.
    """
    row = statut_facture(code)
    cdar = code_cdar(row, reglages.codes_cdar)
    told = {
        FormatSortant.CPP_STATUT: code_cpp(row, reglages.codes_cpp) is not None,
        FormatSortant.CDAR: cdar is not None and (reglages.dialecte_cdar is LecteurCdar.PA or cdar.code in STATUTS_PPF),
    }
    return tuple(one.code for one in CYCLE_DE_VIE.values() if told[one.format])


def dialecte_de(reglages: Reglages) -> DialecteCdar:
    """Return how this platform writes CDAR messages."""
    return replace(
        DIALECTE_PPF if reglages.dialecte_cdar is LecteurCdar.PPF else DIALECTE_PA,
        matricule=reglages.matricule,
        matricule_ppf=reglages.matricule_ppf,
        format_date_facture=reglages.format_date_facture,
        role_beneficiaire=reglages.role_beneficiaire,
        codes_cdar=tuple(sorted(reglages.codes_cdar.items())),
    )


def rediger(
    contexte: Contexte, conn: Connection, interface: str, ids: Sequence[int], enveloppe: Enveloppe
) -> Iterator[tuple[int, Rediger]]:
    """Yield (id, what writes it) of rows that wait, in order.

    :raises ErreurRegistre: the ledger did not answer.
    """
    kind = format_de(interface)
    rows = statuts_des_envois(conn, ids)
    if kind is FormatSortant.CPP_STATUT:
        yield from ((one, _cpp(row, enveloppe, contexte.reglages.codes_cpp)) for one, row in rows)
    elif kind is FormatSortant.CDAR:
        yield from ((one, _cdar(row, enveloppe, dialecte_de(contexte.reglages))) for one, row in rows)
    else:
        documents = documents_des_envois(conn, ids)
        yield from ((one, _pivot(contexte, documents[one], row, enveloppe)) for one, row in list(rows))


def _statut(row: LigneStatut) -> Statut:
    found = statut_de(row)
    if found is None:
        raise ErreurUsage("the invoice lacks what names it (CDV-01)", numero=row.numero)
    return found


def _cpp(row: LigneStatut, enveloppe: Enveloppe, choix: Mapping[str, str]) -> Rediger:
    length = longueur_complement(a_paris(enveloppe.produit_le).date())
    return lambda rang: unite(rang, _statut(row), length, choix).encode()


def _cdar(row: LigneStatut, enveloppe: Enveloppe, dialecte: DialecteCdar) -> Rediger:
    return lambda _: cdar_facture(accorder(_statut(row), dialecte), enveloppe, dialecte)


def accorder(statut: Statut, dialecte: DialecteCdar) -> Statut:
    """Give each reason a code that the status admits in CDAR; one that has none becomes a text, and so does what a code no longer says.

    A status that asks for no reason, under a code of the settings that does, gets the least saying one.
    """
    row = code_cdar(statut_facture(statut.code), dict(dialecte.codes_cdar))
    if row is None:
        return statut
    chorus = dialecte.matricule == DIALECTE_PA.matricule
    motifs: list[Motif] = []
    textes = [statut.commentaire] if statut.commentaire else []
    for one in statut.motifs:
        code = motif_admis(row.code, one.code, chorus=chorus)
        if code is not None:
            motifs.append(Motif(code, one.texte))
        if code != one.code:
            textes.append(f"{one.code} : {one.texte}")
    if row.motif_obligatoire and not motifs and not statut_facture(statut.code).motif_obligatoire:
        code = motif_admis(row.code, "AUTRE", chorus=chorus)
        motifs += [Motif(code, MOTIFS[code].libelle)] if code is not None else []
    return replace(statut, motifs=tuple(motifs), commentaire="\n".join(textes) or None)


def _pivot(contexte: Contexte, document: DocumentEnvoye, row: LigneStatut, enveloppe: Enveloppe) -> Rediger:
    def ecrire(_: int) -> bytes:
        statut = _statut(row)
        with contexte.entrepot.ouvrir(document.cle) as tranche:
            tranche.seek(document.debut)
            contenu = tranche.read(document.taille)
        facture = relire(contenu, INTERFACES[document.interface], contexte.reglages.limites)
        if facture is None:
            raise ErreurUsage("the stored original holds no invoice", flux_id=document.flux_id, membre_rang=document.membre_rang)
        livraison = Livraison(
            id_cpro=document.flux_id * _MEMBRES + document.membre_rang,
            recu_le=row.recu_le,
            fournisseur=statut.fournisseur,
            destinataire=statut.destinataire,
            renvoi=RENVOIS[min(-document.statut_rang, len(RENVOIS)) - 1],
        )
        return pivot(facture, livraison, list(_pieces(contexte, facture, contenu, document)), enveloppe)

    return ecrire


def _pieces(contexte: Contexte, facture: Facture, contenu: bytes, document: DocumentEnvoye) -> Iterator[PiecePivot]:
    """Yield the invoice as deposited, then its attachments, unpacked; those declared beforehand come from the staging store."""
    pdf = INTERFACES[document.interface].pdf
    has_visual = any(one.type_piece == "01" and one.contenu is not None for one in facture.pieces_jointes)
    extension, mime, categorie = ("pdf", "application/pdf", CATEGORIE_PDF) if pdf else ("xml", "application/xml", CATEGORIE_XML)
    nom = document.nom if document.nom.lower().endswith(f".{extension}") else f"{document.nom}.{extension}"
    yield PiecePivot(nom, contenu, mime, visuel=not has_visual, categorie=categorie, originale=True)
    for rang, one in enumerate(facture.pieces_jointes):
        nom = document.noms.get(rang) or one.reference or f"piece-{rang + 1}"
        data = _contenu(contexte, one, nom, document.declarees.get(rang))
        if data is not None:
            visuel = one.type_piece == "01"
            yield PiecePivot(
                nom, data, one.mime or "application/octet-stream", visuel, CATEGORIE_PDF if visuel else one.description or CATEGORIE_JOINTE
            )


def _contenu(contexte: Contexte, piece: PieceJointe, nom: str, sha256: str | None) -> bytes | None:
    """Return what an attachment holds, ``None`` for a mere reference or a location: the original names it.

    A file that is a zip by its own name (``photos.zip``, ``devis.xlsx``) stays one, unless what it packs bears that very name.
    """
    if piece.contenu is not None:
        ouverte = ouvrir_piece(piece.contenu, contexte.reglages.limites.piece_jointe)
        if ouverte.contenu is None or (ouverte.nom != nom and extension(nom) in EXTENSIONS_ZIP):
            return piece.contenu
        return ouverte.contenu
    if sha256 is None:
        return None
    with contexte.entrepot.ouvrir(cle_de(sha256)) as declared:
        return declared.read()
