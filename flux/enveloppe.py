"""The name of a flow: 41 characters that say what it is, who sends it and under which id.

``FSO1140A_ABC123_ABC1231140000000000000001`` is the interface (8), the application code of the sender (6) and the flow id (25):
that same application code, the interface's four digits and a sequence of 15 digits or capitals. Sources: the EDI deck of
July 2017 p. 3, the general dossier p. 32-33 and rule G7.33. A file that leaves the platform bears the receiver's code in second
place and the platform's own in the id (note 77).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flux.errors import ErreurUsage
from flux.modele.anomalie import Anomalie, anomalie
from flux.referentiel.interfaces import INTERFACES, RETIREES, Environnement, Interface
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS, InterfaceStatuts

#: The form, as a person reads it in an anomaly.
FORME = "CODEINTERFACE(8)_APPLICATION(6)_APPLICATION(6)+CODE(4)+SEQUENCE(15), ex. FSO1140A_ABC123_ABC1231140000000000000001"

_NOM = re.compile(r"(?P<interface>[A-Z]{3}[0-9]{4}[A-Z])_(?P<application>[A-Z]{3}[0-9]{3})_(?P<id>[A-Z]{3}[0-9]{3}[0-9]{4}[0-9A-Z]{15})")
_INTERFACE = re.compile(r"[A-Z]{3}[0-9]{4}[A-Z]")
_APPLICATION = re.compile(r"[A-Z]{3}[0-9]{3}")


@dataclass(frozen=True, slots=True)
class NomFlux:
    """A name that follows the grammar; it may still name an unknown interface.

    :ivar interface: 8 characters. :ivar application: 6 characters, second part of the name.
    :ivar identifiant: 25 characters, unique per partner for ever.
    """

    interface: str
    application: str
    identifiant: str

    @classmethod
    def construire(cls, interface: str, application: str, sequence: int, *, emetteur: str | None = None) -> NomFlux:
        """Build a name.

        :param application: application code written in second place: the sender's on the way in, the receiver's on the way out.
        :param sequence: from 0 to 10^15 - 1.
        :param emetteur: application code written in the id when it is another one (on the way out).
        :raises ErreurUsage: when the parts do not make a name of the grammar.
        """
        texte = f"{interface}_{application}_{emetteur or application}{interface[3:7]}{sequence:015d}"
        nom = cls.lire(texte)
        if nom is None:
            raise ErreurUsage(f"{texte!r} n'est pas un nom de flux, forme attendue / is no flow name, form expected: {FORME}", name=texte)
        return nom

    @classmethod
    def lire(cls, texte: str) -> NomFlux | None:
        """Parse ``texte``; ``None`` when it does not follow the grammar."""
        found = _NOM.fullmatch(texte)
        return cls(found["interface"], found["application"], found["id"]) if found else None

    @property
    def chiffres(self) -> str:
        """The four digits inside the id."""
        return self.identifiant[6:10]

    def __str__(self) -> str:
        """Return the 41 characters."""
        return f"{self.interface}_{self.application}_{self.identifiant}"


def interface_du_nom(texte: str) -> str | None:
    """Return the interface code at the head of a name, even of a wrong one, or ``None``: feedback keeps its number."""
    found = _INTERFACE.match(texte)
    return found.group() if found else None


def verifier_application(code: str, option: str) -> None:
    """Refuse an application code that no name can bear.

    :param option: what gave it on the command line.
    :raises ErreurUsage: names the option.
    """
    if _APPLICATION.fullmatch(code) is None:
        raise ErreurUsage(
            f"{option} {code} : trois capitales et trois chiffres attendus, par exemple ABC123 / three capitals and three digits expected, "
            f"such as ABC123",
            argument=option,
        )


def verifier_nom(
    texte: str, *, environnement: Environnement, application: str | None = None
) -> tuple[NomFlux | None, Interface | InterfaceStatuts | None, tuple[Anomalie, ...]]:
    """Check the name of a deposited file.

    :param environnement: where the platform runs; an interface may be open in qualification only.
    :param application: application code of the partner who deposits, when it is known.
    :return: the name, the interface's row (``None`` when nothing may be read under it) and the anomalies, all blocking.
    """
    nom = NomFlux.lire(texte)
    if nom is None:
        bare = texte.split(".", 1)[0]
        if NomFlux.lire(bare) is not None:
            return None, None, (anomalie("ENV-09", found=texte, expected=bare),)
        return None, None, (anomalie("ENV-01", found=texte, expected=FORME),)
    row, anomalies = _interface(nom.interface, environnement)
    if nom.chiffres != nom.interface[3:7]:
        anomalies.append(anomalie("ENV-05", found=nom.chiffres, expected=nom.interface[3:7]))
    codes = {nom.application, nom.identifiant[:6]}
    if application is None and len(codes) > 1:
        anomalies.append(anomalie("ENV-06", found=nom.identifiant[:6], expected=nom.application))
    elif application is not None and codes != {application}:
        anomalies.append(anomalie("ENV-06", found=", ".join(sorted(codes - {application})), expected=application))
    return nom, row if not anomalies else None, tuple(anomalies)


def _interface(code: str, environnement: Environnement) -> tuple[Interface | InterfaceStatuts | None, list[Anomalie]]:
    retiree = RETIREES.get(code)
    if retiree is not None:
        successors = ", ".join(retiree.remplacee_par)
        return None, [anomalie("ENV-03", found=code, expected=successors, quand_fr=retiree.quand_fr, quand_en=retiree.quand_en)]
    rows: dict[str, Interface | InterfaceStatuts] = {**INTERFACES, **INTERFACES_STATUTS}
    row = rows.get(code)
    if row is None:
        open_here = ", ".join(one.code for one in rows.values() if environnement in one.environnements)
        return None, [anomalie("ENV-02", found=code, expected=open_here)]
    if environnement not in row.environnements:
        return None, [anomalie("ENV-04", found=code, expected=row.remplacee_par)]
    return row, []
