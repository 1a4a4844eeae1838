"""A certificate deposited as a file in ``in/``: judged at once on what needs no network, then kept for the DAG ``certificats`` to finish.

A private key never reaches the staging store: the file is read, refused, answered and removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Engine

from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatFiche
from flux.registre.connexion import transaction
from flux.registre.valeurs import Partenaire
from flux.transport.entrepot import Entrepot
from raccordement.certificats import textes
from raccordement.certificats.lecture import TAILLE_MAX, Refus, lire_depot
from raccordement.certificats.preavis import deposer_texte
from raccordement.certificats.registre import attendu
from raccordement.certificats.renouvellement import PAR_FICHIER, garder
from raccordement.certificats.resultats import Decision
from raccordement.certificats.verdict import Verificateur
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
    texte = faute or textes.texte_verdict(verdict)
    with transaction(engine, "recevoir_certificat") as conn:
        if not isinstance(lu, Refus) and faute is None and verdict.decision is not Decision.REFUSE:
            try:
                garder(conn, partenaire_id, lu, Geste(PAR_FICHIER, geste.le, nom), verdict)
            except ErreurUsage as error:  # another partner deposited it in between
                texte = str(error)
            else:
                return verdict.decision
        deposer_texte(conn, entrepot, partenaire_id, f"CERT_{partner.code_application}_{jeton}_refuse.txt", texte, geste.le)
    return Decision.REFUSE


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
