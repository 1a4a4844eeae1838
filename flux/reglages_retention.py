"""The settings on how long what is kept stays. Prefix ``FLUX_RETENTION__``; days, unless said otherwise.

No public text of Chorus Pro's EDI chain says how long a platform keeps what it received: the defaults are the longest term
that French accounting law asks of the parties, and an operator sets its own.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from flux.durees import Jours

#: Ten years and the leap days in them.
DIX_ANS = 3653


class ReglagesRetention(BaseModel):
    """How long each class of stored things stays, once nothing needs it any more."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    originaux: Jours = Field(
        DIX_ANS,
        ge=1,
        description="Days that an original stays after its reception (ten years: accounting documents, code de commerce L123-22; inferred, "
        "no public text of the EDI chain gives it).",
    )
    reponses: Jours = Field(
        DIX_ANS,
        ge=1,
        description="Days that the bytes of an outgoing file stay after it left; then it cannot be sent again, and its flow, deposited "
        "again, is refused as a name used (ENV-07). Inferred, as for `originaux`.",
    )
    tranches: Jours = Field(
        7,
        ge=0,
        description="Days that the opened batches of a flow stay after its answer, once none of its invoices lives any more (house).",
    )
    orphelins: Jours = Field(
        30,
        ge=1,
        description="Days that what no row of the ledger names waits in the store's `corbeille` before it is removed (house); it comes "
        "back from there when a row needs it.",
    )
    airflow: Jours = Field(
        90, ge=1, description="Days that Airflow's own history stays (runs, task instances, XCom, its audit log): house, nothing needs it."
    )
    airflow_base: SecretStr | None = Field(
        None,
        description="Address of Airflow's metadata database, as in `AIRFLOW__DATABASE__SQL_ALCHEMY_CONN`, for the DAG `entretien` to "
        "clean it; unset, that task is skipped. Tasks of Airflow 3 are kept from that database: who does not want them to know it runs "
        "`flux entretien --airflow` where the scheduler runs instead.",
    )
