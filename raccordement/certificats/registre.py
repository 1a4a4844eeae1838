"""What the ledger keeps beside a certificate: verdicts, what is known of its partner, states of the verification addresses."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, Engine, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatCertificat
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, transaction
from raccordement.certificats.disjoncteur import EtatAdresse
from raccordement.certificats.politique import ROLES
from raccordement.certificats.resultats import Decision, Ligne, Verdict
from raccordement.certificats.verdict import Attendu, EnService
from raccordement.certificats_partenaire import en_vigueur, lire_public
from raccordement.fiche import Fiche


def en_json(ligne: Ligne) -> dict[str, object]:
    """Return a line as the ledger and the command line write it."""
    return {
        "controle": ligne.controle.value, "resultat": ligne.resultat.value, "fr": ligne.fr, "en": ligne.en, "source": ligne.source,
        "detail": dict(ligne.detail),
    }  # fmt: skip


def noter_verdict(conn: Connection, certificat_id: int, verdict: Verdict) -> None:
    """Keep a verdict, in the caller's transaction: in place of the last one when every check says the same, so that days do not pile up."""
    c = t.verdicts_certificat.c
    lignes = [en_json(one) for one in verdict.lignes]
    values = {"le": verdict.le, "decision": verdict.decision.value, "reverifier_le": verdict.reverifier_le, "lignes": lignes}
    dernier = conn.execute(
        select(c.id, c.decision, c.lignes).where(c.certificat_id == certificat_id).order_by(c.id.desc()).limit(1).with_for_update()
    ).one_or_none()
    if dernier is not None and (dernier.decision, _resultats(dernier.lignes)) == (verdict.decision, _resultats(lignes)):
        conn.execute(update(t.verdicts_certificat).where(c.id == dernier.id).values(**values))
    else:
        conn.execute(insert(t.verdicts_certificat).values(certificat_id=certificat_id, **values))


def _resultats(lignes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["controle"], one["resultat"]) for one in lignes]


@dataclass(frozen=True, slots=True)
class VerdictGarde:
    """The last verdict on a certificate. :ivar lignes: as :func:`en_json` writes them."""

    le: datetime
    decision: Decision
    reverifier_le: datetime | None
    lignes: list[dict[str, Any]]


def dernier_verdict(source: Source, certificat_id: int) -> VerdictGarde | None:
    """Return the last verdict on a certificate, or ``None``: those put in force before verdicts were kept have none."""
    c = t.verdicts_certificat.c
    requete = select(c.le, c.decision, c.reverifier_le, c.lignes).where(c.certificat_id == certificat_id).order_by(c.id.desc()).limit(1)
    with lecture(source, "dernier_verdict") as conn:
        row = conn.execute(requete).mappings().one_or_none()
    return None if row is None else VerdictGarde(**{**row, "decision": Decision(row["decision"])})


def attendu(source: Source, partenaire_id: int, fiche: Fiche, le: datetime) -> Attendu:
    """Return what the record wants of a certificate."""
    en_force = next(iter(en_vigueur(source, partenaire_id, le)), None)
    service = None if en_force is None else EnService(en_force.empreinte, en_force.not_before, en_force.not_after)
    identifiant = fiche.siret or fiche.siren
    return Attendu(identifiant, ROLES.get(fiche.protocole), service, lambda one: autres_tenants(source, partenaire_id, one))


def autres_tenants(source: Source, partenaire_id: int, certificat: x509.Certificate) -> tuple[str, ...]:
    """Return the codes of the other partners that have a certificate, or another one on its key. What was refused is nobody's."""
    c, p = t.certificats_partenaire.c, t.partenaires.c
    try:
        public = lire_public(certificat.public_bytes(Encoding.DER))
    except ErreurUsage:  # a key that no partner can have
        return ()
    requete = (
        select(p.code_application)
        .join(t.certificats_partenaire, c.partenaire_id == p.id)
        .where(c.partenaire_id != partenaire_id, c.etat != EtatCertificat.REFUSE)
        .where(or_(c.empreinte == public.empreinte, c.cle_ssh == public.cle_ssh))
        .distinct()
        .order_by(p.code_application)
    )
    with lecture(source, "autres_tenants") as conn:
        return tuple(conn.execute(requete).scalars())


class EtatsRegistre:
    """States of the verification addresses, in the ledger: the breakers of every process are one."""

    _COLONNES = tuple(one.name for one in fields(EtatAdresse))

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lire(self, adresse: str) -> EtatAdresse:
        """Return what is known of an address."""
        c = t.adresses_verification.c
        with lecture(self._engine, "adresse_verification") as conn:
            row = conn.execute(select(*(c[one] for one in self._COLONNES)).where(c.adresse == adresse)).mappings().one_or_none()
        return EtatAdresse() if row is None else EtatAdresse(**row)

    def ecrire(self, adresse: str, etat: EtatAdresse) -> None:
        """Keep what is known of an address."""
        values = {one: getattr(etat, one) for one in self._COLONNES}
        with transaction(self._engine, "adresse_verification") as conn:
            conn.execute(
                upsert(t.adresses_verification)
                .values(adresse=adresse, **values)
                .on_conflict_do_update(index_elements=["adresse"], set_=values)
            )


def attend_un_jugement(source: Source, par: str) -> bool:
    """Return whether a certificate deposited by ``par`` waits to be judged."""
    c = t.certificats_partenaire.c
    requete = select(c.id).where(c.par == par, c.etat.in_((EtatCertificat.PROPOSE, EtatCertificat.RETENU))).limit(1)
    with lecture(source, "attend_un_jugement") as conn:
        return conn.execute(requete).scalar_one_or_none() is not None
