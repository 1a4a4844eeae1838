"""A secret that is looked for, and where the settings may hold one."""

import re
from typing import get_args

from pydantic import BaseModel, Secret, SecretStr

#: Stands nowhere else; passes in an address as it is.
SECRET = "Zx9-tout-a-fait-secret"


def base_secrete(url: str) -> str:
    """The address of the ledger with a password, which the embedded server does not ask for."""
    return url.replace("postgres@", f"postgres:{SECRET}@", 1)


def secrets_de(modele: type[BaseModel], prefixe: str = "") -> set[str]:
    """The settings that hide their value; fails on one that ought to and does not."""
    found = set()
    for name, field in modele.model_fields.items():
        kinds = [one for one in (field.annotation, *get_args(field.annotation)) if isinstance(one, type)]
        if any(issubclass(one, Secret | SecretStr) for one in kinds):
            found.add(prefixe + name)
        elif re.search(r"\bURL\b|secret|token|mot_de_passe|password$", f"{field.description} {name}"):
            raise AssertionError(f"{prefixe}{name} may hold a secret: give it AdresseSecrete or SecretStr")
        for one in kinds:
            if issubclass(one, BaseModel):
                found |= secrets_de(one, f"{prefixe}{name}.")
    return found
