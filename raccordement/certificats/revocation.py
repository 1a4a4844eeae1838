"""Is a certificate revoked? Three answers: good, revoked, unknown. Silence, delay or a stale list is unknown, never revoked.

Every certificate of the path is asked for, the anchor apart. pyhanko-certvalidator judges in its mode ``require`` (its ``hard-fail``
passes a certificate that declares no source); lists in the usual shape are looked up in our index first (:mod:`.crl`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import bootstrap_validation_data_handlers
from pyhanko_certvalidator.errors import PathBuildingError, RevokedError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NonRevokedStatusAssertion
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer
from pyhanko_certvalidator.validate import async_validate_path

from flux.modele.anomalie import citer
from raccordement.certificats.chaine import Chemin
from raccordement.certificats.controles import en_jour
from raccordement.certificats.crl import ListeRevocation
from raccordement.certificats.http import EchecHttp
from raccordement.certificats.noms import nom_lisible
from raccordement.certificats.resultats import Controle, Ligne, echoue, inconnu, reussi, sans_objet
from raccordement.certificats.sources import ReponseOcsp, Sources, adresses_crl, adresses_ocsp


class Etat(StrEnum):
    """What is known of a certificate's revocation."""

    BON = "bon"
    REVOQUE = "revoque"
    INCONNU = "inconnu"


@dataclass(frozen=True, slots=True)
class Reponse:
    """What is known of one certificate.

    :ivar source: ``OCSP``, ``CRL`` or both asked in vain, with addresses. :ivar revoque_le: when it was revoked (UTC).
    :ivar pannes: addresses that did not answer. :ivar cause: English sentence of the validator when unknown.
    """

    certificat: str
    etat: Etat
    source: str
    revoque_le: datetime | None = None
    pannes: tuple[EchecHttp, ...] = ()
    cause: str = ""


def combiner(etats: Iterable[Etat]) -> Etat:
    """Return what is known of a path: revoked when one certificate is; else unknown when one is; else good."""
    found = set(etats)
    if Etat.REVOQUE in found:
        return Etat.REVOQUE
    return Etat.BON if found == {Etat.BON} else Etat.INCONNU


def interroger(chemin: Chemin, sources: Sources, le: datetime) -> tuple[Reponse, ...]:
    """Ask for every certificate of the path, the anchor apart; the partner's own first."""
    couples = zip(chemin.certificats[:-1], chemin.certificats[1:], strict=True)
    return tuple(_interroger(chemin, rang, un, emetteur, sources, le) for rang, (un, emetteur) in enumerate(couples))


def _interroger(
    chemin: Chemin, rang: int, certificat: x509.Certificate, emetteur: x509.Certificate, sources: Sources, le: datetime
) -> Reponse:
    """Ask OCSP, then the lists when OCSP did not settle it."""
    nom = citer(nom_lisible(certificat.subject))
    reponses, pannes = sources.ocsp(certificat, emetteur)
    if reponses:
        juge = _juger(chemin, rang, le, reponses, ())
        if juge.etat is not Etat.INCONNU:
            return Reponse(nom, juge.etat, f"OCSP {reponses[0].adresse}", juge.revoque_le)
    listes, autres = sources.crl(certificat)
    pannes += autres
    source = "CRL " + ", ".join(adresses_crl(certificat) or ("locale",))
    for une in listes:
        trouve = une.etat(certificat, emetteur, le)
        if isinstance(trouve, datetime):
            return Reponse(nom, Etat.REVOQUE, source, trouve)
        if trouve is True:
            return Reponse(nom, Etat.BON, source)
    demandees = (*adresses_ocsp(certificat), *adresses_crl(certificat))
    if not reponses and not listes:
        cause = "no address answered" if demandees else "the certificate declares neither OCSP nor CRL"
        return Reponse(nom, Etat.INCONNU, ", ".join(demandees), None, tuple(pannes), cause)
    juge = _juger(chemin, rang, le, reponses, listes)
    source = source if listes else f"OCSP {reponses[0].adresse}"
    return Reponse(nom, juge.etat, source, juge.revoque_le, tuple(pannes), juge.cause)


@dataclass(frozen=True, slots=True)
class _Jugement:
    etat: Etat
    revoque_le: datetime | None = None
    cause: str = ""


def _juger(chemin: Chemin, rang: int, le: datetime, reponses: Iterable[ReponseOcsp], listes: Iterable[ListeRevocation]) -> _Jugement:
    """Let pyhanko-certvalidator judge one certificate: the path cut below it, the authorities above taken as not revoked.

    The path is cut because an assertion on its last certificate makes the validator skip revocation for all of it.
    """
    bruts: list[asn1.Certificate] = list(chemin.brut.iter_certs(include_root=False))  # from below the anchor down
    bruts = bruts[: len(bruts) - rang]
    coupe = ValidationPath(chemin.brut.trust_anchor, bruts[:-1], bruts[-1])
    crls = [CRLContainer(une.brute) for une in listes]
    ocsps = [one for reponse in reponses for one in OCSPContainer.load_multi(reponse.brute)]
    handlers = bootstrap_validation_data_handlers(
        fetchers=None, crls=crls, ocsps=ocsps, certs=bruts,
        nonrevoked_assertions=[NonRevokedStatusAssertion(one.sha256, le) for one in bruts[:-1]],
    )  # fmt: skip
    contexte = ValidationContext(
        trust_manager=SimpleTrustManager.build(trust_roots=[next(iter(chemin.brut.iter_certs(include_root=True)))]),
        moment=le, revocation_mode="require", revinfo_manager=handlers.revinfo_manager, certificate_registry=handlers.cert_registry,
    )  # fmt: skip
    try:
        asyncio.run(async_validate_path(contexte, coupe))
    except RevokedError as error:
        return _Jugement(Etat.REVOQUE, error.revocation_dt)
    except (ValidationError, PathBuildingError, ValueError, TypeError, KeyError, NotImplementedError) as error:
        return _Jugement(Etat.INCONNU, cause=" ".join(str(error).split()))
    return _Jugement(Etat.BON)


def ligne_revocation(reponses: tuple[Reponse, ...]) -> Ligne:
    """Return the line of the table for a path."""
    if not reponses:
        return sans_objet(Controle.REVOCATION, "C'est une autorité acceptée.", "It is itself an accepted authority.", "RFC 5280, 6.3")
    detail = [
        {"certificat": one.certificat, "etat": one.etat.value, "source": one.source, "cause": one.cause,
         "revoque_le": None if one.revoque_le is None else one.revoque_le.isoformat(), "pannes": [p.en for p in one.pannes]}
        for one in reponses
    ]  # fmt: skip
    etat = combiner(one.etat for one in reponses)
    source = " ; ".join(dict.fromkeys(one.source for one in reponses if one.source)) or "RFC 5280, 6.3"
    if etat is Etat.REVOQUE:
        un = next(one for one in reponses if one.etat is Etat.REVOQUE)
        quand = "" if un.revoque_le is None else en_jour(un.revoque_le)
        return echoue(
            Controle.REVOCATION,
            f"« {un.certificat} » est révoqué depuis le {quand} : demandez un nouveau certificat à votre autorité.",
            f"“{un.certificat}” has been revoked since {quand} (Paris): ask your authority for a new certificate.",
            source, certificats=detail,
        )  # fmt: skip
    if etat is Etat.INCONNU:
        muets = [one for one in reponses if one.etat is Etat.INCONNU]
        fr = " ; ".join(_pourquoi(one, fr=True) for one in muets)
        en = "; ".join(_pourquoi(one, fr=False) for one in muets)
        return inconnu(
            Controle.REVOCATION,
            f"Personne ne dit si le certificat est révoqué : {fr}. Rien à faire de votre côté, la question sera reposée.",
            f"Nobody says whether the certificate is revoked: {en}. Nothing to do on your side, it will be asked again.",
            source, certificats=detail,
        )  # fmt: skip
    return reussi(
        Controle.REVOCATION,
        "Non révoqué, pas plus que les autorités au-dessus de lui." if len(reponses) > 1 else "Non révoqué.",
        "Not revoked, nor are the authorities above it." if len(reponses) > 1 else "Not revoked.",
        source, certificats=detail,
    )  # fmt: skip


def _pourquoi(reponse: Reponse, *, fr: bool) -> str:
    causes = [one.fr if fr else one.en for one in reponse.pannes]
    if not causes and not reponse.source:
        causes = ["il n'indique ni OCSP ni CRL" if fr else "it declares neither OCSP nor CRL"]
    if not causes:
        causes = ["les réponses reçues ne valent pas pour cette date ou ne sont pas signées comme il faut" if fr else reponse.cause]
    return f"« {reponse.certificat} » : {', '.join(causes)}" if fr else f"“{reponse.certificat}”: {', '.join(causes)}"
