"""The statuses of ``flux emettre``: a JSON list, checked by ``statuts.schema.json``, turned into the model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from flux.errors import ErreurUsage
from flux.modele.anomalie import citer
from flux.modele.statut import Acteur, Motif, Statut
from flux.modele.temps import lire_instant
from flux.referentiel.motifs import motifs_admis, verifier_motifs
from flux.referentiel.statuts import code_cdar, statut_facture

#: A list that passes: what ``--exemple`` prints.
EXEMPLE: list[dict[str, Any]] = [
    {
        "code": "DEPOSEE",
        "horodatage": "2026-11-23T09:30:00+01:00",
        "numero": "F2026-0001",
        "date_facture": "2026-11-20",
        "type_code": "380",
        "recu_le": "2026-11-23T09:29:58+01:00",
        "fournisseur": {"type_identifiant": 1, "identifiant": "12345678200010", "nom": "Atelier Lumière", "pays": "FR"},
        "destinataire": {"type_identifiant": 1, "identifiant": "21123456700012", "nom": "Commune d'Exemple", "code_service": "VOIRIE"},
        "complement": "Facture déposée",
    },
    {
        "code": "NON_CONFORME",
        "horodatage": "2026-11-23T09:30:00+01:00",
        "numero": "F2026-0002",
        "date_facture": "2026-11-20",
        "type_code": "380",
        "recu_le": "2026-11-23T09:29:58+01:00",
        "fournisseur": {"type_identifiant": 1, "identifiant": "12345678200010", "nom": "Atelier Lumière", "pays": "FR"},
        "destinataire": {"type_identifiant": 1, "identifiant": "21123456700012", "nom": "Commune d'Exemple", "code_service": "VOIRIE"},
        "complement": "Facture rejetée : le total TTC n'est pas la somme du total HT et de la TVA, corrigez BT-112",
        "motifs": [{"code": "MONTANTTOTAL_ERR", "texte": "Total TTC (BT-112) attendu 120.00, trouvé 102.00"}],
    },
]

# Keyword of JSON Schema → what to say, French then English; {value} is what the schema asks, {found} what stands there.
_PHRASES: dict[str, tuple[str, str]] = {
    "required": ("il manque {value}", "{value} is missing"),
    "additionalProperties": ("champ inconnu : {value}", "unknown field: {value}"),
    "type": ("type attendu : {value} ; trouvé : {found}", "expected type: {value}; found: {found}"),
    "enum": ("valeur attendue parmi {value} ; trouvé : {found}", "expected one of {value}; found: {found}"),
    "pattern": ("forme attendue : {value} ; trouvé : {found}", "expected form: {value}; found: {found}"),
    "format": ("{value} attendu ; trouvé : {found}", "expected {value}; found: {found}"),
    "minItems": ("au moins {value} élément attendu", "at least {value} item expected"),
    "maxLength": ("{value} caractères au plus ; trouvé : {found}", "at most {value} characters; found: {found}"),
}
_FORMATS = {"date": "AAAA-MM-JJ", "date-time": "AAAA-MM-JJThh:mm:ss+hh:mm"}

_formats = FormatChecker(formats=("date",))


@_formats.checks("date-time")
def _instant(valeur: object) -> bool:
    if not isinstance(valeur, str):
        return True
    return "T" in valeur and lire_instant(valeur) is not None and datetime.fromisoformat(valeur).tzinfo is not None


@cache
def validateur() -> Draft202012Validator:
    """Return the validator of a list of statuses."""
    schema = json.loads((files("flux.cli") / "statuts.schema.json").read_text("utf-8"))
    return Draft202012Validator(schema, format_checker=_formats)


def lire_statuts(chemin: Path) -> list[Statut]:
    """Read the list of statuses in ``chemin``.

    :raises ErreurUsage: when the file cannot be read, is not JSON or does not follow the schema; every fault is told, in French and in
        English, with its path (facts ``faults``: tuple of (path, fr, en)).
    """
    try:
        document = json.loads(chemin.read_bytes())
    except OSError as error:
        raise ErreurUsage(f"{chemin} est illisible / cannot be read: {error.strerror}", file=str(chemin)) from error
    except (ValueError, RecursionError) as error:
        raise ErreurUsage(f"{chemin} n'est pas du JSON en UTF-8 / is not JSON in UTF-8: {error}", file=str(chemin)) from error
    faults = tuple(fautes(document))
    if faults:
        raise _refus(f"{chemin} ne suit pas le schéma des statuts / does not follow the schema of statuses", faults)
    return [_statut(one) for one in document]


def fautes(document: object) -> Iterator[tuple[str, str, str]]:
    """Give each fault of a list of statuses once: (JSON path, French, English), in the order of the document."""
    errors = sorted(validateur().iter_errors(document), key=lambda one: [str(step).zfill(9) for step in one.absolute_path])
    found = (fault for error in errors for fault in _fautes(error))
    yield from dict.fromkeys(found)


def _fautes(error: ValidationError) -> Iterator[tuple[str, str, str]]:
    fr, en = _PHRASES[str(error.validator)]
    for value in _attendus(error):
        facts = {"value": value, "found": citer(json.dumps(error.instance, ensure_ascii=False))}
        yield error.json_path, fr.format_map(facts), en.format_map(facts)


def _attendus(error: ValidationError) -> list[str]:
    """Return what the schema asks, in words; a missing or unknown field is named."""
    instance: Any = error.instance
    value: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "required":
        return [field for field in value if field not in instance]
    if error.validator == "additionalProperties":
        return [citer(field) for field in instance if field not in schema["properties"]]
    if error.validator == "enum":
        return [", ".join(map(str, value))]
    return [_FORMATS.get(str(value), str(value))]


def verifier_pour_cdar(statuts: Sequence[Statut]) -> None:
    """Check the reasons of statuses that a CDAR message will carry; CPPStatut has no such list.

    :raises ErreurUsage: every fault is told, in French and in English, with its path (facts ``faults``).
    """
    faults = []
    for rang, statut in enumerate(statuts):
        row = code_cdar(statut_facture(statut.code))
        if row is None:
            faults.append((f"$[{rang}].code", f"{statut.code} n'a pas de code CDAR", f"{statut.code} has no CDAR code"))
            continue
        try:
            verifier_motifs(row.code, [motif.code for motif in statut.motifs])
        except ErreurUsage as error:
            motif = error.facts["motif"]
            said = "motif obligatoire" if motif is None else f"motif {citer(motif)} non admis"
            told = "a reason is needed" if motif is None else f"reason {citer(motif)} not admitted"
            admis = ", ".join(motifs_admis(row.code))
            fr, en = f"{said} pour le statut {statut.code}, parmi {admis}", f"{told} for the status {statut.code}, one of {admis}"
            faults.append((f"$[{rang}].motifs", fr, en))
    if faults:
        raise _refus("des motifs ne conviennent pas / some reasons are not admitted", tuple(faults))


def _refus(titre: str, faults: tuple[tuple[str, str, str], ...]) -> ErreurUsage:
    return ErreurUsage(f"{titre} :", faults=faults, lignes=tuple(f"{path} : {fr} / {en}" for path, fr, en in faults))


def _statut(source: dict[str, Any]) -> Statut:
    return Statut(
        code=source["code"],
        horodatage=datetime.fromisoformat(source["horodatage"]),
        numero=source["numero"],
        date_facture=date.fromisoformat(source["date_facture"]),
        type_code=source["type_code"],
        recu_le=datetime.fromisoformat(source["recu_le"]),
        fournisseur=Acteur(**source["fournisseur"]),
        destinataire=Acteur(**source["destinataire"]),
        complement=source.get("complement"),
        commentaire=source.get("commentaire"),
        motifs=tuple(Motif(**motif) for motif in source.get("motifs", ())),
    )
