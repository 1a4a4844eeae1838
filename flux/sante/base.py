"""What ``flux sante`` sees of the ledger's database: does it answer, let us in, and have the schema of this version?"""

from __future__ import annotations

from sqlalchemy import Engine

from flux.errors import ErreurRegistre
from flux.registre import migrations
from flux.registre.sante import revision
from flux.sante.modele import Etat, Ligne


def base(engine: Engine) -> Ligne:
    """Return the line of the database; each thing that can be wrong with it has an advice of its own."""
    wanted = migrations.derniere() or ""
    try:
        found = revision(engine)
    except ErreurRegistre as panne:
        return en_panne(panne, wanted)
    if found == wanted:
        return Ligne("base", Etat.VERT, found, wanted)
    return Ligne("base", Etat.ROUGE, found or "—", wanted, cas="retard" if found is None or found in migrations.connues() else "inconnue")


def en_panne(panne: ErreurRegistre, wanted: str) -> Ligne:
    """Return the line of a database that did not answer, or that refused: told in the server's own words."""
    return Ligne("base", Etat.ROUGE, panne.reponse, wanted, cas="refus" if panne.refuse else "")
