"""Every setting: its unit, its default, where it comes from. Environment variables, prefix ``FLUX_``.

Example: ``FLUX_ENVIRONNEMENT=production``, ``FLUX_LIMITES__TAILLE_FLUX=536870912``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TypeGuard, get_origin

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from flux.adresse_secrete import AdresseSecrete
from flux.durees import Secondes
from flux.errors import ErreurConfiguration
from flux.limites import Limites
from flux.modele.doublon import LIBERE_PAR
from flux.referentiel.codes_cdar import LecteurCdar
from flux.referentiel.interfaces import Environnement
from flux.referentiel.jeux import MoteurRegles
from flux.referentiel.statuts import STATUTS_CDAR, STATUTS_FACTURE
from flux.reglages_certificats import ReglagesCertificats
from flux.reglages_retention import ReglagesRetention
from flux.reglages_sante import ReglagesSante


class FormatJournal(StrEnum):
    """How the log lines of the ``flux`` commands are written."""

    CONSOLE = "console"
    JSON = "json"


class Reglages(BaseSettings):
    """The settings of one platform."""

    # An error tells which setting is wrong, not its value: a password put under a name with a typing fault would be quoted.
    model_config = SettingsConfigDict(env_prefix="FLUX_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True)

    environnement: Environnement = Field(Environnement.QUALIFICATION, description="Portal played: decides which interfaces are open.")
    dossier: Path = Field(Path(".demo"), description="Folder of the embedded services: database, staging store, keys.")
    base: AdresseSecrete | None = Field(
        None, description="SQLAlchemy URL of the ledger (postgresql+psycopg://…); none: the embedded one of `dossier`, made by `make demo`."
    )
    journal_format: FormatJournal = Field(
        FormatJournal.CONSOLE,
        description="Log lines of the `flux` commands on standard error: `console` or `json` (one object a line). Airflow's tasks log as "
        "Airflow is told to.",
    )
    metriques_adresse: str = Field(
        "127.0.0.1:9464",
        pattern=r"^[^:\s]+:[0-9]{1,5}$",
        description="Address and port on which `flux metriques --servir` answers. It asks for no password: keep it on this machine or on "
        "a private network.",
    )
    metriques_fenetre: Secondes = Field(
        86400, ge=60, description="Seconds back that metrics count received flows, their invoices and anomalies."
    )
    entrepot: AdresseSecrete | None = Field(
        None, description="fsspec URL of the staging store (file://, s3://…); none is `dossier`/entrepot on the local disk."
    )
    journal_sceaux: Path | None = Field(
        None,
        description="File, outside the database, to which each daily seal of the journal is appended; compared each time. None: no file.",
    )
    code_application: str = Field(
        "CPP001", pattern=r"^[A-Z]{3}[0-9]{3}$", description="Application code of this platform in what it sends."
    )
    interface_retour_inconnue: str = Field(
        "CSO0000A",
        pattern=r"^C[A-Z]{2}[0-9]{4}[A-Z]$",
        description="Feedback interface of a file whose name holds no interface code. No public source gives it: a choice of this project.",
    )
    codes_cpp: dict[str, str] = Field(
        default_factory=dict, description="Status → IdStatut (JSON), where it is not the table's; an empty code: not sent in CPPStatut."
    )
    codes_cdar: dict[str, str] = Field(
        default_factory=dict, description="Status → MDT-105 (JSON), where it is not the table's; an empty code: not sent in CDAR."
    )
    retour_statuts_appliques: bool = Field(
        True, description="Answer each applied status of a deposited flow of statuses in its feedback too, not the refused ones alone."
    )
    interface_flux_illisible: str = Field(
        "FEN1202A",
        pattern=r"^[ABD-Z][A-Z]{2}[0-9]{4}[A-Z]$",
        description="Lifecycle interface that carries status 501 of an unreadable flow.",
    )
    interface_pivot: str = Field(
        "FEN0111A",
        pattern=r"^([A-Z]{3}[0-9]{4}[A-Z])?$",
        description="Interface under which an invoice leaves for its recipient (CPPFacturePivot). Not confirmed: no public text gives it. "
        "Empty: invoices do not leave.",
    )
    groupage_elements: int = Field(
        2000, ge=1, le=100_000, description="Messages in one grouped outgoing file at most (2,000 files: table 4 of the general dossier)."
    )
    groupage_octets: int = Field(
        1_000_000_000, ge=1, description="Bytes, before packing, in one grouped outgoing file at most, unless one message alone exceeds it."
    )
    groupage_delai: Secondes = Field(
        900,
        ge=0,
        description="Seconds that a message waits at most for others to leave with (house: public texts give a delay, not its length).",
    )
    retention_sorties: Secondes = Field(
        7 * 86400,
        ge=3600,
        description="Seconds that a file stays in a partner's out folder before it is purged (general dossier, p. 23: 7 days).",
    )
    dialecte_cdar: LecteurCdar = Field(
        LecteurCdar.PA,
        description="Who reads FEN1202A: `pa`, partners and platforms; `ppf`, the PPF (statuses 200, 210, 212 and 213 only).",
    )
    matricule_ppf: str = Field(
        "0000", pattern=r"^[0-9]{4}$", description="MDT-57 of the PPF: 0000 (BR-FR-CDV v1.4) or 9998 (annexe 7, G1.112; v1.3)."
    )
    role_beneficiaire: str = Field(
        "PE", pattern=r"^[A-Z]{2}$", description="Role code of the payee in CDAR: PE (annexe 7, BR-FR-CDV) or BE (annexe 2 V2.2)."
    )
    format_date_facture: str = Field(
        "102", pattern=r"^(102|204)$", description="MDT-100-1: 102, 8 digits (published examples), or 204, 14 digits (annexe 2 V2.2)."
    )
    matricule: str = Field("9999", description="MDT-19, scheme 0238: platform number of Chorus Pro in reception (annexe 7, G1.112).")
    sftp_racine: str = Field(
        "/", description="Folder that holds the partners' folders, as the platform's account names it on its SFTP server."
    )
    sftp_cbc: bool = Field(
        False,
        description="Let the ciphers aes128-cbc and aes256-cbc in the sshd configuration that `flux raccordement sshd` writes: the general "
        "dossier (p. 22) names them, modern clients do better.",
    )
    severites: Path | None = Field(
        None, description="TOML file of severities put in place of the published ones, by management or official rule."
    )
    moteur_regles: MoteurRegles = Field(
        MoteurRegles.NATIF,
        description="Engine of the official rules: `natif` (compiled, Saxon where it cannot), `saxon` (needs saxonche), `aucun`.",
    )
    regles_cache: Path | None = Field(
        None, description="Folder of the compiled official rules, private to this user: what it holds is run. None is in the user's cache."
    )
    certificats: ReglagesCertificats = Field(
        default_factory=ReglagesCertificats, description="Certificates of the partners: see flux/reglages_certificats.py."
    )
    sante: ReglagesSante = Field(default_factory=ReglagesSante, description="Limits of `flux sante`: see flux/reglages_sante.py.")
    retention: ReglagesRetention = Field(
        default_factory=ReglagesRetention, description="How long what is stored stays: see flux/reglages_retention.py."
    )
    limites: Limites = Field(default_factory=Limites, description="Limits on what comes from outside: see flux/limites.py.")
    tranche_factures: int = Field(300, ge=1, le=5000, description="Invoices in one mapped task at most.")
    tranche_octets: int = Field(
        64 * 1024 * 1024, ge=1, description="Opened bytes in one mapped task at most, unless one file alone exceeds it."
    )
    tranches_max: int = Field(
        1000,
        ge=1,
        le=1024,
        description="Mapped tasks of one run at most (Airflow's max_map_length is 1024): beyond it tasks share batches, lots wait.",
    )
    lot_flux: int = Field(50, ge=1, description="Small flows of one partner taken together in one integration run, at most.")
    lot_octets: int = Field(8 * 1024 * 1024, ge=1, description="A flow above this size (bytes, as received) has a run of its own.")
    numero_libere_par: frozenset[str] = Field(
        LIBERE_PAR,
        description="States (JSON list) that free the number of an invoice: another one may then bear it. Asked when an invoice is stored.",
    )
    unicite_par_siren: bool = Field(
        True,
        description="Two establishments (SIRET) of one company (SIREN) share one numbering of invoices, as BR-FR-CO-02 has it. false: each "
        "establishment numbers apart. Asked when an invoice is stored.",
    )
    scheduler_seul: bool = Field(
        False,
        description="No two Airflow schedulers run under one host name: one that starts takes those of its host that the metadata database "
        "calls running for dead, and their tasks for its own, at once instead of after `scheduler_health_check_threshold` (30 s).",
    )
    bloque_apres: dict[str, Secondes] = Field(
        default_factory=dict,
        description="Seconds after which something is stuck, by state (JSON): recu, ouvert, traite (a flow), a_emettre (an answer in the "
        "outbox). Those left out: 900, 3600, 900, 900.",
    )
    reprise_apres: Secondes = Field(
        7200,
        ge=0,
        description="Seconds after which a run that gave no answer is taken for dead: its flow, deposited again, gets another run.",
    )
    pj_reference_stricte: bool = Field(
        False,
        description="Ask every document reference without content or location to be an attachment declared by the supplier; "
        "otherwise only those that have a file name or Chorus Pro's attachment type.",
    )

    @field_validator("metriques_adresse")
    @classmethod
    def _port(cls, value: str) -> str:
        """Refuse a port that does not exist."""
        if int(value.rpartition(":")[2]) > 65535:
            raise ValueError("a port is 65535 at most")
        return value

    @field_validator("codes_cpp", "codes_cdar")
    @classmethod
    def _codes_connus(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        """Refuse a status or a code that does not exist."""
        admis = STATUTS_CDAR.keys() if info.field_name == "codes_cdar" else {f"{code:02d}" for code in range(1, 42)}
        wrong = [f"{one}={code}" for one, code in value.items() if one not in STATUTS_FACTURE or (code and code not in admis)]
        if wrong:
            raise ValueError(f"no such status or code: {', '.join(wrong)}")
        return value

    @field_validator("bloque_apres")
    @classmethod
    def _etats_bloquants(cls, value: dict[str, int]) -> dict[str, int]:
        """Refuse a state that cannot last, and a delay that is none."""
        wrong = [etat for etat, seconds in value.items() if etat not in ("recu", "ouvert", "traite", "a_emettre") or seconds < 0]
        if wrong:
            raise ValueError(f"no such state, or a negative delay: {', '.join(wrong)}")
        return value

    @field_validator("numero_libere_par")
    @classmethod
    def _etats_qui_liberent(cls, value: frozenset[str]) -> frozenset[str]:
        """Refuse a state that does not exist, and that of an invoice just accepted, without which nothing would be unique."""
        unknown = value - (STATUTS_FACTURE.keys() - {"DEPOSEE"})
        if unknown:
            raise ValueError(f"states that cannot free a number: {', '.join(sorted(unknown))}")
        return value


@lru_cache(maxsize=1)
def reglages() -> Reglages:
    """Return the settings of this process, read once.

    :raises ErreurConfiguration: a setting that cannot be used. It is named; its value, perhaps a password, is not. Facts: ``settings``.
    """
    try:
        return Reglages()
    except ValidationError as error:
        found = {f"FLUX_{'__'.join(map(str, one['loc'])).upper()}": one["msg"] for one in error.errors(include_input=False)}
    except SettingsError as error:  # JSON that cannot be read
        found = _json_attendu(os.environ) or {"FLUX_…": str(error).splitlines()[0]}
    told = "; ".join(f"{name}: {what}" for name, what in found.items())
    raise ErreurConfiguration(f"réglages inutilisables / unusable settings: {told}", settings=sorted(found))


def variables(modele: type[BaseModel] = Reglages, debut: str = "FLUX_") -> dict[str, object]:
    """Return every environment variable that is a setting, nested ones too, with its type."""
    found: dict[str, object] = {}
    for nom, champ in modele.model_fields.items():
        found[debut + nom.upper()] = champ.annotation
        if _est_un_groupe(champ.annotation):
            found |= variables(champ.annotation, f"{debut}{nom.upper()}__")
    return found


def presque(noms: Iterable[str]) -> dict[str, str]:
    """Return the environment variables that are no setting and look like one, with that one: a slip leaves the default in force.

    :param noms: those of the environment. Others that begin with ``FLUX_`` may be another program's.
    """
    connues = variables()
    ouvertes = tuple(f"{one}__" for one in connues)  # an item of a table of ours: any key
    douteuses = (one for one in noms if one.startswith("FLUX_") and one not in connues and not one.startswith(ouvertes))
    return {one: found[0] for one in douteuses if (found := get_close_matches(one, connues, 1, 0.85))}


def _est_un_groupe(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _json_attendu(environ: Mapping[str, str]) -> dict[str, str]:
    """Return, by variable, what is wanted of those whose JSON cannot be read: the library names their group alone."""
    found = {}
    for nom, annotation in variables().items():
        liste = get_origin(annotation) in (list, tuple, frozenset)
        if nom not in environ or not (liste or get_origin(annotation) is dict or _est_un_groupe(annotation)):
            continue
        try:
            json.loads(environ[nom])
        except ValueError:
            exemple = f"""{nom}='["un", "deux"]'""" if liste else f"""{nom}='{{"clé": "valeur"}}'"""
            found[nom] = f"du JSON est attendu, par exemple {exemple} / JSON is wanted, for example {exemple}"
    return found
