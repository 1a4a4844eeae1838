"""The connection record (*fiche de raccordement*): what is asked of a partner, checked field by field, to and from JSON.

Fields: general dossier of external specifications, p. 21 and 27-28 (application code, protocol, certificate, subscriptions in emission and
reception, network data, contacts, end date); application code of the form AAA999 (AIFE deck "Le mode EDI", 2017).
"""

from __future__ import annotations

import re
from datetime import date
from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from flux.errors import ErreurUsage
from flux.modele.raccordement import ETATS_OUVERTS, EtatFiche, Protocole, Sens
from flux.referentiel.interfaces import Environnement
from flux.referentiel.schemas_identifiants import siren_valide, siret_valide

_CODE_APPLICATION = r"^[A-Z]{3}[0-9]{3}$"
_DOSSIER = r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$"
_INTERFACE = r"^[A-Z]{3}[0-9]{4}[A-Z]$"
_COURRIEL = r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+$"


def _siren(value: str) -> str:
    if not siren_valide(value):
        raise ValueError("SIREN : neuf chiffres dont une clé juste / nine digits with a right key")
    return value


def _siret(value: str) -> str:
    if not siret_valide(value):
        raise ValueError("SIRET : quatorze chiffres dont une clé juste / fourteen digits with a right key")
    return value


def _reseau(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError as error:
        raise ValueError("adresse IP ou réseau attendu, par exemple 192.0.2.0/24 / an IP address or network is wanted") from error


class _Valeur(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


_Ligne = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Contact(_Valeur):
    """Whom to write to. :ivar role: ``technique`` gets the notices about certificates."""

    nom: _Ligne
    courriel: Annotated[str, Field(max_length=254, pattern=_COURRIEL)]
    telephone: Annotated[str, Field(pattern=r"^\+?[0-9 .()-]{4,30}$")] | None = None
    role: Literal["technique", "fonctionnel"] = "technique"


class Reseau(_Valeur):
    """Network data. :ivar adresses: IP addresses or networks it connects from; none: from anywhere. :ivar url: its AS/2 or AS/4 address.

    :ivar identifiant: its AS/2 or AS/4 party identifier.
    """

    adresses: tuple[Annotated[str, AfterValidator(_reseau)], ...] = ()
    url: Annotated[str, Field(max_length=500, pattern=r"^https://[^\s]+$")] | None = None
    identifiant: _Ligne | None = None


class Abonnement(_Valeur):
    """One interface in one direction, as the partner sees it (``emission``: it sends)."""

    interface: Annotated[str, Field(pattern=_INTERFACE)]
    sens: Sens


class Demande(_Valeur):
    """What a record says of its partner: all of it can be asked for and, but for the code and the folder, changed later.

    :ivar dossier: name of its SFTP folder and account; by default the code in small letters.
    :ivar fin: last day of exchanges, Europe/Paris.
    """

    code_application: Annotated[str, Field(pattern=_CODE_APPLICATION)]
    raison_sociale: _Ligne
    dossier: Annotated[str, Field(pattern=_DOSSIER)]
    siren: Annotated[str, AfterValidator(_siren)] | None = None
    siret: Annotated[str, AfterValidator(_siret)] | None = None
    protocole: Protocole = Protocole.SFTP
    reseau: Reseau = Reseau()
    contacts: tuple[Contact, ...] = ()
    fin: date | None = None
    abonnements: tuple[Abonnement, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _completer(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the JSON held
        """Fill what follows from the rest: the folder from the code, the SIREN from the SIRET."""
        if not isinstance(given, dict):
            return given
        given = dict(given)
        if isinstance(given.get("code_application"), str):
            given.setdefault("dossier", given["code_application"].lower())
        siret = given.get("siret")
        if isinstance(siret, str) and given.get("siren") is None and siret_valide(siret.strip()):
            given["siren"] = siret.strip()[:9]
        return given

    @model_validator(mode="after")
    def _accorder(self) -> Demande:
        if self.siret is not None and self.siren != self.siret[:9]:
            raise ValueError("le SIREN doit être le début du SIRET / the SIREN must be the beginning of the SIRET")
        if len(set(self.abonnements)) != len(self.abonnements):
            raise ValueError("un abonnement est donné deux fois / a subscription is given twice")
        return self


class Fiche(Demande):
    """A record as it stands.

    :ivar environnement: the furthest it is open in: ``production`` includes tests in qualification. It outlives a suspension.
    """

    environnement: Environnement = Environnement.QUALIFICATION
    etat: EtatFiche = EtatFiche.DEMANDE

    @property
    def ouverte(self) -> bool:
        """True when flows are exchanged."""
        return self.etat in ETATS_OUVERTS

    def abonnee(self, interface: str, sens: Sens) -> bool:
        """Return whether it subscribes to an interface in a direction."""
        return any((one.interface, one.sens) == (interface, sens) for one in self.abonnements)


def lire_demande(given: object) -> Demande:
    """Check what a person or a program gave as a record.

    :raises ErreurUsage: some field cannot be used; the sentence says each one and why. Facts: ``fautes``, list of (field, sentence).
    """
    try:
        return Demande.model_validate(given)
    except ValidationError as error:
        fautes = [(".".join(map(str, one["loc"])) or "fiche", _phrase(one)) for one in error.errors()]
        texte = " ; ".join(f"{champ} : {phrase}" for champ, phrase in fautes)
        raise ErreurUsage(f"la fiche ne peut pas être lue / the record cannot be used: {texte}", fautes=fautes) from error


_PHRASES = {
    "missing": "champ absent, à donner / missing, give it",
    "extra_forbidden": "champ inconnu, à retirer / unknown field, take it away",
    "string_pattern_mismatch": "forme attendue {pattern} / expected form {pattern}",
    "string_type": "texte attendu / text is wanted",
    "enum": "une de ces valeurs : {expected} / one of these values: {expected}",
    "literal_error": "une de ces valeurs : {expected} / one of these values: {expected}",
}

_FORMES = {
    _CODE_APPLICATION: "trois lettres majuscules et trois chiffres, par exemple ABC123 / three capital letters and three digits",
    _DOSSIER: "lettres, chiffres, « . », « _ » et « - » ; pas de point au début / letters, digits, “.”, “_” and “-”; no dot first",
    _INTERFACE: "code d'interface de huit caractères, par exemple FSO1100A / an interface code of eight characters",
    _COURRIEL: "adresse de courriel attendue / an e-mail address is wanted",
}


def _phrase(error: Any) -> str:  # noqa: ANN401 - pydantic's own dictionary
    if error["type"] == "value_error":
        return re.sub(r"^Value error, ", "", error["msg"])
    facts = error.get("ctx", {})
    model = _FORMES.get(facts.get("pattern")) or _PHRASES.get(error["type"])
    return str(error["msg"]) if model is None else model.format_map(facts)
