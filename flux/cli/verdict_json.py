"""The JSON object of one file judged: the documented interface of ``flux verifier --format json`` (docs/issuers.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flux.cli.verdict_fichier import VerdictFichier
from flux.explication import Cause, terme_de
from flux.explication.causes import VALEURS
from flux.modele.anomalie import Anomalie
from flux.modele.verdict import Decision, VerdictDocument


def en_json(verdict: VerdictFichier, causes: Sequence[Cause]) -> dict[str, Any]:
    """Return the JSON object of one file."""
    return {
        "file": verdict.fichier,
        "interface": verdict.interface.code if verdict.interface else None,
        "format": verdict.interface.format if verdict.interface else None,
        "verdict": verdict.decision,
        "accepted": verdict.decision is Decision.ACCEPTE,
        "valid": verdict.valide,
        "rule_set": verdict.jeu,
        "date": verdict.le.isoformat(),
        "invoices": [_facture(one) for one in verdict.documents],
        "causes": [_cause(one) for one in causes],
        "anomalies": [_anomalie(one) for one in verdict.anomalies],
    }


def _facture(document: VerdictDocument) -> dict[str, Any]:
    facture = document.facture
    base: dict[str, Any] = {
        "member": document.nom,
        "verdict": document.decision,
        "accepted": document.decision is Decision.ACCEPTE,
        "valid": document.valide,
        "sha256": document.sha256 or None,
    }
    if document.statuts:
        return base | {"statuses": document.statuts, "receivable": document.recevables}
    if facture is None:
        return base
    totals = facture.totaux
    return base | {
        "number": facture.numero,
        "issue_date": facture.date_emission.isoformat() if facture.date_emission else None,
        "type_code": facture.type_code,
        "seller": facture.vendeur.nom,
        "buyer": facture.acheteur.nom,
        "buyer_siret": facture.siret_destinataire,
        "service_code": facture.code_service,
        "commitment": facture.engagement,
        "currency": facture.devise,
        "total_without_vat": None if totals.ht is None else str(totals.ht),
        "total_with_vat": None if totals.ttc is None else str(totals.ttc),
        "amount_due": None if totals.net_a_payer is None else str(totals.net_a_payer),
        "lines": len(facture.lignes),
    }


def _anomalie(one: Anomalie) -> dict[str, Any]:
    place = {"member": one.member, "path": one.path, "line": one.line, "column": one.column}
    return _quoi(one) | place | {"found": one.found, "expected": one.expected, "fr": one.fr, "en": one.en}


def _quoi(one: Anomalie) -> dict[str, Any]:
    terme = terme_de(one)
    return {
        "code": one.code,
        "rule": one.rule,
        "severity": one.severity,
        "layer": one.layer,
        "term": terme.numero if terme else None,
        "term_fr": terme.fr if terme else None,
        "term_en": terme.en if terme else None,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    first = cause.exemple
    return _quoi(first) | {
        "path": cause.path,
        "invoices": cause.factures,
        "occurrences": cause.fois,
        "places": [{"member": one.member, "line": one.line, "column": one.column} for one in cause.places],
        "values": [{"found": found, "occurrences": times} for found, times in cause.valeurs.most_common(VALEURS)],
        "distinct_values": len(cause.valeurs),
        "expected": first.expected,
        "fr": first.fr,
        "en": first.en,
    }
