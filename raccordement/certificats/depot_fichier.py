"""A certificate deposited as a file in ``in/``: judged at once on what needs no network, then kept for the DAG ``certificats`` to finish.

A private key never reaches the staging store: the file is read, refused, answered and removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Connection, Engine

from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatCertificat, EtatFiche
from flux.registre.connexion import transaction
from flux.registre.valeurs import Partenaire
from flux.transport.entrepot import Entrepot
from raccordement.certificats import textes
from raccordement.certificats.controles import en_jour
from raccordement.certificats.lecture import TAILLE_MAX, Lecture, Refus, lire_depot
from raccordement.certificats.noms import empreinte
from raccordement.certificats.preavis import deposer_texte, nom_de_reponse
from raccordement.certificats.registre import attendu
from raccordement.certificats.renouvellement import PAR_FICHIER, garder
from raccordement.certificats.resultats import Decision, Verdict
from raccordement.certificats.verdict import Verificateur
from raccordement.certificats_partenaire import CertificatPartenaire, jetons, par_empreinte, tenir_partenaire
from raccordement.fiches import trouver
from raccordement.historique import Geste

#: The name agreed on: ``CERT_``, the partner's application code, a label, how it is written.
_NOM = re.compile(r"CERT_([A-Z]{3}[0-9]{3})_[A-Za-z0-9._-]{1,80}\.(?:p7b|p7c|pem|crt|cer|der)")
#: Names that can only be of certificates or keys, never of flows.
_EXTENSIONS = (".p7b", ".p7c", ".pem", ".crt", ".cer", ".der", ".p12", ".pfx", ".jks", ".key", ".ppk")


def est_certificat(nom: str) -> bool:
    """Return whether a deposited file is a certificate by its name, well named or not: it then never enters the staging store."""
    return nom.upper().startswith("CERT_") or nom.lower().endswith(_EXTENSIONS)


def recevoir(
    engine: Engine,
    juge: Verificateur,
    entrepot: Entrepot,
    partner: Partenaire,
    nom: str,
    jeton: str,
    morceaux: Iterable[bytes],
    geste: Geste,
) -> Decision:
    """Take one file in: keep the certificate for judgement or refuse it, with an answer in the outbox. Again, it changes nothing more.

    :param jeton: what tells this deposit from another of the same name. :param geste: who and when; ``par`` is :data:`PAR_FICHIER`.
    :raises ErreurRegistre: the ledger did not answer. :raises ErreurTransport: the file could not be read.
    """
    lu = lire_depot(_borner(morceaux))
    partenaire_id, fiche = trouver(engine, partner.code_application)
    faute = None if isinstance(lu, Refus) and lu.motif == "cle_privee" else _faute(nom, partner.code_application, fiche.etat)
    if isinstance(lu, Refus):
        verdict = juge.refuser(lu, geste.le)
    else:
        verdict = juge.juger(lu, geste.le, attendu(engine, partenaire_id, fiche, geste.le), reseau=False)
    code, decision = partner.code_application, Decision.REFUSE
    texte, reponse = faute or textes.texte_verdict(verdict), f"CERT_{code}_{jeton}_refuse.txt"
    with transaction(engine, "recevoir_certificat") as conn:
        if not isinstance(lu, Refus) and faute is None and verdict.decision is not Decision.REFUSE:
            try:
                deja = _prendre(conn, partenaire_id, lu, Geste(PAR_FICHIER, geste.le, nom), verdict, jeton)
            except ErreurUsage as error:  # another partner deposited it in between
                texte = str(error)
            else:
                if deja is None:
                    return verdict.decision
                decision, texte = deja
                reponse = nom_de_reponse(code, empreinte(lu.feuille), jeton, decision)
        deposer_texte(conn, entrepot, partenaire_id, reponse, texte, geste.le)
    return decision


def _prendre(conn: Connection, partenaire_id: int, lu: Lecture, geste: Geste, verdict: Verdict, jeton: str) -> tuple[Decision, str] | None:
    """Keep a certificate for judgement, which answers: ``None``; or return the answer to one whose state no judgement changes.

    :raises ErreurUsage: it belongs to another partner.
    """
    tenir_partenaire(conn, partenaire_id)  # the DAG may be judging it: what is read of its state stays so
    connu = par_empreinte(conn, empreinte(lu.feuille))
    if connu is not None and connu.partenaire_id == partenaire_id:
        if jeton in jetons(conn, connu):  # this very deposit, taken up again: judged already perhaps, and answered
            return None
        deja = _deja(connu)
        if deja is not None:
            return deja
    garder(conn, partenaire_id, lu, geste, verdict, jeton)
    return None


def _deja(connu: CertificatPartenaire) -> tuple[Decision, str] | None:
    """Return the answer to a certificate that is settled, or waits for the operator; ``None`` when it is to be judged."""
    if connu.etat is EtatCertificat.EN_VIGUEUR and connu.en_vigueur_de is not None:
        depuis = en_jour(connu.en_vigueur_de)
        return Decision.ACCEPTE, (
            f"Ce certificat est déjà accepté, en service à partir du {depuis} (Paris) : vous n'avez rien à faire.\n"
            f"This certificate is already accepted, in force from {depuis} (Paris): there is nothing to do.\n\nSHA-256 {connu.empreinte}\n"
        )
    if connu.etat is EtatCertificat.REMPLACE:
        return Decision.REFUSE, (
            "Certificat refusé : il a été remplacé. Déposez-en un nouveau, ou demandez à la plateforme de revenir à celui-ci.\n"
            "Certificate refused: it was replaced. Deposit a new one, or ask the platform to go back to this one.\n\n"
            f"SHA-256 {connu.empreinte}\n"
        )
    if connu.etat is EtatCertificat.REVOQUE:
        return Decision.REFUSE, (
            "Certificat refusé : il a été révoqué et ne revient pas. Demandez-en un autre à votre autorité, puis déposez-le.\n"
            "Certificate refused: it was revoked and does not come back. Ask your authority for another one, then deposit it.\n\n"
            f"SHA-256 {connu.empreinte}\n"
        )
    if connu.etat in (EtatCertificat.PROPOSE, EtatCertificat.RETENU) and connu.par != PAR_FICHIER:
        return Decision.RETENU, (
            "Ce certificat est déjà déposé par l'exploitant de la plateforme, qui le mettra en service : vous n'avez rien à faire.\n"
            "This certificate was already deposited by the operator of the platform, who will put it in force: there is nothing to do.\n\n"
            f"SHA-256 {connu.empreinte}\n"
        )
    return None


def _borner(morceaux: Iterable[bytes]) -> bytes:
    """Read no more than it takes to see that a file is too large."""
    recu = bytearray()
    for one in morceaux:
        recu += one
        if len(recu) > TAILLE_MAX:
            break
    return bytes(recu)


def _faute(nom: str, code: str, etat: EtatFiche) -> str | None:
    """Return the answer to a file that is not well named, or whose record is closed."""
    lu = _NOM.fullmatch(nom)
    if lu is None or lu[1] != code:
        return (
            f"Certificat refusé : nommez le fichier CERT_{code}_<libellé>.p7b (lettres, chiffres, « . », « _ », « - »), avec la chaîne.\n"
            f"Certificate refused: name the file CERT_{code}_<label>.p7b (letters, digits, “.”, “_”, “-”), with the chain.\n"
        )
    if etat is EtatFiche.CLOS:
        return "Certificat refusé : la fiche de raccordement est close.\nCertificate refused: the connection record is closed.\n"
    return None
