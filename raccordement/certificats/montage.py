"""Puts the judge of certificates together from the settings, the ledger and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import Engine

from flux.config import Reglages
from flux.reglages_certificats import ReglagesCertificats
from raccordement.certificats.autorites import ancres
from raccordement.certificats.dossier import exiger_dossier
from raccordement.certificats.http import Bornes, client_http, demander, exiger_publique
from raccordement.certificats.politique import PolitiqueCertificats, SiInconnu
from raccordement.certificats.registre import EtatsRegistre
from raccordement.certificats.service import ServiceVerification
from raccordement.certificats.sources import Recuperateur, Sources
from raccordement.certificats.verdict import Verificateur

_SERVICE_TAILLE = 64 * 1024


def dossier_autorites(reglages: Reglages) -> Path:
    """Return the folder of the accepted authorities: the one that the settings name, else ``autorites``, which may be absent.

    :raises ErreurConfiguration: the one that the settings name is no folder. Facts: ``path``, ``reglage``.
    """
    regle = reglages.certificats.autorites
    return reglages.dossier / "autorites" if regle is None else exiger_dossier(regle)


def politique(reglages: ReglagesCertificats) -> PolitiqueCertificats:
    """Return the policy that the settings describe."""
    return PolitiqueCertificats(
        rsa_min=reglages.rsa_min,
        politiques=reglages.politiques,
        si_inconnu=SiInconnu(reglages.si_inconnu),
        reverifier_apres=timedelta(seconds=reglages.reverifier_apres),
        recouvrement=timedelta(days=reglages.recouvrement_jours),
        preavis=tuple(sorted(set(reglages.preavis_jours), reverse=True)),
        sujet_exige=reglages.sujet_exige,
    )


def recuperateur(reglages: ReglagesCertificats, client: httpx.Client) -> Recuperateur:
    """Return what fetches OCSP answers and CRLs: bounded, and from the public network only unless a setting says otherwise."""
    bornes = Bornes(delai=reglages.reseau_delai)

    def recuperer(adresse: str, corps: bytes | None, type_: str) -> bytes:
        if not reglages.reseaux_prives:
            exiger_publique(adresse)
        return demander(client, adresse, bornes, corps=corps, type_=type_)

    return recuperer


def service(reglages: ReglagesCertificats, engine: Engine, horloge: Callable[[], datetime]) -> ServiceVerification | None:
    """Return the verification service, or ``None`` when no address is set.

    :raises ErreurConfiguration: the file of its authorities cannot be read.
    """
    if not reglages.service:
        return None
    client = client_http(None if reglages.service_ac is None else str(reglages.service_ac), reglages.mandataire)
    bornes = Bornes(delai=reglages.service_delai, taille=_SERVICE_TAILLE)
    return ServiceVerification(reglages.service, client, EtatsRegistre(engine), horloge, bornes)


def verificateur(reglages: Reglages, engine: Engine, horloge: Callable[[], datetime]) -> Verificateur:
    """Return the judge of this platform. One for a whole run: its caches live as long as it does.

    :raises ErreurConfiguration: the folder of authorities holds something else. :raises ErreurRegistre: the ledger did not answer.
    """
    cert = reglages.certificats
    client = client_http(None, cert.mandataire)
    return Verificateur(
        ancres(engine, dossier_autorites(reglages)),
        politique(cert),
        Sources(recuperateur(cert, client), horloge),
        service(cert, engine, horloge),
    )
