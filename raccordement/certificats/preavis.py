"""Notices to partners: before the end of a certificate and when one is revoked, by mail and by a file in ``out/``, each once.

A unique row holds "once". A file enters the outbox in the same transaction as its row. A mail is sent inside the transaction of its row,
one for each contact: two processes cannot both send it, and one that cannot be sent leaves no row and is tried again at the next run,
without a word to the contacts that had theirs.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatCertificat
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.purges import tenir_l_empreinte
from flux.registre.sorties import deposer_sortie
from flux.registre.valeurs import Sortie
from flux.transport.entrepot import Entrepot, empreinte
from raccordement.certificats import textes
from raccordement.certificats.courriel import ErreurCourriel, Facteur, message
from raccordement.certificats.resultats import Decision
from raccordement.certificats_partenaire import CertificatPartenaire, certificats
from raccordement.fiche import Fiche

#: ``interface`` of an outgoing file that tells of a certificate.
INTERFACE = "CERT"
_journal = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Poste:
    """By which ways notices leave. :ivar facteur: ``None`` when no mail server is set. :ivar expediteur: address they come from."""

    entrepot: Entrepot
    facteur: Facteur | None
    expediteur: str


@dataclass(frozen=True, slots=True)
class Avis:
    """One thing to tell of a certificate. :ivar objet: what makes it once: days before the end, or ``revoque``."""

    certificat: CertificatPartenaire
    objet: str
    sujet: str
    texte: str


@dataclass(frozen=True, slots=True)
class Envoi:
    """What became of a notice by one way: the file, or the mail to one contact.

    :ivar parti: False when it had left before. :ivar panne: why it could not leave.
    """

    code: str
    objet: str
    voie: str
    parti: bool
    panne: str | None = None


def echeance(fin: datetime, le: datetime, jours: Iterable[int]) -> int | None:
    """Return the nearest threshold that is reached, in days before ``fin``; ``None`` before the first one and after the end.

    A certificate deposited twenty days before its end gets the notice of 30 days, not those of 90 and 60 as well.
    """
    reste = math.ceil((fin - le).total_seconds() / 86_400)
    return min((one for one in jours if reste <= one), default=None) if reste > 0 else None


def avis_d_echeance(source: Connection | Engine, partenaire_id: int, fiche: Fiche, le: datetime, jours: Iterable[int]) -> Avis | None:
    """Return the notice that is due to a partner, ``None`` when none is: of the certificate in force that ends last."""
    valides = [one for one in certificats(source, partenaire_id) if one.etat is EtatCertificat.EN_VIGUEUR and one.en_vigueur_au(le)]
    if not valides or not fiche.ouverte:
        return None
    dernier = max(valides, key=lambda one: one.not_after)
    seuil = echeance(dernier.not_after, le, jours)
    if seuil is None:
        return None
    sujet, texte = textes.preavis(fiche.code_application, dernier, seuil)
    return Avis(dernier, str(seuil), sujet, texte)


def envoyer(engine: Engine, poste: Poste, fiche: Fiche, avis: Avis, le: datetime) -> list[Envoi]:
    """Tell a partner by every way there is. A mail that cannot leave holds back neither the file nor the mail of another contact.

    :raises ErreurTransport: the staging store refused. :raises ErreurRegistre: the ledger did not answer.
    """
    faits = [_par_fichier(engine, poste, fiche, avis, le)]
    destinataires = sorted({one.courriel for one in fiche.contacts if one.role == "technique"} or {one.courriel for one in fiche.contacts})
    if poste.facteur is not None:
        faits += [_par_courriel(engine, poste, poste.facteur, fiche, avis, le, one) for one in destinataires]
    return faits


def _par_fichier(engine: Engine, poste: Poste, fiche: Fiche, avis: Avis, le: datetime) -> Envoi:
    nom = f"CERT_{fiche.code_application}_{avis.certificat.empreinte[:16]}_{_lisible(avis.objet)}.txt"
    with transaction(engine, "preavis_fichier") as conn:
        parti = _premiere_fois(conn, avis, avis.objet, "fichier", le)
        if parti:
            deposer_texte(conn, poste.entrepot, avis.certificat.partenaire_id, nom, f"{avis.sujet}\n\n{avis.texte}", le)
    return Envoi(fiche.code_application, avis.objet, "fichier", parti)


def nom_de_reponse(code: str, empreinte: str, jeton: str | None, decision: Decision) -> str:
    """Return the name of the answer to a deposit by file. :param jeton: ``None`` for one from before the history kept them."""
    return "_".join(["CERT", code, empreinte[:16], *([] if jeton is None else [jeton]), f"{decision.value}.txt"])


def deposer_texte(conn: Connection, entrepot: Entrepot, partenaire_id: int, nom: str, texte: str, le: datetime) -> bool:
    """Put a text into the outbox; False, and the staging store keeps nothing, when a file of that name is or was there."""
    octets = [texte.encode("utf-8")]
    sera = empreinte(octets)
    tenir_l_empreinte(conn, sera.sha256)  # no purge takes the bytes between their deposit and the commit
    libre = deposer_sortie(conn, partenaire_id, Sortie(INTERFACE, nom, sera.sha256, sera.taille, sera.cle), le)
    if libre:
        entrepot.deposer(octets)
    return libre


def _par_courriel(engine: Engine, poste: Poste, facteur: Facteur, fiche: Fiche, avis: Avis, le: datetime, destinataire: str) -> Envoi:
    qui = hashlib.sha256(destinataire.encode()).hexdigest()[:16]
    identifiant = f"certificat-{avis.certificat.empreinte[:24]}-{avis.objet}-{qui}"
    try:
        courriel = message(poste.expediteur, destinataire, avis.sujet, avis.texte, identifiant, le)
        with transaction(engine, "preavis_courriel") as conn:
            parti = not _dit_a_tous(conn, avis) and _premiere_fois(conn, avis, f"{avis.objet} {qui}", "courriel", le)
            if parti:
                facteur([courriel])
    except (ErreurCourriel, ErreurUsage) as error:
        _journal.warning("preavis_non_envoye", partenaire=fiche.code_application, objet=avis.objet, cause=str(error))
        return Envoi(fiche.code_application, avis.objet, "courriel", parti=False, panne=str(error))
    return Envoi(fiche.code_application, avis.objet, "courriel", parti)


def _dit_a_tous(conn: Connection, avis: Avis) -> bool:
    """Return whether the ledger says that every contact had its mail, with one mark for all: so it was before each had its own."""
    c = t.preavis.c
    requete = select(c.le).where(c.certificat_id == avis.certificat.id, c.objet == avis.objet, c.voie == "courriel")
    return conn.execute(requete).one_or_none() is not None


def _premiere_fois(conn: Connection, avis: Avis, objet: str, voie: str, le: datetime) -> bool:
    """Take the right to tell this once; another process that holds it makes this one wait, then learn that it is done.

    :param objet: what is told and, by mail, to whom.
    """
    values = {"certificat_id": avis.certificat.id, "objet": objet, "voie": voie, "le": le}
    made = conn.execute(insert(t.preavis).values(**values).on_conflict_do_nothing().returning(t.preavis.c.certificat_id))
    return made.one_or_none() is not None


def _lisible(objet: str) -> str:
    return f"expire-{int(objet):02d}j" if objet.isdigit() else objet
