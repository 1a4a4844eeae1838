"""What a verdict on a certificate costs: with warm caches, and when a CRL of 50,000 entries comes for the first time.

The floor is what nobody can do without: the two elliptic signatures of the path verified.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from cryptography import x509
from rich.table import Table

from raccordement.certificats.chaine import Ancre
from raccordement.certificats.lecture import lire_depot
from raccordement.certificats.politique import PolitiqueCertificats, Role
from raccordement.certificats.resultats import Decision
from raccordement.certificats.sources import Sources
from raccordement.certificats.verdict import Attendu, Verificateur
from tests.pki import LE, SIRET, Pki, cle_ec, p7b, pki

ENTREES, DEPOTS, ROUNDS = 50_000, 40, 5
OCSP, CRL, CRL_R = "http://ocsp.essai.example/", "http://crl.essai.example/ac.crl", "http://crl.essai.example/racine.crl"


@dataclass(frozen=True)
class MesureCertificats:
    """Milliseconds a verdict, verdicts a second, and the ratio to the floor."""

    cas: str
    ms: float
    par_seconde: float
    rapport: float


def mesurer() -> list[MesureCertificats]:
    """Time verdicts on new certificates of one authority; medians of rounds, in processor time."""
    base = pki(crl_racine=CRL_R).racine
    avec_crl = Pki(base, base.sous_autorite("AC à CRL", crl=CRL))
    avec_ocsp = Pki(base, base.sous_autorite("AC à OCSP", ocsp=OCSP))
    grande = avec_crl.intermediaire.liste(range(1, ENTREES + 1))
    reponses = {CRL_R: base.liste(), CRL: grande}
    depots = [_depot(avec_crl, rang) for rang in range(DEPOTS)]
    feuilles = [lire_depot(one).feuille for one in depots]  # type: ignore[union-attr]
    feuille = lire_depot(ocsp := _depot(avec_ocsp, 0)).feuille  # type: ignore[union-attr]
    reponses[OCSP] = avec_ocsp.intermediaire.reponse_ocsp(feuille, par=avec_ocsp.intermediaire.repondeur())
    chaud = _juge(avec_crl, reponses)
    plancher = _mediane(lambda: _plancher(avec_crl, feuilles), len(feuilles))
    cas: dict[str, tuple[Callable[[], None], int]] = {
        f"CRL de {ENTREES} entrées, en cache": (lambda: _juger(chaud, depots), len(depots)),
        "OCSP, en cache": (lambda: _juger(chaud, [ocsp] * len(depots)), len(depots)),
        f"CRL de {ENTREES} entrées, première fois": (lambda: _juger(_juge(avec_crl, reponses), depots[:1]), 1),
    }
    found = []
    for nom, (action, nombre) in cas.items():
        ms = _mediane(action, nombre)
        found.append(MesureCertificats(nom, ms, 1000 / ms, ms / plancher))
    return found


def tableau(mesures: list[MesureCertificats]) -> Table:
    """Return the measures as a table."""
    table = Table(title="verdict sur un certificat : temps de processeur ; rapport à deux signatures vérifiées, médianes")
    for titre in ("cas", "ms", "verdicts/s", "rapport"):
        table.add_column(titre, justify="left" if titre == "cas" else "right")
    for one in mesures:
        table.add_row(one.cas, f"{one.ms:.2f}", f"{one.par_seconde:.0f}", f"{one.rapport:.0f}")
    return table


def _depot(de: Pki, rang: int) -> bytes:
    return p7b(de.intermediaire.emettre(cle=cle_ec(("banc", rang)), numero=10_000_000 + rang), de.intermediaire.certificat)


def _juge(de: Pki, reponses: dict[str, bytes]) -> Verificateur:
    """A judge with empty caches, on a network that answers at once."""
    return Verificateur((Ancre(de.racine.certificat, "banc"),), PolitiqueCertificats(), Sources(lambda url, *_: reponses[url], lambda: LE))


def _juger(juge: Verificateur, depots: list[bytes]) -> None:
    for one in depots:
        decision = juge.verifier(one, LE, Attendu(SIRET, Role.CLIENT, None, lambda _: ())).decision
        assert decision is Decision.ACCEPTE, decision


def _plancher(de: Pki, feuilles: list[x509.Certificate]) -> None:
    """Verify the two signatures of each path."""
    for une in feuilles:
        une.verify_directly_issued_by(de.intermediaire.certificat)
        de.intermediaire.certificat.verify_directly_issued_by(de.racine.certificat)


def _mediane(action: Callable[[], None], nombre: int) -> float:
    """Return milliseconds of processor time for one of ``nombre``, median of the rounds after a first one."""
    action()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        action()
        times.append((time.process_time() - start) * 1000 / nombre)
    return median(times)
