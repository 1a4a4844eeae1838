"""An address that may hold a password: what is printed of it does not."""

from __future__ import annotations

import re

from pydantic import Secret

#: Between ``user:`` and the last ``@``; too much of a badly written address is hidden rather than too little.
_MOT_DE_PASSE = re.compile(r"(?<=://)([^:/?@]*):.*@", re.DOTALL)
#: Parameters that hold a secret, in the query of a URL or in a libpq address.
_PARAMETRE = re.compile(r"(?i)\b(\w*(?:pass|secret|token|key|sig|cred)\w*\s*=\s*)[^&\s]*")


def masquer(adresse: str) -> str:
    """Return an address with its password, and the parameters that may be one, replaced by ``***``."""
    return _PARAMETRE.sub(r"\1***", _MOT_DE_PASSE.sub(r"\1:***@", adresse))


class AdresseSecrete(Secret[str]):
    """An address whose ``repr``, ``str`` and JSON hide its password; :meth:`get_secret_value` gives it whole."""

    def _display(self) -> str:
        return masquer(self.get_secret_value())
