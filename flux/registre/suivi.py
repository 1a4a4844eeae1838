"""Where an invoice or a flow stands and how it came there: read only, from what the steps wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from flux.cycle_de_vie import VUS_DU_VALIDEUR
from flux.registre.connexion import Source, lecture
from flux.registre.statuts import Cle


@dataclass(frozen=True, slots=True)
class Fait:
    """Something that happened. :ivar quoi: what, a word. :ivar detail: the facts. :ivar par: who, when it is known."""

    le: datetime
    quoi: str
    detail: str
    par: str | None = None


@dataclass(frozen=True, slots=True)
class FactureSuivie:
    """An invoice with its history, oldest first."""

    cle: Cle
    numero: str | None
    date_emission: date | None
    fournisseur: str | None
    destinataire: str | None
    cadre: str | None
    etat: str
    flux: str
    rejet_traite: bool
    faits: tuple[Fait, ...] = ()


@dataclass(frozen=True, slots=True)
class FluxSuivi:
    """A flow with its history, oldest first. :ivar contenu: members, or statuses, by what became of them."""

    id: int
    nom: str
    partenaire: str
    interface: str | None
    etat: str
    statut: str | None
    contenu: Mapping[str, int]
    faits: tuple[Fait, ...] = ()


_FACTURE = """
SELECT f.flux_id, f.membre_rang, f.numero, f.date_emission, coalesce(f.fournisseur_nom, f.fournisseur_id) AS fournisseur,
  coalesce(f.destinataire_nom, f.destinataire_id) AS destinataire, f.cadre, f.etat, x.nom AS flux,
  EXISTS (SELECT FROM rejets_traites r WHERE r.flux_id = f.flux_id AND r.membre_rang = f.membre_rang) AS rejet_traite
FROM factures f JOIN flux x ON x.id = f.flux_id
"""
_PAR_NUMERO = _FACTURE + "WHERE f.numero = :numero ORDER BY f.flux_id, f.membre_rang LIMIT :limite"
_PAR_CLE = _FACTURE + "WHERE f.flux_id = :flux AND f.membre_rang = :membre"
_DU_VALIDEUR = (
    _FACTURE
    + """
WHERE f.etat = ANY (:vus)
  AND jsonb_path_exists(f.detail -> 'valideur', '$.**.valeur ? (@ == $siret)', jsonb_build_object('siret', CAST(:siret AS text)))
ORDER BY f.flux_id, f.membre_rang LIMIT :limite
"""
)
_FAITS_FACTURE = """
SELECT x.depose_le AS le, 'déposée par SFTP' AS quoi, x.nom AS detail, p.code_application AS par, 0 AS ordre
FROM flux x JOIN partenaires p ON p.id = x.partenaire_id WHERE x.id = :flux AND x.depose_le IS NOT NULL
UNION ALL SELECT x.recu_le, 'reçue', 'SHA-256 ' || x.sha256, NULL, 1 FROM flux x WHERE x.id = :flux
UNION ALL
SELECT s.horodatage, 'statut ' || s.code, concat_ws(' · ', s.complement, s.commentaire,
  CASE WHEN s.source_flux_id IS NOT NULL THEN 'flux ' || s.source_flux_id || ', ligne ' || s.source_rang END,
  CASE WHEN s.pose_le IS NOT NULL THEN 'enregistré le ' || to_char(s.pose_le AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY HH24:MI:SS') END,
  CASE WHEN s.a_emettre THEN 'à émettre' END), s.par, 2 + s.rang
FROM statuts s WHERE s.flux_id = :flux AND s.membre_rang = :membre
UNION ALL
SELECT r.le, 'refusé ' || r.vers, 'depuis ' || r.de || ' : ' || r.issue, r.par, 1000 FROM transitions_refusees r
WHERE r.flux_id = :flux AND r.membre_rang = :membre
UNION ALL SELECT t.le, 'rejet traité', '', t.par, 1001 FROM rejets_traites t WHERE t.flux_id = :flux AND t.membre_rang = :membre
UNION ALL
SELECT coalesce(o.emise_le, o.cree_le), CASE WHEN o.emise_le IS NULL THEN 'réponse écrite' ELSE 'réponse émise' END, o.nom, NULL, 1002
FROM sorties o WHERE o.flux_id = :flux
UNION ALL
SELECT e.cree_le, CASE WHEN e.refus IS NULL THEN 'message en attente' ELSE 'message refusé' END,
  concat_ws(' · ', e.interface, p.code_application, CASE WHEN e.statut_rang < 0 THEN 'facture' ELSE 'statut ' || e.statut_rang END,
  e.refus), NULL, 1003
FROM envois e JOIN partenaires p ON p.id = e.partenaire_id
WHERE e.flux_id = :flux AND e.membre_rang = :membre AND e.sortie_id IS NULL
UNION ALL
SELECT coalesce(o.emise_le, o.cree_le), CASE WHEN o.emise_le IS NULL THEN 'fichier écrit' ELSE 'fichier émis' END,
  o.nom || CASE WHEN e.statut_rang < 0 THEN ' · facture' ELSE ' · statut ' || e.statut_rang END, NULL, 1004
FROM envois e JOIN sorties o ON o.id = e.sortie_id WHERE e.flux_id = :flux AND e.membre_rang = :membre
UNION ALL
SELECT coalesce(o.retiree_le, o.purgee_le), CASE WHEN o.purgee_le IS NULL THEN 'fichier retiré' ELSE 'fichier purgé' END, o.nom, NULL, 1005
FROM sorties o WHERE (o.flux_id = :flux OR o.id IN (
    SELECT e.sortie_id FROM envois e WHERE e.flux_id = :flux AND e.membre_rang = :membre))
  AND coalesce(o.retiree_le, o.purgee_le) IS NOT NULL
ORDER BY le, ordre
"""
_FLUX = """
SELECT x.id, x.nom, p.code_application AS partenaire, x.interface, x.etat, x.statut
FROM flux x JOIN partenaires p ON p.id = x.partenaire_id
WHERE x.id = :id OR x.identifiant = :reference OR x.nom = :reference ORDER BY x.id LIMIT :limite
"""
_CONTENU = """
SELECT CASE decision WHEN 'accepted' THEN 'fichiers acceptés' WHEN 'rejected' THEN 'fichiers rejetés'
  WHEN 'unreadable' THEN 'fichiers illisibles' ELSE 'fichiers en cours' END AS quoi, count(*)
FROM membres WHERE flux_id = :id GROUP BY 1
UNION ALL SELECT 'factures ' || etat, count(*) FROM factures WHERE flux_id = :id GROUP BY 1
UNION ALL SELECT 'statuts : ' || issue, count(*) FROM lignes_statut WHERE flux_id = :id GROUP BY 1 ORDER BY 1
"""
_FAITS_FLUX = """
SELECT x.depose_le AS le, 'déposé par SFTP' AS quoi, x.nom AS detail, p.code_application AS par, 0 AS ordre
FROM flux x JOIN partenaires p ON p.id = x.partenaire_id WHERE x.id = :id AND x.depose_le IS NOT NULL
UNION ALL SELECT x.recu_le, 'reçu', x.taille || ' octets, SHA-256 ' || x.sha256, NULL, 1 FROM flux x WHERE x.id = :id
UNION ALL SELECT l.cree_le, 'mis au lot ' || l.id, '', NULL, 2 FROM lots l JOIN flux x ON x.lot_id = l.id WHERE x.id = :id
UNION ALL SELECT l.lance_le, 'intégration lancée', '', NULL, 3 FROM lots l JOIN flux x ON x.lot_id = l.id
WHERE x.id = :id AND l.lance_le IS NOT NULL
UNION ALL SELECT x.repondu_le, 'répondu ' || x.statut, coalesce('répète le flux ' || x.repete_de, ''), NULL, 4 FROM flux x
WHERE x.id = :id AND x.repondu_le IS NOT NULL
UNION ALL SELECT o.cree_le, 'réponse écrite', o.nom || ', ' || o.taille || ' octets', NULL, 5 FROM sorties o WHERE o.flux_id = :id
UNION ALL SELECT o.emise_le, 'réponse émise', o.nom || CASE WHEN o.emissions > 1 THEN ', ' || o.emissions || ' fois' ELSE '' END, NULL, 6
FROM sorties o WHERE o.flux_id = :id AND o.emise_le IS NOT NULL
UNION ALL
SELECT coalesce(o.retiree_le, o.purgee_le), CASE WHEN o.purgee_le IS NULL THEN 'réponse retirée' ELSE 'réponse purgée' END, o.nom, NULL, 7
FROM sorties o WHERE o.flux_id = :id AND coalesce(o.retiree_le, o.purgee_le) IS NOT NULL
ORDER BY le, ordre
"""
#: Invoices or flows that one reference may name at most: past it the reference says too little.
LIMITE = 50
#: Invoices of one list at most.
LIMITE_LISTE = 1000


def chercher_factures(source: Source, reference: str) -> list[FactureSuivie]:
    """Return the invoices that ``reference`` names, without their history: a number (BT-1), or ``flow:rank``. Raises ErreurRegistre."""
    flux_id, _, rang = reference.partition(":")
    with lecture(source, "chercher_factures") as conn:
        if rang and flux_id.isdecimal() and rang.isdecimal() and len(flux_id) < 19 and len(rang) < 10:
            rows = conn.execute(text(_PAR_CLE), {"flux": int(flux_id), "membre": int(rang)})
        else:
            rows = conn.execute(text(_PAR_NUMERO), {"numero": reference, "limite": LIMITE})
        return [_facture(dict(row)) for row in rows.mappings()]


def factures_du_valideur(source: Source, siret: str) -> list[FactureSuivie]:
    """Return what a validator's list shows: the invoices that name it, in a status of ``VUS_DU_VALIDEUR``. Raises ErreurRegistre."""
    with lecture(source, "factures_du_valideur") as conn:
        rows = conn.execute(text(_DU_VALIDEUR), {"siret": siret, "vus": list(VUS_DU_VALIDEUR), "limite": LIMITE_LISTE})
        return [_facture(dict(row)) for row in rows.mappings()]


def _facture(values: dict[str, Any]) -> FactureSuivie:
    return FactureSuivie((values.pop("flux_id"), values.pop("membre_rang")), **values)


def chercher_flux(source: Source, reference: str) -> list[FluxSuivi]:
    """Return the flows that ``reference`` names, with their history: number in the ledger, flow id, or file name. Raises ErreurRegistre."""
    number = int(reference) if reference.isdecimal() and len(reference) < 19 else -1
    with lecture(source, "chercher_flux") as conn:
        rows = conn.execute(text(_FLUX), {"id": number, "reference": reference, "limite": LIMITE}).mappings().all()
        return [
            FluxSuivi(**row, contenu=_contenu(conn, row["id"]), faits=_faits(conn, _FAITS_FLUX, {"id": row["id"]})) for row in rows
        ]  # fmt: skip


def _contenu(conn: Connection, flux_id: int) -> dict[str, int]:
    return {quoi: nombre for quoi, nombre in conn.execute(text(_CONTENU), {"id": flux_id})}  # noqa: C416  two columns of a row


def faits_de(source: Source, facture: FactureSuivie) -> tuple[Fait, ...]:
    """Return the history of an invoice: deposit, statuses, refusals, answers of its flow. Raises ErreurRegistre."""
    with lecture(source, "faits_de") as conn:
        return _faits(conn, _FAITS_FACTURE, {"flux": facture.cle[0], "membre": facture.cle[1]})


def _faits(conn: Connection, requete: str, values: Mapping[str, int]) -> tuple[Fait, ...]:
    return tuple(Fait(row.le, row.quoi, row.detail or "", row.par) for row in conn.execute(text(requete), values))
