"""What a record may subscribe to: the interfaces that partners send here, and those that this platform sends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flux.config import Reglages, reglages
from flux.errors import ErreurUsage
from flux.modele.raccordement import Sens
from flux.referentiel.interfaces import INTERFACES, RETIREES
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from flux.referentiel.sortantes import CYCLE_DE_VIE
from raccordement.fiche import Abonnement

#: Direction → codes that can be subscribed to.
Possibles = Mapping[Sens, tuple[str, ...]]

_OPTIONS = {Sens.EMISSION: ("en émission (--emission)", "as sent (--emission)")}
_OPTIONS[Sens.RECEPTION] = ("en réception (--reception)", "as received (--reception)")


def possibles(settings: Reglages | None = None) -> Possibles:
    """Return what a record may subscribe to. The settings name two outgoing codes: those of the pivot and of unreadable flows.

    :param settings: by default those of this process.
    :raises ErreurConfiguration: they cannot be read.
    """
    used = settings or reglages()
    recues = {*CYCLE_DE_VIE, used.interface_flux_illisible, used.interface_pivot} - {""}
    return {Sens.EMISSION: tuple(sorted({*INTERFACES, *INTERFACES_STATUTS})), Sens.RECEPTION: tuple(sorted(recues))}


def existe(abonnement: Abonnement, parmi: Possibles) -> bool:
    """Return whether a subscription is to an interface that is exchanged in its direction."""
    return abonnement.interface in parmi[abonnement.sens]


def exiger_connus(abonnements: Iterable[Abonnement], parmi: Possibles | None = None) -> None:
    """Stop on subscriptions to interfaces that do not exist, are closed, or go the other way; each is named with what to give instead.

    :param parmi: by default :func:`possibles`.
    :raises ErreurUsage: some cannot be taken. Facts: ``interfaces``.
    """
    known = parmi or possibles()
    wrong = [one for one in abonnements if not existe(one, known)]
    if wrong:
        phrases = " ; ".join(" / ".join(_phrase(one, known)) for one in wrong)
        raise ErreurUsage(phrases, interfaces=[one.interface for one in wrong])


def _phrase(abonnement: Abonnement, parmi: Possibles) -> tuple[str, str]:
    code, sens = abonnement.interface, abonnement.sens
    admis = ", ".join(parmi[sens])
    if sens is Sens.EMISSION and code in RETIREES:
        row = RETIREES[code]
        suites = ", ".join(row.remplacee_par)
        return f"{code} est fermée ({row.quand_fr}) : abonnez à {suites}", f"{code} is closed ({row.quand_en}): subscribe to {suites}"
    autre = next((one for one in Sens if one is not sens and code in parmi[one]), None)
    if autre is not None:
        fr, en = _OPTIONS[autre]
        return f"on s'abonne à {code} {fr} seulement ; ici : {admis}", f"{code} is subscribed to {en} only; here: {admis}"
    if sens is Sens.RECEPTION and code.startswith("CSO"):
        return f"le retour {code} arrive toujours, sans abonnement : ôtez-le", f"the feedback {code} always comes: take it away"
    fr, en = _OPTIONS[sens]
    proches = ", ".join(one for one in parmi[sens] if sum(a != b for a, b in zip(code, one, strict=True)) == 1)  # one slip of the keyboard
    pres_fr, pres_en = (f"peut-être {proches} ; ", f"perhaps {proches}; ") if proches else ("", "")
    return (
        f"{code} n'est pas une interface connue {fr} : {pres_fr}possibles : {admis}",
        f"{code} is no interface known {en}: {pres_en}possible: {admis}",
    )
