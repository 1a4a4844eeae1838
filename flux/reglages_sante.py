"""The limits of ``flux sante``: what turns a line red. Prefix ``FLUX_SANTE__``. A line is orange from half of its limit on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from flux.durees import Delai, Jours, Secondes

#: Steps that must keep running, and the seconds that each may stay silent unless a setting says otherwise: three turns of its DAG's clock,
#: two of those that run once an hour or once a day, and some minutes or two hours for the work itself. ``verdict`` has no clock: it is
#: waited for from the first lot launched that none followed.
SILENCES: Mapping[str, int] = {
    "recevoir": 900,
    "emettre": 900,
    "grouper": 900,
    "surveiller": 900,
    "entretenir": 7800,
    "juger": 7800,
    "purger": 7800,
    "sceller": 7800,
    "verdict": 7800,
    "bilan": 2 * 86400 + 7200,
}


class ReglagesSante(BaseModel):
    """What the health command allows, and how it reaches the SFTP server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    silences: dict[str, Secondes] = Field(
        default_factory=dict,
        description="Seconds that a step may go without a run that ended well (JSON). Those left out: recevoir, emettre, grouper and "
        "surveiller 900; entretenir, juger, purger, sceller and verdict (from a lot launched on) 7800; bilan 180000.",
    )
    reponse: Secondes = Field(7200, ge=1, description="Seconds that the oldest flow may wait for its answer.")
    place: int = Field(2 * 1024**3, ge=0, description="Bytes that must be free on a local staging store; orange below twice as many.")
    certificat: Jours = Field(7, ge=0, description="Days before the end of a record's last certificate; orange below twice as many.")
    sceau: Secondes = Field(7800, ge=1, description="Seconds after midnight (Paris) that the seal of the day before may still be missing.")
    transaction: Secondes = Field(
        300, ge=1, description="Seconds that a session of the ledger's server, of any of its databases, may stay idle within a transaction."
    )
    transaction_longue: Secondes = Field(
        6 * 3600,
        ge=1,
        description="The same for the platform's own transactions that wait for the store or for a partner's server (full balance, "
        "verification of the journal, replay, emission).",
    )
    traitement: Secondes = Field(
        900, ge=1, description="Seconds that a claimed file may stay in traitement. Looked at only with the account below."
    )
    ecart: Delai = Field(10.0, description="Seconds between this machine's clock and the database's.")
    sftp: str | None = Field(
        None,
        pattern=r"^sftp://[^@/:\s]+@[^@/:\s]+(:\d+)?/?$",
        description="Platform's account on its SFTP server, sftp://account@host:port. None: the line tells what reception saw.",
    )
    sftp_cle: Path | None = Field(None, description="File of that account's private key, without passphrase.")
    sftp_cle_hote: str | None = Field(None, description="Public key of that server, as in its .pub file: type and base64.")
    sftp_delai: Delai = Field(10.0, description="Seconds that the SFTP server has to answer.")

    @field_validator("sftp")
    @classmethod
    def _port(cls, value: str | None) -> str | None:
        """Refuse a port that does not exist."""
        if value is not None:
            _ = urlsplit(value).port  # it tells what is wrong with it
        return value

    @field_validator("silences")
    @classmethod
    def _etapes_connues(cls, value: dict[str, int]) -> dict[str, int]:
        """Refuse a step that does not beat, and a silence that is none."""
        wrong = [etape for etape, seconds in value.items() if etape not in SILENCES or seconds <= 0]
        if wrong:
            raise ValueError(f"no such step, or no delay: {', '.join(wrong)}")
        return value
