"""Steps on certificates: take one deposited as a file, then what the DAG ``certificats`` does. Each returns a report for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import structlog

from flux.contexte import Contexte
from flux.etapes.cadence import etape
from flux.registre.valeurs import Partenaire
from raccordement.certificats import depot_fichier, rapport
from raccordement.certificats.autorites import listes
from raccordement.certificats.courriel import facteur_smtp
from raccordement.certificats.http import client_http
from raccordement.certificats.montage import politique, service, verificateur
from raccordement.certificats.preavis import Poste
from raccordement.certificats.quotidien import juger_tout, prevenir, rafraichir
from raccordement.certificats.registre import attend_un_jugement
from raccordement.certificats.renouvellement import PAR_FICHIER
from raccordement.certificats.verdict import Verificateur
from raccordement.historique import Geste

_journal = structlog.get_logger(__name__)


def recevoir_certificat(contexte: Contexte, partner: Partenaire, nom: str, jeton: str, morceaux: Iterable[bytes]) -> None:
    """Take a certificate deposited as a file: nobody on the network is asked here, flows behind it do not wait.

    :param jeton: the claim's token. :raises ErreurRegistre: :raises ErreurTransport: it will be taken at the next run.
    """
    now = contexte.horloge()
    decision = depot_fichier.recevoir(
        contexte.engine, _juge(contexte), contexte.entrepot, partner, nom, jeton, morceaux, Geste(PAR_FICHIER, now)
    )
    _journal.info("certificat_depose", partenaire=partner.code_application, nom=nom, decision=decision.value)


def certificat_attend(contexte: Contexte) -> bool:
    """Return whether a certificate deposited as a file waits for the DAG ``certificats``."""
    return attend_un_jugement(contexte.engine, PAR_FICHIER)


@etape("juger")
def juger_certificats(contexte: Contexte) -> str:
    """Judge what is in force and what waits; return the report.

    :raises ErreurConfiguration: the authorities' folder cannot be used. :raises ErreurRegistre: :raises ErreurTransport: try again.
    """
    bascule = contexte.reglages.certificats.bascule_automatique
    now = contexte.horloge()
    return rapport.rapport_certificats(juger_tout(contexte.engine, _juge(contexte), _poste(contexte), now, bascule=bascule), now)


def prevenir_partenaires(contexte: Contexte) -> str:
    """Send the notices that are due; return the report."""
    return rapport.rapport_envois(prevenir(contexte.engine, politique(contexte.reglages.certificats), _poste(contexte), contexte.horloge()))


def rafraichir_listes(contexte: Contexte) -> str:
    """Fetch the trusted lists of the settings; return the report."""
    cert, now = contexte.reglages.certificats, contexte.horloge()
    faits = rafraichir(contexte.engine, client_http(None, cert.mandataire), cert.listes, now, cert.reseau_delai)
    return rapport.rapport_listes(faits, listes(contexte.engine), now)


def sante_verification(contexte: Contexte) -> str:
    """Ask every address of the verification service whether it is ready; return the report."""
    found = service(contexte.reglages.certificats, contexte.engine, contexte.horloge)
    return rapport.rapport_sante(() if found is None else found.sante())


#: The steps of the DAG ``certificats``, in order, by the name of their task.
ETAPES_CERTIFICATS: Mapping[str, Callable[[Contexte], str]] = {
    "listes": rafraichir_listes,
    "sante": sante_verification,
    "juger": juger_certificats,
    "prevenir": prevenir_partenaires,
}


def joindre_rapports(parties: Iterable[str]) -> str:
    """Return one report of several, and write it to the log, for people who read there."""
    entier = "\n\n".join(parties)
    _journal.info("rapport_certificats", rapport=entier)
    return entier


def _juge(contexte: Contexte) -> Verificateur:
    return verificateur(contexte.reglages, contexte.engine, contexte.horloge)


def _poste(contexte: Contexte) -> Poste:
    cert = contexte.reglages.certificats
    return Poste(contexte.entrepot, facteur_smtp(cert), cert.expediteur)
