"""Renewal without a gap: deposit, switch, roll back. The old certificate and the new one are good together for a window.

Every gesture can be rehearsed: it is then done in a transaction that is undone, so that what is said is what would happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, Engine

from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatCertificat
from flux.registre.connexion import traduire
from raccordement.certificats.lecture import Lecture, Refus, lire_depot
from raccordement.certificats.registre import attendu, noter_verdict
from raccordement.certificats.resultats import Decision, Verdict
from raccordement.certificats.verdict import Verificateur
from raccordement.certificats_partenaire import (
    CertificatPartenaire,
    ajouter,
    certificats,
    fermer,
    lire_public,
    mettre_en_vigueur,
)
from raccordement.fiches import trouver
from raccordement.historique import Geste

#: Who deposits by a file in ``in/``.
PAR_FICHIER = "partenaire (in/)"


@dataclass(frozen=True, slots=True)
class Suite:
    """What a gesture did, or would do.

    :ivar verdict: ``None`` for a roll-back. :ivar certificat: as it then stands, ``None`` when it was refused and is not kept.
    :ivar avant: :ivar apres: every certificate of the partner before and after.
    """

    verdict: Verdict | None
    certificat: CertificatPartenaire | None
    avant: tuple[CertificatPartenaire, ...]
    apres: tuple[CertificatPartenaire, ...]


@contextmanager
def essai(engine: Engine, operation: str, *, repetition: bool) -> Iterator[Connection]:
    """One transaction, undone at its end when it is a rehearsal."""
    with traduire(operation), engine.connect() as conn, conn.begin() as courante:
        yield conn
        if repetition:
            courante.rollback()


def deposer(
    engine: Engine,
    juge: Verificateur,
    code: str,
    data: bytes,
    geste: Geste,
    *,
    basculer: bool = False,
    recouvrement: timedelta | None = None,
    repetition: bool = False,
) -> Suite:
    """Judge a deposit and, unless it is refused, keep it: proposed, held, or in force at once with ``basculer``.

    What is refused is not kept: nobody can tie up another's certificate by depositing it.

    :param recouvrement: how long the one in force stays good; by default what the policy says.
    :raises ErreurUsage: unknown record, or the certificate is another partner's.
    """
    partner, fiche = trouver(engine, code)
    wanted = attendu(engine, partner, fiche, geste.le)
    lu = lire_depot(data)
    verdict = juge.refuser(lu, geste.le) if isinstance(lu, Refus) else juge.juger(lu, geste.le, wanted)
    with essai(engine, "deposer_certificat", repetition=repetition) as conn:
        avant = tuple(certificats(conn, partner))
        if isinstance(lu, Refus) or verdict.decision is Decision.REFUSE:
            return Suite(verdict, None, avant, avant)
        garde = garder(conn, partner, lu, geste, verdict)
        if basculer and verdict.decision.accepte:
            garde = mettre_en_vigueur(conn, garde.id, geste, recouvrement=_recouvrement(juge, recouvrement))
        return Suite(verdict, garde, avant, tuple(certificats(conn, partner)))


def garder(
    conn: Connection, partenaire_id: int, lu: Lecture, geste: Geste, verdict: Verdict, jeton: str | None = None
) -> CertificatPartenaire:
    """Keep a certificate that was not refused, and its verdict. One refused before waits again; one that was in force keeps its state.

    :param jeton: what tells a deposit by file from another of the same certificate.
    """
    public = lire_public(lu.feuille.public_bytes(Encoding.DER), [one.public_bytes(Encoding.DER) for one in _dans_l_ordre(lu)])
    etat = EtatCertificat.RETENU if verdict.decision is Decision.RETENU else EtatCertificat.PROPOSE
    garde = ajouter(conn, partenaire_id, public, geste, etat=etat, jeton=jeton)
    noter_verdict(conn, garde.id, verdict)
    return garde


def basculer(
    engine: Engine,
    juge: Verificateur,
    code: str,
    empreinte: str,
    geste: Geste,
    *,
    de: datetime | None = None,
    recouvrement: timedelta | None = None,
    repetition: bool = False,
) -> Suite:
    """Put a kept certificate in force, judged anew; the others stay good for the window.

    :param empreinte: its fingerprint, or the beginning of it. :param de: from when, by default now; judged as of then.
    :raises ErreurUsage: unknown record or certificate. What is not accepted changes nothing: the verdict says why.
    """
    partner, fiche = trouver(engine, code)
    vise = choisir(engine, partner, empreinte)
    verdict = juge.juger(relire(vise), de or geste.le, attendu(engine, partner, fiche, geste.le))
    with essai(engine, "basculer_certificat", repetition=repetition) as conn:
        avant = tuple(certificats(conn, partner))
        noter_verdict(conn, vise.id, verdict)
        if not verdict.decision.accepte:
            return Suite(verdict, vise, avant, avant)
        fait = mettre_en_vigueur(conn, vise.id, geste, de=de, recouvrement=_recouvrement(juge, recouvrement))
        return Suite(verdict, fait, avant, tuple(certificats(conn, partner)))


def revenir(
    engine: Engine, juge: Verificateur, code: str, geste: Geste, *, recouvrement: timedelta | None = None, repetition: bool = False
) -> Suite:
    """Put back in force the certificate that the present one took the place of; the present one stays good for the window.

    :raises ErreurUsage: unknown record, or no former certificate is still valid. Facts: ``code_application``.
    """
    partner, _ = trouver(engine, code)
    with essai(engine, "revenir_certificat", repetition=repetition) as conn:
        avant = tuple(certificats(conn, partner))
        anciens = [one for one in avant if one.etat is EtatCertificat.REMPLACE and one.not_after > geste.le]
        if not anciens:
            raise ErreurUsage(
                f"{code} n'a pas d'ancien certificat encore valable : flux raccordement certificat lister {code} / "
                "there is no former certificate that is still valid",
                code_application=code,
            )
        ancien = max(anciens, key=lambda one: (one.en_vigueur_jusqu or one.not_after, one.id))
        fait = mettre_en_vigueur(conn, ancien.id, geste, recouvrement=_recouvrement(juge, recouvrement))
        return Suite(None, fait, avant, tuple(certificats(conn, partner)))


def refuser(conn: Connection, certificat_id: int, geste: Geste, verdict: Verdict) -> CertificatPartenaire:
    """Note that a kept certificate, proposed or held, is refused after all."""
    noter_verdict(conn, certificat_id, verdict)
    return fermer(conn, certificat_id, geste, EtatCertificat.REFUSE)


def relire(un: CertificatPartenaire) -> Lecture:
    """Return a kept certificate as it was deposited."""
    return Lecture(x509.load_der_x509_certificate(un.der), tuple(map(x509.load_der_x509_certificate, un.chaine)), "registre")


def choisir(engine: Engine, partenaire_id: int, empreinte: str) -> CertificatPartenaire:
    """Return the partner's certificate whose fingerprint begins so.

    :raises ErreurUsage: none or several do. Facts: ``empreinte``.
    """
    found = [one for one in certificats(engine, partenaire_id) if one.empreinte.startswith(empreinte.lower())]
    if len(found) != 1:
        raise ErreurUsage(
            f"{len(found)} certificats de ce partenaire ont une empreinte qui commence par {empreinte!r} : il en faut un / "
            f"{len(found)} certificates of this partner have a fingerprint that begins so: one is wanted",
            empreinte=empreinte,
        )
    return found[0]


def _recouvrement(juge: Verificateur, donne: timedelta | None) -> timedelta:
    return juge.politique.recouvrement if donne is None else donne


def _dans_l_ordre(lu: Lecture) -> list[x509.Certificate]:
    """Return the chain, each issuer after what it issued; what belongs to no chain is left out."""
    reste, rangee, courant = list(lu.chaine), [], lu.feuille
    while (suivant := next((one for one in reste if one.subject == courant.issuer), None)) is not None:
        reste.remove(suivant)
        rangee.append(suivant)
        courant = suivant
    return rangee
