"""The states of a record, the steps between them, and what each step asks for.

demande → qualification → production; ``suspendu`` from either and back to where it was; ``clos`` from anywhere, for ever. The stages are
those of AIFE's deck of 2017 (raccordement and tests in qualification, then the request for production); that a valid certificate is
asked for in both is KB0011570; that a whole flow must have been integrated first is this project's reading of "tests in qualification".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, update

from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatFiche, Sens
from flux.modele.temps import PARIS
from flux.referentiel.interfaces import Environnement
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, transaction
from raccordement.abonnements import existe, possibles
from raccordement.certificats_partenaire import en_vigueur
from raccordement.fiche import Fiche
from raccordement.fiches import tenir, trouver
from raccordement.historique import Geste, noter

_D, _Q, _P, _S, _C = EtatFiche

#: From → to, where a step exists. From ``suspendu`` only the state it was suspended from is open.
PAS: dict[EtatFiche, tuple[EtatFiche, ...]] = {_D: (_Q, _C), _Q: (_P, _S, _C), _P: (_S, _C), _S: (_Q, _P, _C), _C: ()}


@dataclass(frozen=True, slots=True)
class Faits:
    """What the conditions of a step look at, at one instant.

    :ivar certificats: certificates in force. :ivar integres: flows integrated whole since the record entered qualification.
    :ivar abonnements: subscriptions to interfaces that exist.
    """

    fiche: Fiche
    instant: datetime
    certificats: int
    integres: int
    abonnements: int


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing a step asks for. :ivar fr: what is missing and what to do, in French. :ivar en: the same in English."""

    code: str
    fr: str
    en: str
    tenue: Callable[[Faits], bool]


_IDENTITE = Condition(
    "identite", "le SIREN ou le SIRET manque : flux raccordement modifier", "the SIREN or SIRET is missing: change the record",
    lambda f: f.fiche.siren is not None,
)  # fmt: skip
_CONTACT = Condition(
    "contact", "aucun contact technique : ajoutez-en un", "no technical contact: add one",
    lambda f: any(one.role == "technique" for one in f.fiche.contacts),
)  # fmt: skip
_EMISSION = Condition(
    "abonnement", "aucun abonnement à une interface qui existe : flux raccordement abonner",
    "no subscription to an interface that exists: subscribe to one",
    lambda f: f.abonnements > 0,
)  # fmt: skip
_CERTIFICAT = Condition(
    "certificat", "aucun certificat en vigueur : déposez-en un et mettez-le en vigueur", "no certificate in force: deposit one",
    lambda f: f.certificats > 0,
)  # fmt: skip
_DATE = Condition(
    "fin", "la date de fin est passée : reculez-la", "the end date is past: move it",
    lambda f: f.fiche.fin is None or f.instant.astimezone(PARIS).date() <= f.fiche.fin,
)  # fmt: skip
_INTEGRE = Condition(
    "flux-integre", "aucun flux intégré en qualification : déposez-en un et attendez son retour « intégré »",
    "no flow integrated in qualification: deposit one and wait for its feedback “intégré”",
    lambda f: f.integres > 0 or not any(one.sens is Sens.EMISSION for one in f.fiche.abonnements),
)  # fmt: skip

#: To → what the step asks for. A partner that only receives has no flow to integrate.
CONDITIONS: dict[EtatFiche, tuple[Condition, ...]] = {
    _Q: (_IDENTITE, _CONTACT, _EMISSION, _CERTIFICAT, _DATE),
    _P: (_IDENTITE, _CONTACT, _EMISSION, _CERTIFICAT, _DATE, _INTEGRE),
}


def manques(faits: Faits, vers: EtatFiche) -> tuple[Condition, ...]:
    """Return the conditions of the step to ``vers`` that do not hold, in order."""
    return tuple(one for one in CONDITIONS.get(vers, ()) if not one.tenue(faits))


def pas_permis(fiche: Fiche, vers: EtatFiche) -> bool:
    """Return whether the table has the step; a suspended record goes back where it was and nowhere else."""
    if fiche.etat is _S and vers is not _C:
        return vers.value == fiche.environnement.value
    return vers in PAS[fiche.etat]


def examiner(source: Source, code_application: str, vers: EtatFiche, instant: datetime) -> tuple[Condition, ...]:
    """Return what is missing for a step, changing nothing.

    :raises ErreurUsage: unknown record, or no such step from its state. Facts: ``code_application``, ``etat``, ``vers``.
    """
    with lecture(source, "examiner") as conn:
        partner, found = trouver(conn, code_application)
        _exiger_pas(found, vers)
        return manques(_faits(conn, partner, found, instant), vers)


def changer_etat(engine: Engine, code_application: str, vers: EtatFiche, geste: Geste) -> tuple[Condition, ...]:
    """Move a record to another state when all that the step asks for holds; one transaction.

    :return: what is missing; empty when the record moved, or stood there already.
    :raises ErreurUsage: as :func:`examiner`, or a suspension or a closure without a reason.
    """
    with transaction(engine, "changer_etat") as conn:
        partner, found = trouver(conn, code_application)
        if found.etat is vers:
            return ()
        partner, found = tenir(conn, code_application)
        _exiger_pas(found, vers)
        if vers in (_S, _C) and not geste.motif:
            raise ErreurUsage("dites pourquoi avec --motif / say why with --motif", code_application=code_application)
        missing = manques(_faits(conn, partner, found, geste.le), vers)
        if missing:
            return missing
        values: dict[str, object] = {"etat": vers}
        if vers is _P:
            values["environnement"] = Environnement.PRODUCTION
        conn.execute(update(t.partenaires).where(t.partenaires.c.id == partner).values(**values))
        noter(conn, partner, "etat", geste, {"de": found.etat.value, "vers": vers.value})
        return ()


def _exiger_pas(fiche: Fiche, vers: EtatFiche) -> None:
    if not pas_permis(fiche, vers):
        code = fiche.code_application
        raise ErreurUsage(
            f"la fiche {code} est en état « {fiche.etat} » : elle ne peut pas passer à « {vers} » / "
            f"the record {code} is in state “{fiche.etat}”: it cannot go to “{vers}”",
            code_application=code,
            etat=fiche.etat,
            vers=vers,
        )


def _faits(conn: Connection, partenaire_id: int, fiche: Fiche, instant: datetime) -> Faits:
    known = possibles()
    subscribed = sum(existe(one, known) for one in fiche.abonnements)
    return Faits(fiche, instant, len(en_vigueur(conn, partenaire_id, instant)), _integres(conn, partenaire_id), subscribed)


def _integres(conn: Connection, partenaire_id: int) -> int:
    """Count the flows integrated whole since qualification began: until production, none could be integrated anywhere else."""
    h, f = t.historique.c, t.flux.c
    since = select(func.min(h.le)).where(h.partenaire_id == partenaire_id, h.fiche["etat"].astext == _Q.value).scalar_subquery()
    return conn.execute(
        select(func.count()).select_from(t.flux).where(f.partenaire_id == partenaire_id, f.statut == "INTEGRE", f.recu_le >= since)
    ).scalar_one()
