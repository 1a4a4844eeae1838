"""The table of verdicts: every check of a deposit, in one pass, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509

from flux.modele.anomalie import citer
from raccordement.certificats import controles as c
from raccordement.certificats.chaine import Ancre, Chemin, SansChemin, etablir_chemin
from raccordement.certificats.lacunes import TEXTES as TEXTES_LACUNES
from raccordement.certificats.lecture import Lecture, Refus, lire_depot
from raccordement.certificats.noms import empreinte, nom_lisible
from raccordement.certificats.politique import PolitiqueCertificats, Role, decider
from raccordement.certificats.resultats import Controle, Ligne, Resultat, Verdict, echoue, inconnu, reussi, sans_objet
from raccordement.certificats.revocation import interroger, ligne_revocation
from raccordement.certificats.sources import Sources


@dataclass(frozen=True, slots=True)
class EnService:
    """The certificate in force of a partner. :ivar debut: :ivar fin: its validity (UTC)."""

    sha256: str
    debut: datetime
    fin: datetime


@dataclass(frozen=True, slots=True)
class Attendu:
    """What is known of the partner.

    :ivar identifiant: SIRET or SIREN of the record. :ivar role: what its protocol asks. :ivar en_service: its certificate in force.
    :ivar tenants: given a certificate, the other partners that have it or its key; ``None`` when no ledger is asked.
    """

    identifiant: str | None = None
    role: Role | None = None
    en_service: EnService | None = None
    tenants: Callable[[x509.Certificate], tuple[str, ...]] | None = None


#: Asks the verification service about a chain, the partner's certificate first; returns its line.
DemanderService = Callable[[tuple[x509.Certificate, ...], datetime], Ligne]


@dataclass(frozen=True, slots=True)
class Verificateur:
    """What judges deposits. :ivar ancres: the accepted authorities. :ivar service: ``None`` when no address is set."""

    ancres: tuple[Ancre, ...]
    politique: PolitiqueCertificats
    sources: Sources
    service: DemanderService | None = None

    def verifier(self, data: bytes, le: datetime, attendu: Attendu | None = None) -> Verdict:
        """Judge a deposit at ``le`` (aware). Never raises on what it holds."""
        lu = lire_depot(data)
        if isinstance(lu, Refus):
            return self.refuser(lu, le)
        return self.juger(lu, le, attendu or Attendu())

    def refuser(self, refus: Refus, le: datetime) -> Verdict:
        """Return the verdict on what cannot be judged."""
        illisible = echoue(Controle.LECTURE, refus.fr, refus.en, "KB0011570", motif=refus.motif.value)
        return Verdict(decider((illisible,), self.politique, le)[0], (illisible,), le)

    def juger(self, lu: Lecture, le: datetime, attendu: Attendu, *, reseau: bool = True) -> Verdict:
        """Judge a certificate already read.

        :param reseau: False asks nobody: revocation and the service are then unknown, to be asked later.
        """
        autres = len(lu.chaine)
        lecture = reussi(
            Controle.LECTURE,
            f"{lu.forme}, avec {autres} certificat(s) d'autorité.",
            f"{lu.forme}, with {autres} authority certificate(s).",
            "KB0011570", forme=lu.forme, chaine=autres,
        )  # fmt: skip
        chemin = etablir_chemin(lu, self.ancres, le)
        certificats = (lu.feuille,) if isinstance(chemin, SansChemin) else chemin.certificats
        revocation, service = self._demander(chemin, le) if reseau else (_PLUS_TARD, _SANS_SERVICE)
        lignes = (
            lecture,
            _chaine(chemin),
            c.controler_dates(certificats, le),
            c.controler_cle(certificats, self.politique),
            c.controler_signature(certificats, self.politique),
            c.controler_usage(certificats, attendu.role),
            c.controler_sujet(lu.feuille, attendu.identifiant, self.politique),
            c.controler_politiques(lu.feuille, self.politique),
            _unicite(lu.feuille, attendu),
            _recouvrement(lu.feuille, attendu.en_service, le),
            revocation,
            service,
        )
        decision, reverifier = decider(lignes, self.politique, le)
        return Verdict(
            decision, lignes, le, empreinte(lu.feuille), citer(nom_lisible(lu.feuille.subject)), lu.feuille.not_valid_after_utc, reverifier
        )

    def _demander(self, chemin: Chemin | SansChemin, le: datetime) -> tuple[Ligne, Ligne]:
        """Ask OCSP, CRL and the verification service: of a chain that holds only, for the addresses come from it."""
        if isinstance(chemin, SansChemin):
            return _sans_chaine(Controle.REVOCATION), _sans_chaine(Controle.SERVICE)
        revocation = ligne_revocation(interroger(chemin, self.sources, le))
        service = _SANS_SERVICE if self.service is None else self.service(chemin.certificats, le)
        return joindre(revocation, service), service


_PLUS_TARD = inconnu(Controle.REVOCATION, "Sera demandée.", "Will be asked.", "RFC 5280, 6.3")
_SANS_SERVICE = sans_objet(
    Controle.SERVICE,
    "Aucun service de vérification n'est réglé : la vérification locale suffit.",
    "No verification service is set: local verification stands alone.",
    "FLUX_CERTIFICATS__SERVICE",
)


def joindre(revocation: Ligne, service: Ligne) -> Ligne:
    """Return the line on revocation, answered by the verification service where the local one is unknown.

    A local *revoked* stands whatever the service says; a service that refuses fails its own line.
    """
    if revocation.resultat is Resultat.INCONNU and service.resultat is Resultat.REUSSI:
        fr = "Non révoqué, dit le service de vérification ; OCSP et CRL n'ont pas répondu."
        en = "Not revoked, says the verification service; OCSP and CRL did not answer."
        return replace(revocation, resultat=Resultat.REUSSI, fr=fr, en=en, source=service.source)
    return revocation


def _sans_chaine(controle: Controle) -> Ligne:
    return sans_objet(
        controle, "Sans chaîne établie, aucune réponse ne vaut.", "Without an established chain no answer counts.", "RFC 5280, 6.3"
    )


def _chaine(chemin: Chemin | SansChemin) -> Ligne:
    if isinstance(chemin, Chemin):
        noms = " → ".join(citer(nom_lisible(one.subject)) for one in chemin.certificats)
        return reussi(Controle.CHAINE, noms, noms, chemin.ancre.source, chemin=[empreinte(one) for one in chemin.certificats])
    if chemin.manque is not None:
        manque = chemin.manque
        fr, en = (one.format(de=citer(manque.de), manquant=citer(manque.manquant)) for one in TEXTES_LACUNES[manque.lacune])
        return echoue(
            Controle.CHAINE, fr, en, "RFC 5280, 6.1 ; KB0011570",
            cause=chemin.cause, manquant=manque.manquant, lacune=manque.lacune.value,
        )  # fmt: skip
    return echoue(
        Controle.CHAINE,
        f"La chaîne ne tient pas ({citer(chemin.cause)}) : demandez à votre autorité la chaîne exacte.",
        f"The chain does not hold ({citer(chemin.cause)}): ask your authority for the exact chain.",
        "RFC 5280, 6.1", cause=chemin.cause,
    )  # fmt: skip


def _unicite(feuille: x509.Certificate, attendu: Attendu) -> Ligne:
    source = "Note SE p. 27 (« unique et valide »)"
    if attendu.tenants is None:
        return sans_objet(Controle.UNICITE, "Pas de fiche : non recherché.", "No record: not looked for.", source)
    tenants = attendu.tenants(feuille)
    if not tenants:
        return reussi(
            Controle.UNICITE, "Ni ce certificat ni sa clé n'est à un autre partenaire.", "No other partner has it or its key.", source
        )
    return echoue(
        Controle.UNICITE,
        "Ce certificat, ou sa clé, est déjà celui d'un autre partenaire : faites émettre un certificat sur une clé qui ne serve qu'à vous.",
        "Another partner already has this certificate or its key: have one issued on a key that serves you only.",
        source, partenaires=list(tenants),
    )  # fmt: skip


def _recouvrement(feuille: x509.Certificate, en_service: EnService | None, le: datetime) -> Ligne:
    source = "Maison : renouvellement sans coupure"
    if en_service is None or en_service.sha256 == empreinte(feuille):
        return sans_objet(Controle.RECOUVREMENT, "Pas d'autre certificat en service.", "No other certificate in force.", source)
    debut, fin = feuille.not_valid_before_utc, feuille.not_valid_after_utc
    commun = min(fin, en_service.fin) - max(debut, en_service.debut, le)
    if fin <= en_service.fin:
        return echoue(
            Controle.RECOUVREMENT,
            f"Il finit avant celui en service ({c.en_jour(en_service.fin)}) : il ne prolonge rien.",
            f"It ends before the one in force ({c.en_jour(en_service.fin)}, Paris): it extends nothing.",
            source, fin_en_service=en_service.fin.isoformat(),
        )  # fmt: skip
    if commun.total_seconds() <= 0:
        return echoue(
            Controle.RECOUVREMENT,
            f"Celui en service finit le {c.en_jour(en_service.fin)}, avant que celui-ci ne soit valable : "
            "les échanges s'arrêtent entre les deux.",
            f"The one in force ends on {c.en_jour(en_service.fin)} (Paris), before this one is valid: exchanges stop in between.",
            source, fin_en_service=en_service.fin.isoformat(),
        )  # fmt: skip
    return reussi(
        Controle.RECOUVREMENT, f"{commun.days} jours communs avec celui en service.", f"{commun.days} days shared with the one in force.",
        source, jours=commun.days,
    )  # fmt: skip
