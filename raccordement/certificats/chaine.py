"""The path from a certificate to an accepted authority, by RFC 5280: names, constraints, signatures, dates of every link.

pyhanko-certvalidator builds and validates paths; key sizes and hash algorithms are judged apart (:mod:`.controles`), revocation too
(:mod:`.revocation`), so that one fault gives one failed line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, PathBuildingError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.validate import async_validate_path

from raccordement.certificats.lacunes import Lacune, Manque, chercher
from raccordement.certificats.lecture import Lecture
from raccordement.certificats.noms import nom_lisible

#: Paths tried at most: cross-signed authorities make several, a hostile bag could make very many (house).
CHEMINS_MAX = 16
#: What the validator lets out on what it cannot read or does not know (constraints on IP addresses, say): no path, then.
_MALFORME = (ValueError, TypeError, KeyError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Ancre:
    """An accepted authority. :ivar source: who says so: a file of ``certs/``, a trusted list and its number."""

    certificat: x509.Certificate
    source: str


@dataclass(frozen=True, slots=True)
class Chemin:
    """A path that holds, its dates apart.

    :ivar certificats: from the partner's certificate up, the anchor last. :ivar ancre: the accepted authority.
    :ivar brut: the same as pyhanko-certvalidator has it, for the revocation check.
    """

    certificats: tuple[x509.Certificate, ...]
    ancre: Ancre
    brut: ValidationPath


@dataclass(frozen=True, slots=True)
class SansChemin:
    """No path holds. :ivar cause: English sentence of the validator. :ivar manque: what the chain lacks, where that is the cause."""

    cause: str
    manque: Manque | None = None


def en_asn1(certificat: x509.Certificate) -> asn1.Certificate:
    """Return the same certificate for pyhanko-certvalidator."""
    return asn1.Certificate.load(certificat.public_bytes(Encoding.DER))


@lru_cache(maxsize=8)
def _confiance(ancres: tuple[bytes, ...]) -> SimpleTrustManager:
    """Parse a set of anchors once: a trusted list holds hundreds."""
    return SimpleTrustManager.build(trust_roots=[asn1.Certificate.load(one) for one in ancres])


def etablir_chemin(lecture: Lecture, ancres: Iterable[Ancre], le: datetime) -> Chemin | SansChemin:
    """Return the path that holds at ``le``, else one whose only fault is its dates, else why there is none.

    :param le: aware time. :param ancres: the accepted authorities.
    """
    par_octets = {one.certificat.public_bytes(Encoding.DER): one for one in ancres}
    if not par_octets:
        sujet, emetteur = nom_lisible(lecture.feuille.subject), nom_lisible(lecture.feuille.issuer)
        return SansChemin("no authority is accepted yet", Manque(Lacune.AUCUNE_AUTORITE, sujet, emetteur))
    try:
        return asyncio.run(_etablir(lecture, par_octets, le))
    except _MALFORME as error:  # a certificate cryptography reads and asn1crypto does not
        return SansChemin(f"a certificate of the chain cannot be read: {error}")


async def _etablir(lecture: Lecture, ancres: dict[bytes, Ancre], le: datetime) -> Chemin | SansChemin:
    contexte = ValidationContext(
        trust_manager=_confiance(tuple(ancres)),
        other_certs=[en_asn1(one) for one in lecture.chaine],
        moment=le,
        revocation_mode="soft-fail",
        crls=[],
        ocsps=[],
        algorithm_usage_policy=AcceptAllAlgorithms(),
    )
    hors_dates: Chemin | None = None
    refus: Exception | None = None
    chemins = contexte.path_builder.async_build_paths_lazy(en_asn1(lecture.feuille))
    essais = 0
    try:
        async for brut in chemins:
            essais += 1
            try:
                await async_validate_path(contexte, brut)
                return _chemin(brut, ancres)
            except (ExpiredError, NotYetValidError):
                hors_dates = hors_dates or await _sauf_dates(brut, ancres)
            except (ValidationError, *_MALFORME) as error:
                refus = error
            if essais >= CHEMINS_MAX:
                break
    except PathBuildingError as error:
        refus = refus or error
    finally:
        await chemins.cancel()  # type: ignore[no-untyped-call]
    if hors_dates is not None:
        return hors_dates
    manque = chercher(lecture) if refus is None or isinstance(refus, PathBuildingError) else None
    return SansChemin(" ".join(str(refus or "no path").split()), manque)


async def _sauf_dates(brut: ValidationPath, ancres: dict[bytes, Ancre]) -> Chemin | None:
    """Return the path when it holds at some moment when all its certificates are valid, or were, each on its own dates.

    The line on dates then says what is wrong; validating at the end of the shortest validity tells a bad chain from an old one.
    """
    certificats = [x509.load_der_x509_certificate(one.dump()) for one in brut.iter_certs(include_root=True)]
    commun = min(one.not_valid_after_utc for one in certificats)
    if any(one.not_valid_before_utc > commun for one in certificats):
        return None
    contexte = ValidationContext(
        trust_manager=_confiance(tuple(ancres)), moment=commun, crls=[], ocsps=[], algorithm_usage_policy=AcceptAllAlgorithms(),
        other_certs=list(brut.iter_certs(include_root=False)),
    )  # fmt: skip
    try:
        await async_validate_path(contexte, brut)
    except ValidationError:
        return None
    return _chemin(brut, ancres)


def _chemin(brut: ValidationPath, ancres: dict[bytes, Ancre]) -> Chemin:
    octets = [one.dump() for one in brut.iter_certs(include_root=True)]  # from the anchor down
    certificats = tuple(x509.load_der_x509_certificate(one) for one in reversed(octets))
    return Chemin(certificats, ancres[octets[0]], brut)
