"""What the DAG ``certificats`` does every day, and at each deposit: judge, tell, refresh the lists, look at the verification service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from sqlalchemy import Connection, Engine

from flux.errors import ErreurUsage
from flux.modele.raccordement import CERTIFICATS_OUVERTS, EtatCertificat, EtatFiche
from flux.registre.connexion import transaction
from flux.reglages_certificats import ListeSuivie
from raccordement.certificats import textes
from raccordement.certificats.autorites import Import, importer, listes
from raccordement.certificats.http import Bornes, EchecHttp, demander
from raccordement.certificats.politique import PolitiqueCertificats
from raccordement.certificats.preavis import Avis, Envoi, Poste, avis_d_echeance, deposer_texte, envoyer, nom_de_reponse
from raccordement.certificats.registre import attendu, dernier_verdict, noter_verdict
from raccordement.certificats.renouvellement import PAR_FICHIER, relire
from raccordement.certificats.resultats import Controle, Ligne, Resultat, Verdict
from raccordement.certificats.suites import Action, action, revoque
from raccordement.certificats.tsl import TAILLE_MAX, RefusTsl, lire_tsl
from raccordement.certificats.verdict import Verificateur
from raccordement.certificats_partenaire import CertificatPartenaire, certificats, fermer, jetons, mettre_en_vigueur
from raccordement.fiche import Fiche
from raccordement.fiches import fiches, trouver
from raccordement.historique import Geste

#: Who judges every day, in the history.
PAR = "dag certificats"
#: Age from which what answered well is asked again: once a day, whenever the runs of the day come.
_AGE = timedelta(hours=20)
_REVOQUENT = {Controle.REVOCATION, Controle.SERVICE}
#: How long a notice of revocation that did not leave is tried again.
_REPRISE = timedelta(days=30)
_A_JUGER = CERTIFICATS_OUVERTS | {EtatCertificat.PROPOSE, EtatCertificat.RETENU}


@dataclass(frozen=True, slots=True)
class Constat:
    """One certificate, looked at. :ivar etat: before. :ivar verdict: ``None`` when it has ended: nothing more is asked."""

    code: str
    certificat: CertificatPartenaire
    verdict: Verdict | None
    action: Action
    envois: tuple[Envoi, ...] = ()


def juger_tout(engine: Engine, juge: Verificateur, poste: Poste, le: datetime, *, bascule: bool) -> list[Constat]:
    """Judge the certificates in force or waiting, of every record that is not closed, whose turn it is; do what follows.

    It is the turn of what waits, of what is to be checked again now, and once a day of the rest.

    :param bascule: those deposited by file and accepted are put in force.
    """
    faits: list[Constat] = []
    for fiche in fiches(engine):
        if fiche.etat is EtatFiche.CLOS:
            continue
        partenaire_id, _ = trouver(engine, fiche.code_application)
        for one in reversed(certificats(engine, partenaire_id)):  # the oldest first: the last accepted stays in force
            fenetre = one.en_vigueur_jusqu is None or one.en_vigueur_jusqu > le
            if one.etat in _A_JUGER and fenetre and _a_son_tour(engine, one, le):
                faits.append(_juger(engine, juge, poste, fiche, one, le, bascule=bascule))
    return faits


def _a_son_tour(engine: Engine, un: CertificatPartenaire, le: datetime) -> bool:
    dernier = dernier_verdict(engine, un.id)
    if dernier is None or un.etat not in CERTIFICATS_OUVERTS or le - dernier.le >= _AGE:
        return True
    return dernier.reverifier_le is not None and dernier.reverifier_le <= le


def _juger(
    engine: Engine, juge: Verificateur, poste: Poste, fiche: Fiche, un: CertificatPartenaire, le: datetime, *, bascule: bool
) -> Constat:
    code = fiche.code_application
    if un.not_after < le and un.etat in CERTIFICATS_OUVERTS:
        return Constat(code, un, None, Action.SIGNALER)
    verdict = juge.juger(relire(un), le, attendu(engine, un.partenaire_id, fiche, le))
    par_fichier = un.par == PAR_FICHIER
    suite = action(un.etat, verdict.decision, revoque=revoque(verdict), bascule=bascule and par_fichier)
    geste = Geste(PAR, le)
    with transaction(engine, "juger_certificat") as conn:
        noter_verdict(conn, un.id, verdict)
        _agir(conn, juge, un, suite, geste)
        if par_fichier and un.etat in {EtatCertificat.PROPOSE, EtatCertificat.RETENU}:
            nom = nom_de_reponse(code, un.empreinte, next(reversed(jetons(conn, un)), None), verdict.decision)
            deposer_texte(conn, poste.entrepot, un.partenaire_id, nom, textes.texte_verdict(verdict), le)
    # The door is closed first: a run that dies here leaves the notice to :func:`prevenir`.
    envois = _dire_revoque(engine, poste, fiche, un, le) if suite is Action.REVOQUER else ()
    return Constat(code, un, verdict, suite, tuple(envois))


def _agir(conn: Connection, juge: Verificateur, un: CertificatPartenaire, suite: Action, geste: Geste) -> None:
    fermetures = {
        Action.RETENIR: EtatCertificat.RETENU, Action.REFUSER: EtatCertificat.REFUSE, Action.REVOQUER: EtatCertificat.REVOQUE,
    }  # fmt: skip
    if suite is Action.METTRE_EN_VIGUEUR:
        mettre_en_vigueur(conn, un.id, geste, recouvrement=juge.politique.recouvrement)
    elif suite in fermetures:
        fermer(conn, un.id, geste, fermetures[suite])


def _dire_revoque(engine: Engine, poste: Poste, fiche: Fiche, un: CertificatPartenaire, le: datetime) -> list[Envoi]:
    """Tell that a certificate was found revoked, unless no verdict says so (the operator took it back), or that was long ago."""
    garde = dernier_verdict(engine, un.id)
    if garde is None or le - garde.le > _REPRISE:
        return []
    fautive = next((one for one in map(_ligne, garde.lignes) if one.controle in _REVOQUENT and one.resultat is Resultat.ECHOUE), None)
    if fautive is None:
        return []
    sujet, texte = textes.avis_revocation(fiche.code_application, un, fautive)
    return envoyer(engine, poste, fiche, Avis(un, "revoque", sujet, texte), le)


def prevenir(engine: Engine, politique: PolitiqueCertificats, poste: Poste, le: datetime) -> list[Envoi]:
    """Send the notices that are due. One that could not leave by mail is tried again at the next run."""
    envois: list[Envoi] = []
    for fiche in fiches(engine):
        partenaire_id, _ = trouver(engine, fiche.code_application)
        avis = avis_d_echeance(engine, partenaire_id, fiche, le, politique.preavis)
        if avis is not None:
            envois += envoyer(engine, poste, fiche, avis, le)
        if fiche.etat is not EtatFiche.CLOS:
            for un in certificats(engine, partenaire_id):
                if un.etat is EtatCertificat.REVOQUE and un.not_after > le:
                    envois += _dire_revoque(engine, poste, fiche, un, le)
    return envois


def _ligne(gardee: Mapping[str, Any]) -> Ligne:
    """Return a line as it was before the ledger kept it."""
    return Ligne(**{**gardee, "controle": Controle(gardee["controle"]), "resultat": Resultat(gardee["resultat"])})


@dataclass(frozen=True, slots=True)
class Rafraichissement:
    """What became of a trusted list. :ivar resultat: what changed, or why nothing did."""

    source: str
    resultat: Import | RefusTsl | EchecHttp


def rafraichir(
    engine: Engine, client: httpx.Client, suivies: tuple[ListeSuivie, ...], le: datetime, delai: float
) -> list[Rafraichissement]:
    """Fetch and import, once a day, every list of the settings. One that fails leaves the former one in use.

    :raises ErreurUsage: a file of signers cannot be read. Facts: ``path``.
    """
    bornes = Bornes(delai=delai * 6, taille=TAILLE_MAX)  # lists are a hundred times the size of an answer

    def une(suivie: ListeSuivie) -> Import | RefusTsl | EchecHttp:
        try:
            data = demander(client, suivie.adresse, bornes)
        except EchecHttp as error:
            return error
        return importer_tsl(engine, data, suivie.signataires, suivie.adresse, le)

    fraiches = {one.source for one in listes(engine) if le - one.importee_le < _AGE}
    return [Rafraichissement(one.adresse, une(one)) for one in suivies if one.adresse not in fraiches]


def importer_tsl(engine: Engine, data: bytes, signataires: Path, source: str, le: datetime) -> Import | RefusTsl:
    """Check a list and put it in use.

    :param signataires: PEM file of the certificates, one of which must have signed.
    :raises ErreurUsage: that file cannot be read. Facts: ``path``.
    """
    try:
        connus = x509.load_pem_x509_certificates(signataires.read_bytes())
    except (OSError, ValueError) as error:
        raise ErreurUsage(
            f"{signataires} : fichier PEM de signataires illisible / unreadable PEM file of signers", path=str(signataires)
        ) from error
    lue = lire_tsl(data, connus, le)
    return lue if isinstance(lue, RefusTsl) else importer(engine, lue, data, source, le)
