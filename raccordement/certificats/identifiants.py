"""What a certificate's subject says of its owner: SIREN or SIRET as RGS and ETSI write them, against the connection record.

RGS V2, annexe A4: an ``OU`` holds the four-digit ICD code, a space, the number (``0002 123456789``; ``0002`` for SIREN and SIRET).
ETSI EN 319 412-1, 5.1.4: ``organizationIdentifier`` is ``NTRFR-SIREN`` (trade register), ``VATFR-..SIREN`` (VAT) or ``SI:FR-SIREN``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID
from stdnum.fr import siren as _siren

_OU = re.compile(r"0002 ?(\d{9}|\d{14})")
_ETSI = re.compile(r"(?:NTRFR-|SI:FR-)(\d{9})|VATFR-[0-9A-Z]{2}(\d{9})")


@dataclass(frozen=True, slots=True)
class Identifiant:
    """One identifier of a subject.

    :ivar siren: 9 digits. :ivar siret: 14 digits where the whole SIRET is given. :ivar norme: who writes so. :ivar brut: as written.
    """

    siren: str
    siret: str | None
    norme: str
    brut: str

    def designe(self, siret: str) -> bool:
        """Return whether it names the owner of ``siret`` (or of a SIREN of 9 digits): the establishment when it gives one."""
        if self.siret is not None and len(siret) == 14:
            return self.siret == siret
        return self.siren == siret[:9]


def identifiants(sujet: x509.Name) -> tuple[Identifiant, ...]:
    """Return the French identifiers of a subject; a number whose key digit is wrong does not count."""
    found: list[Identifiant] = []
    for one in sujet.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME):
        if (lu := _OU.fullmatch(str(one.value).strip())) is not None:
            number = lu[1]
            found.append(Identifiant(number[:9], number if len(number) == 14 else None, "RGS", str(one.value)))
    found += [
        Identifiant(lu[1] or lu[2], None, "ETSI", str(one.value))
        for one in sujet.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
        if (lu := _ETSI.fullmatch(str(one.value).strip())) is not None
    ]
    return tuple(one for one in found if _siren.is_valid(one.siren))
