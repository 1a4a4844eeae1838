"""``--rejets``: a flow of the rejected invoices alone, as they came, ready to be mended and sent again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from flux.cli.verdict_fichier import Jugement, VerdictFichier, ouvrir_verdict, parcourir
from flux.errors import ErreurUsage
from flux.fabrique.fichier import ecrire_flux
from flux.modele.verdict import Decision


@dataclass(frozen=True, slots=True)
class Rejets:
    """What was written: how many invoices, and how many could not be (empty, too large, or all of a flow refused as a whole)."""

    verdict: VerdictFichier
    ecrites: int
    laissees: int


def verifier_et_extraire(chemin: Path, jugement: Jugement, sortie: Path) -> Rejets:
    """Judge one file and write the bytes of its rejected and unreadable invoices to ``sortie``, a deterministic tar.gz.

    Names inside are kept. Nothing is written when nothing is rejected, or when the flow itself is refused: then it is to be mended whole.

    :raises ErreurUsage: the file cannot be judged, or ``sortie`` cannot be written.
    """
    if sortie.exists() and sortie.samefile(chemin):
        raise ErreurUsage(f"{sortie} est le flux vérifié lui-même / is the flow under check itself", file=str(sortie))
    if not sortie.parent.is_dir():  # asked before: what is written aside has a name that nobody gave
        raise ErreurUsage(
            f"--rejets {sortie} : le dossier {sortie.parent} n'existe pas, créez-le / the folder {sortie.parent} does not exist, make it",
            file=str(sortie),
        )
    verdict = ouvrir_verdict(chemin, jugement)
    members = ((one.nom, one.contenu) for one in parcourir(chemin, verdict, jugement))
    first = next(members, None)
    if first is not None:
        try:
            # Written aside: a fault of the whole flow may still come after its first invoices.
            with TemporaryDirectory(prefix=".rejets-", dir=sortie.parent) as aside:
                written = Path(aside) / "flux"
                ecrire_flux(written, chain((first,), members), archive=True)
                if not verdict.refuse_entier:
                    written.replace(sortie)
        except (OSError, ValueError) as error:  # ValueError: a name that a tar header cannot hold
            raise ErreurUsage(f"{sortie} ne peut pas être écrit / cannot be written: {error}", file=str(sortie)) from error
    rejected = sum(one.decision is not Decision.ACCEPTE for one in verdict.documents)
    judged = {one.nom for one in verdict.documents}
    without_bytes = {one.member for one in verdict.anomalies if one.member is not None} - judged
    return Rejets(verdict, 0 if verdict.refuse_entier else rejected, len(without_bytes))
