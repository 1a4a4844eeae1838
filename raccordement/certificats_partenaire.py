"""The certificates of the partners: public parts only, from deposit to replacement.

A certificate is *in force* at an instant when it was put in force before it, its own dates and its window hold it. Two may be in force
together: that is the window of a renewal. Every write is one transaction (given an engine) or part of the caller's (given a
connection), and adds a line to the partner's history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from flux.errors import ErreurUsage
from flux.modele.raccordement import CERTIFICATS_OUVERTS, EtatCertificat
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture
from raccordement.historique import Geste, noter


@dataclass(frozen=True, slots=True)
class CertificatPublic:
    """What is kept of a certificate. :ivar empreinte: SHA-256 of ``der``, hexadecimal. :ivar chaine: DER of its issuers, its own first.

    :ivar cle_ssh: its public key as OpenSSH writes it: type and base64, no comment.
    """

    empreinte: str
    der: bytes
    chaine: tuple[bytes, ...]
    not_before: datetime
    not_after: datetime
    cle_ssh: str


@dataclass(frozen=True, slots=True)
class CertificatPartenaire(CertificatPublic):
    """A certificate of a partner. :ivar en_vigueur_de: from, included. :ivar en_vigueur_jusqu: until, excluded; ``None``: no end set."""

    id: int
    partenaire_id: int
    etat: EtatCertificat
    en_vigueur_de: datetime | None
    en_vigueur_jusqu: datetime | None
    depose_le: datetime
    par: str

    def en_vigueur_au(self, instant: datetime) -> bool:
        """Return whether it is in force at ``instant``, whatever became of it since."""
        return (
            self.en_vigueur_de is not None
            and max(self.en_vigueur_de, self.not_before) <= instant <= self.not_after
            and (self.en_vigueur_jusqu is None or instant < self.en_vigueur_jusqu)
        )


def lire_public(der: bytes, chaine: Sequence[bytes] = ()) -> CertificatPublic:
    """Read what is kept of a certificate in DER. Nothing is judged here.

    :raises ErreurUsage: not a certificate, or its key is of a kind that OpenSSH does not know. Facts: ``reason``.
    """
    try:
        found = x509.load_der_x509_certificate(der)
        key: Any = found.public_key()
        cle_ssh = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ErreurUsage(f"le certificat ne peut pas être lu / the certificate cannot be read: {error}", reason=str(error)) from error
    digest = hashlib.sha256(der).hexdigest()
    return CertificatPublic(digest, der, tuple(chaine), found.not_valid_before_utc, found.not_valid_after_utc, cle_ssh)


def ajouter(
    source: Source,
    partenaire_id: int,
    public: CertificatPublic,
    geste: Geste,
    *,
    etat: EtatCertificat = EtatCertificat.PROPOSE,
    jeton: str | None = None,
) -> CertificatPartenaire:
    """Add a certificate to a partner. One that was refused waits again, as it is deposited now; any other returns in the state it has.

    :param etat: ``propose``, ``retenu`` or ``refuse``; :func:`mettre_en_vigueur` does the rest.
    :param jeton: of a deposit by file, what tells it from another: the history keeps it (:func:`jetons`).
    :raises ErreurUsage: it belongs to another partner. Facts: ``empreinte``.
    """
    values = {name: getattr(public, name) for name in CertificatPublic.__slots__}
    with lecture(source, "ajouter_certificat") as conn:
        tenir_partenaire(conn, partenaire_id)
        found = par_empreinte(conn, public.empreinte)
        if found is not None and found.partenaire_id != partenaire_id:
            raise ErreurUsage(
                f"le certificat {public.empreinte[:16]}… est déjà celui d'un autre partenaire : chacun a le sien / "
                f"this certificate already belongs to another partner: each has its own",
                empreinte=public.empreinte,
            )
        attend = found is not None and found.etat in (EtatCertificat.PROPOSE, EtatCertificat.RETENU)
        if found is None:
            new = conn.execute(
                insert(t.certificats_partenaire)
                .values(partenaire_id=partenaire_id, **values, etat=etat, depose_le=geste.le, par=geste.par)
                .returning(t.certificats_partenaire)
            )
            found = _lire(new.mappings().one())
        elif found.etat is EtatCertificat.REFUSE or (attend and jeton is not None):
            # The chain too: it may be what was refused.
            suite = found.etat if attend else etat
            found = _changer(conn, found, etat=suite, chaine=public.chaine, depose_le=geste.le, par=geste.par)
        else:
            return found
        _noter(conn, found, geste, "depot", **({} if jeton is None else {"jeton": jeton}))
    return found


def jetons(source: Source, un: CertificatPartenaire) -> list[str]:
    """Return what tells the deposits by file of a certificate apart, the last one last."""
    h = t.historique.c
    requete = (
        select(h.detail["jeton"].astext)
        .where(h.partenaire_id == un.partenaire_id, h.action == "certificat", h.detail["empreinte"].astext == un.empreinte)
        .where(h.detail["jeton"].astext.is_not(None))
        .order_by(h.id)
    )
    with lecture(source, "jetons_du_certificat") as conn:
        return list(conn.execute(requete).scalars())


def mettre_en_vigueur(
    source: Source, certificat_id: int, geste: Geste, *, de: datetime | None = None, recouvrement: timedelta = timedelta()
) -> CertificatPartenaire:
    """Put a certificate in force; those of the partner that are become ``remplace`` and stay good for a window. Rolls back as well.

    :param de: from when, by default now; may be to come. :param recouvrement: how long the others stay good after ``de``.
    :raises ErreurUsage: there is no such certificate, or it was revoked. Facts: ``certificat_id``.
    """
    de = de or geste.le
    c = t.certificats_partenaire.c
    with lecture(source, "mettre_en_vigueur") as conn:
        found = _tenir(conn, certificat_id)
        if found.etat is EtatCertificat.REVOQUE:
            raise ErreurUsage(
                "un certificat révoqué ne revient pas : déposez-en un autre / a revoked certificate does not come back: deposit another",
                certificat_id=certificat_id,
            )
        keeps = found.en_vigueur_de is not None and (found.en_vigueur_jusqu is None or found.en_vigueur_jusqu > de)
        since = min(found.en_vigueur_de, de) if keeps and found.en_vigueur_de is not None else de
        done = _changer(conn, found, etat=EtatCertificat.EN_VIGUEUR, en_vigueur_de=since, en_vigueur_jusqu=None)
        end = de + recouvrement
        conn.execute(
            update(t.certificats_partenaire)
            .where(c.partenaire_id == found.partenaire_id, c.id != found.id, c.etat.in_(CERTIFICATS_OUVERTS))
            .values(etat=EtatCertificat.REMPLACE, en_vigueur_jusqu=func.least(func.coalesce(c.en_vigueur_jusqu, end), end))
        )
        _noter(conn, done, geste, "mise_en_vigueur", de=de.isoformat(), recouvrement_secondes=int(recouvrement.total_seconds()))
    return done


def fermer(source: Source, certificat_id: int, geste: Geste, etat: EtatCertificat, *, a: datetime | None = None) -> CertificatPartenaire:
    """Take a certificate out of force, or never put it there: revoked, refused, held or replaced.

    :param a: until when it is good, by default now. :param etat: any but ``propose`` and ``en_vigueur``.
    :raises ErreurUsage: there is no such certificate, or ``etat`` does not close it. Facts: ``certificat_id``, ``etat``.
    """
    if etat in (EtatCertificat.PROPOSE, EtatCertificat.EN_VIGUEUR):
        raise ErreurUsage(f"the state {etat} does not close a certificate", etat=etat)
    with lecture(source, "fermer_certificat") as conn:
        found = _tenir(conn, certificat_id)
        if found.etat is EtatCertificat.REVOQUE and etat is not EtatCertificat.REVOQUE:
            raise ErreurUsage("a revoked certificate stays revoked", certificat_id=certificat_id, etat=etat)
        if etat is EtatCertificat.REMPLACE and found.en_vigueur_de is None:
            raise ErreurUsage("a certificate that was never in force is not replaced", certificat_id=certificat_id, etat=etat)
        end = a or geste.le
        jusqu = None if found.en_vigueur_de is None else min(found.en_vigueur_jusqu or end, end)
        done = _changer(conn, found, etat=etat, en_vigueur_jusqu=jusqu)
        _noter(conn, done, geste, "fermeture")
    return done


def en_vigueur(source: Source, partenaire_id: int, instant: datetime) -> list[CertificatPartenaire]:
    """Return the certificates in force at ``instant``, the last put in force first: what a flow received then is judged by.

    A certificate closed since then was in force; the door (:mod:`raccordement.porte`) asks its present state too.
    """
    return [one for one in certificats(source, partenaire_id) if one.en_vigueur_au(instant)]


def certificats(source: Source, partenaire_id: int) -> list[CertificatPartenaire]:
    """Return every certificate of a partner, the last put in force first, then the last deposited."""
    return _chercher(source, t.certificats_partenaire.c.partenaire_id == partenaire_id)


def par_empreinte(source: Source, empreinte: str) -> CertificatPartenaire | None:
    """Return the certificate of a fingerprint, whoever has it, or ``None``."""
    return next(iter(_chercher(source, t.certificats_partenaire.c.empreinte == empreinte)), None)


def a_echoir(source: Source, avant: datetime) -> list[CertificatPartenaire]:
    """Return the certificates of every partner that may open the door and end, by their own date or by their window, before ``avant``."""
    c = t.certificats_partenaire.c
    return _chercher(source, and_(c.etat.in_(CERTIFICATS_OUVERTS), or_(c.not_after < avant, c.en_vigueur_jusqu < avant)))


def _chercher(source: Source, condition: ColumnElement[bool]) -> list[CertificatPartenaire]:
    c = t.certificats_partenaire.c
    requete = select(t.certificats_partenaire).where(condition).order_by(c.partenaire_id, c.en_vigueur_de.desc().nulls_last(), c.id.desc())
    with lecture(source, "certificats") as conn:
        return [_lire(row) for row in conn.execute(requete).mappings()]


def _lire(row: Any) -> CertificatPartenaire:  # noqa: ANN401 - a row as a mapping
    return CertificatPartenaire(
        **{**row, "der": bytes(row["der"]), "chaine": tuple(map(bytes, row["chaine"])), "etat": EtatCertificat(row["etat"])}
    )


def tenir_partenaire(conn: Connection, partenaire_id: int) -> None:
    """Hold a partner until the transaction ends: changes of one partner wait for each other."""
    conn.execute(select(t.partenaires.c.id).where(t.partenaires.c.id == partenaire_id).with_for_update())


def _tenir(conn: Connection, certificat_id: int) -> CertificatPartenaire:
    c = t.certificats_partenaire.c
    owner = conn.execute(select(c.partenaire_id).where(c.id == certificat_id)).scalar_one_or_none()
    if owner is None:
        raise ErreurUsage(f"there is no certificate {certificat_id}", certificat_id=certificat_id)
    tenir_partenaire(conn, owner)
    return _chercher(conn, c.id == certificat_id)[0]


def _changer(conn: Connection, found: CertificatPartenaire, **values: object) -> CertificatPartenaire:
    c = t.certificats_partenaire.c
    conn.execute(update(t.certificats_partenaire).where(c.id == found.id).values(**values))
    return _chercher(conn, c.id == found.id)[0]


def _noter(conn: Connection, one: CertificatPartenaire, geste: Geste, quoi: str, **facts: object) -> None:
    detail = {"quoi": quoi, "empreinte": one.empreinte, "etat": one.etat.value, "not_after": one.not_after.isoformat(), **facts}
    noter(conn, one.partenaire_id, "certificat", geste, detail)
