"""The settings on certificates, their verification and the notices about them. Prefix ``FLUX_CERTIFICATS__``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from flux.adresse_secrete import AdresseSecrete, masquer
from flux.durees import Delai, Jours, Secondes


def _sans_secret(adresse: str) -> str:
    """Refuse an address that bears a password: verdicts and reports quote the addresses that were asked."""
    if masquer(adresse) != adresse:
        raise ValueError("an address that reports quote bears no password and no key: write it without")
    return adresse


class ListeSuivie(BaseModel):
    """A trusted list to keep up to date. :ivar adresse: where it is. :ivar signataires: PEM file of the certificates that may sign it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    adresse: str = Field(pattern=r"^https?://\S+$")
    signataires: Path

    _sans_secret = field_validator("adresse")(_sans_secret)


class ReglagesCertificats(BaseModel):
    """What is wanted of a certificate, whom to ask about it, how partners are told."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    autorites: Path | None = Field(
        None,
        description="Folder of the accepted authorities (.pem, .crt, .cer; PEM or DER); one that is named must exist; none is "
        "`dossier`/autorites, which may be absent.",
    )
    listes: tuple[ListeSuivie, ...] = Field(
        (), description="Trusted lists kept up to date (JSON list of `adresse` and `signataires`, a PEM file of whom may sign)."
    )
    rsa_min: int = Field(2048, ge=1024, description="Bits of an RSA key at least (RGS V2, annexe B1).")
    politiques: frozenset[str] = Field(
        frozenset(),
        description="Policy OIDs (JSON list), one of which a certificate must bear; none asks for none.",
    )
    sujet_exige: bool = Field(True, description="The subject must name the SIREN or SIRET of the record.")
    si_inconnu: Literal["accepter", "retenir"] = Field(
        "accepter", description="When nobody says whether a certificate is revoked: accept and ask again, or hold until an answer."
    )
    reverifier_apres: Secondes = Field(4 * 3600, ge=60, description="Seconds after which an unknown revocation is asked again.")
    recouvrement_jours: int = Field(30, ge=0, le=366, description="Days that the old certificate stays good after a switch to the new one.")
    bascule_automatique: bool = Field(
        True,
        description="A certificate deposited in `in` and accepted is put in force at once; otherwise `basculer` does it.",
    )
    preavis_jours: tuple[Jours, ...] = Field(
        (90, 60, 30, 15, 7, 1), description="Days before the end of a certificate at which its partner is told (JSON list)."
    )
    reseau_delai: Delai = Field(5.0, description="Seconds that one OCSP or CRL address has to answer.")
    reseaux_prives: bool = Field(
        False, description="Ask OCSP and CRL addresses on private networks too; they come from certificates, so this is off."
    )
    mandataire: AdresseSecrete | None = Field(None, description="URL of the outgoing HTTP proxy; the environment's own is not read.")
    service: tuple[str, ...] = Field(
        (), description="Addresses of the verification service, in order of preference (JSON list); none: local verification alone."
    )
    service_delai: Delai = Field(5.0, description="Seconds that one address of the verification service has to answer.")
    service_ac: Path | None = Field(
        None, description="PEM file of the authorities that the service's TLS certificate must come from; none: the system's."
    )
    smtp_serveur: str | None = Field(None, description="SMTP server of the notices; none: notices leave by file only.")
    smtp_port: int = Field(25, ge=1, le=65535, description="Its port.")
    smtp_securite: Literal["aucune", "starttls", "tls"] = Field("starttls", description="How its connection is protected.")
    smtp_ac: Path | None = Field(
        None, description="PEM file of the authorities that its TLS certificate must come from; none: the system's."
    )
    smtp_utilisateur: str | None = Field(None, description="Its account, when it wants one.")
    smtp_mot_de_passe: SecretStr | None = Field(None, description="Its password.")
    smtp_delai: Delai = Field(10.0, description="Seconds that it has to answer.")
    expediteur: str = Field("plateforme@exemple.invalid", description="Address that notices come from.")

    @field_validator("service")
    @classmethod
    def _services_sans_secret(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_sans_secret, value))
