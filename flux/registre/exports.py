"""Invoices of the ledger as rows of an export, streamed: issued, of works, received."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from flux.emitters.tableau import Colonne, Genre, Valeur
from flux.emitters.textes import a_paris
from flux.errors import ErreurUsage
from flux.referentiel.cadres import CADRES_AVEC_AGENT, CADRES_CLASSIQUES, CADRES_REFORME, CADRES_TRAVAUX
from flux.referentiel.statuts import NON_INTEGREE, STATUTS_FACTURE
from flux.registre.connexion import Source, lecture
from flux.registre.lectures import PAR_PAQUET


class Export(StrEnum):
    """Which invoices: those that suppliers issued, those of works, those that recipients received."""

    FACTURES = "factures"
    TRAVAUX = "travaux"
    RECUES = "recues"


#: Frameworks of subcontracting and co-contracting, whose invoices have validators. S5: subcontractor's invoice of the reform.
CADRES_VALIDES = frozenset(("A9", "A10", "A11", "A12", "A13", "A14", "S5")) | CADRES_AVEC_AGENT
#: Exports show the validators of what was validated from that day on (release notes V3.9.4).
VALIDEURS_DEPUIS = date(2024, 7, 24)
_TACITE = "hors délai"

COLONNES: tuple[Colonne, ...] = (
    Colonne("Numéro de facture", "numero"),
    Colonne("Type", "type"),
    Colonne("Cadre de facturation", "cadre"),
    Colonne("Date d'émission", "date_emission", Genre.JOUR),
    Colonne("Date de dépôt", "date_depot", Genre.INSTANT),
    Colonne("Statut", "statut"),
    Colonne("Libellé du statut", "libelle_statut"),
    Colonne("Date du statut", "date_statut", Genre.INSTANT),
    Colonne("Fournisseur", "fournisseur_id"),
    Colonne("Raison sociale du fournisseur", "fournisseur_nom"),
    Colonne("SIRET du destinataire", "destinataire_siret"),
    Colonne("Raison sociale du destinataire", "destinataire_nom"),
    Colonne("Code service", "code_service"),
    Colonne("Numéro d'engagement", "engagement"),
    Colonne("Numéro de marché", "marche"),
    Colonne("Devise", "devise"),
    Colonne("Montant HT", "montant_ht", Genre.MONTANT),
    Colonne("Montant TVA", "montant_tva", Genre.MONTANT),
    Colonne("Montant TTC", "montant_ttc", Genre.MONTANT),
    Colonne("Montant net à payer", "net_a_payer", Genre.MONTANT),
    Colonne("Échéance", "echeance", Genre.JOUR),
    Colonne("Valideur 1 (date de validation)", "valideur_1"),
    Colonne("Valideur 2 (date de validation)", "valideur_2"),
    Colonne("Partenaire", "partenaire"),
    Colonne("Flux", "flux"),
)


@dataclass(frozen=True, slots=True)
class Filtre:
    """What an export holds; what is empty or ``None`` filters nothing.

    :ivar cadres: frameworks (BT-23). :ivar statuts: current statuses. :ivar du, au: first and last day of deposit, Europe/Paris.
    :ivar structure: SIRET (or another identifier) of the supplier or, of received invoices and works, of the recipient.
    :ivar service: service code of the recipient.
    """

    cadres: frozenset[str] = frozenset()
    statuts: frozenset[str] = frozenset()
    du: date | None = None
    au: date | None = None
    structure: str | None = None
    service: str | None = None


def cadres_offerts(export: Export) -> tuple[str, ...]:
    """Return the frameworks that an export may be asked for: of works, those of works only (release notes V3.9.4)."""
    known = (*CADRES_CLASSIQUES, *CADRES_REFORME)
    return tuple(one for one in known if export is not Export.TRAVAUX or one in CADRES_TRAVAUX)


def verifier_filtre(export: Export, filtre: Filtre) -> None:
    """Refuse a filter that can find nothing.

    :raises ErreurUsage: a framework that the export does not offer, an unknown status, or a period that ends before it begins.
    """
    offered = cadres_offerts(export)
    wrong = sorted(filtre.cadres - set(offered))
    if wrong:
        raise ErreurUsage(
            f"cadre(s) {', '.join(wrong)} hors de l'export {export} : choisissez parmi {', '.join(offered)} / not in this export: choose "
            "among these",
            cadres=wrong,
        )
    unknown = sorted(filtre.statuts - set(STATUTS_FACTURE))
    if unknown:
        raise ErreurUsage(
            f"statut(s) inconnu(s) / unknown status: {', '.join(unknown)} ; choisissez parmi / choose among {', '.join(STATUTS_FACTURE)}",
            statuts=unknown,
        )
    if filtre.du is not None and filtre.au is not None and filtre.au < filtre.du:
        raise ErreurUsage(
            f"la période finit avant de commencer / the period ends before it begins: {filtre.du} > {filtre.au}", au=filtre.au
        )


_REQUETE = """
SELECT f.numero, f.type_code, f.cadre, f.date_emission, x.recu_le, f.etat, s.dernier, f.fournisseur_id, f.fournisseur_nom,
  f.destinataire_id, f.destinataire_nom, f.code_service, f.engagement, f.contrat, f.devise, f.ht, f.tva, f.ttc, f.net_a_payer, f.echeance,
  f.detail -> 'valideur' ->> 'nom' AS valideur, s.v1, s.v1_par, s.v1_tacite, s.v2, s.v2_par, s.v2_tacite, p.code_application,
  coalesce(x.identifiant, x.nom) AS flux
FROM factures f
JOIN flux x ON x.id = f.flux_id
JOIN partenaires p ON p.id = f.partenaire_id
CROSS JOIN LATERAL (
  SELECT (array_agg(horodatage ORDER BY rang DESC))[1] AS dernier,
    max(horodatage) FILTER (WHERE code = 'VALIDEE_1') AS v1, max(par) FILTER (WHERE code = 'VALIDEE_1') AS v1_par,
    max(horodatage) FILTER (WHERE code = 'ABSENCE_VALIDATION_1_HORS_DELAI') AS v1_tacite,
    max(horodatage) FILTER (WHERE code = 'VALIDEE_2') AS v2, max(par) FILTER (WHERE code = 'VALIDEE_2') AS v2_par,
    max(horodatage) FILTER (WHERE code = 'ABSENCE_VALIDATION_2_HORS_DELAI') AS v2_tacite
  FROM statuts WHERE flux_id = f.flux_id AND membre_rang = f.membre_rang) s
WHERE {conditions}
ORDER BY f.flux_id, f.membre_rang
"""


def exporter(source: Source, export: Export, filtre: Filtre) -> Iterator[tuple[Valeur, ...]]:
    """Yield the rows of an export, in the order of :data:`COLONNES`, through a server-side cursor.

    :raises ErreurUsage: see :func:`verifier_filtre`. :raises ErreurRegistre: the ledger did not answer.
    """
    verifier_filtre(export, filtre)
    conditions, values = _conditions(export, filtre)
    requete = text(_REQUETE.format(conditions=" AND ".join(conditions) or "true"))
    with lecture(source, "exporter") as conn, conn.execute(requete, values, execution_options={"yield_per": PAR_PAQUET}) as rows:
        for row in rows:
            yield _ligne(row)


def _conditions(export: Export, filtre: Filtre) -> tuple[list[str], dict[str, object]]:
    """Return the conditions, of our own words, and the values that they are given."""
    conditions: list[str] = []
    values: dict[str, object] = {}

    def ajouter(condition: str, **given: object) -> None:
        conditions.append(condition)
        values.update(given)

    if export is Export.TRAVAUX:
        ajouter("f.cadre = ANY (:travaux)", travaux=sorted(CADRES_TRAVAUX))
    if export is Export.RECUES:
        ajouter("f.etat <> :non_integree", non_integree=NON_INTEGREE)
    if filtre.cadres:
        ajouter("f.cadre = ANY (:cadres)", cadres=sorted(filtre.cadres))
    if filtre.statuts:
        ajouter("f.etat = ANY (:statuts)", statuts=sorted(filtre.statuts))
    if filtre.du is not None:
        ajouter("(x.recu_le AT TIME ZONE 'Europe/Paris')::date >= :du", du=filtre.du)
    if filtre.au is not None:
        ajouter("(x.recu_le AT TIME ZONE 'Europe/Paris')::date <= :au", au=filtre.au)
    if filtre.structure is not None:
        # An invoice of works stands on both sides' lists: its supplier's, and its project manager's or owner's.
        sides = {
            Export.FACTURES: "f.fournisseur_id = :structure",
            Export.RECUES: "f.destinataire_id = :structure",
            Export.TRAVAUX: "(f.fournisseur_id = :structure OR f.destinataire_id = :structure)",
        }
        ajouter(sides[export], structure=filtre.structure)
    if filtre.service is not None:
        ajouter("f.code_service = :service", service=filtre.service)
    return conditions, values


def _ligne(row: Any) -> tuple[Valeur, ...]:  # noqa: ANN401  a row of the query above
    valide = row.cadre in CADRES_VALIDES
    known = STATUTS_FACTURE.get(row.etat)
    amounts: tuple[Decimal | None, ...] = (row.ht, row.tva, row.ttc, row.net_a_payer)
    return (
        row.numero, row.type_code, row.cadre, row.date_emission, row.recu_le, row.etat, known.libelle if known else None, row.dernier,
        row.fournisseur_id, row.fournisseur_nom, row.destinataire_id, row.destinataire_nom, row.code_service, row.engagement, row.contrat,
        row.devise, *amounts, row.echeance,
        _valideur(row.valideur or row.v1_par, row.v1, row.v1_tacite) if valide else None,
        _valideur(row.v2_par, row.v2, row.v2_tacite) if valide else None,
        row.code_application, row.flux,
    )  # fmt: skip


def _valideur(nom: str | None, le: datetime | None, tacite: datetime | None) -> str | None:
    """Return who validated and when; of a time limit that passed, that it did."""
    instant, who = (le, nom) if le is not None else (tacite, _TACITE)
    if instant is None or (jour := a_paris(instant).date()) < VALIDEURS_DEPUIS:
        return None
    return f"{who} ({jour:%d/%m/%Y})" if who else f"{jour:%d/%m/%Y}"
