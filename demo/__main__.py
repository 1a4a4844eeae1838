"""``make demo``: real services, two partners, a mixed set of deposits, and every answer awaited.

Exit code 0 only if every expected answer came, and said what was expected.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo.partenaire import Partenaire, Reponse, compter_membres, compter_statuts, lire_retour
from demo.renouvellement import renouveler
from demo.scenario import DEPOTS, PARTENAIRES, RECEVEUR, Depot, DepotPrevu
from demo.services import Services
from demo.statuts import fabriquer_statuts
from flux.enveloppe import NomFlux
from flux.fabrique import Demande, ecrire_exemple

#: Seconds after which the demonstration says what is missing and stops.
PATIENCE = 300
_VERDICTS = {"90": "[green]intégré[/]", "96": "[yellow]intégré en partie[/]", "93": "[red]rejeté[/]"}


@dataclass(slots=True)
class Suivi:
    """One deposit and what came back."""

    depot: Depot
    depart: float
    sequence: int | None = None
    arrivee: float | None = None
    reponses: dict[str, Reponse] = field(default_factory=dict)

    @property
    def complet(self) -> bool:
        """True when every expected answer came, and the feedback says the expected status."""
        prefixes = [name[:3] if name.startswith("CSO") else name for name in self.reponses]
        return Counter(prefixes) == Counter(self.depot.prevu.reponses) and self.statut == self.depot.prevu.statut

    @property
    def statut(self) -> str | None:
        """IdStatut of the feedback."""
        retour = next((one for code, one in self.reponses.items() if code.startswith("CSO")), None)
        return None if retour is None else lire_retour(retour.contenu).id_statut

    def factures(self) -> tuple[int, int]:
        """Invoices integrated and rejected, as FSO1301A tells them."""
        statuses = self.reponses.get("FSO1301A")
        counts = compter_statuts(statuses) if statuses else Counter()
        return counts["01"], counts["37"]


def fabriquer(dossier: Path) -> list[Depot]:
    """Make the files of the scenario."""
    made = []
    for rank, prevu in enumerate(DEPOTS, 1):
        code = PARTENAIRES[prevu.partenaire][0]
        # A sequence of today's clock: a demonstration run again in the same .demo deposits new flows.
        sequence = int(time.time()) * 100 + rank
        demande = Demande(
            interface=prevu.interface,
            factures=prevu.factures,
            lignes=5,
            graine=sequence,
            application=code,
            sequence=sequence,
            defauts=(prevu.defaut,) if prevu.defaut else (),
            part_fautive=prevu.part_fautive,
        )
        written = ecrire_exemple(demande, dossier)
        made.append(Depot(prevu, prevu.nom or written.chemin.name, written.chemin))
    return made


class Demonstration:
    """Deposits and waits."""

    def __init__(self, services: Services, console: Console) -> None:
        self.console = console
        self.partenaires = {
            compte: Partenaire(compte, services.port_sftp, services.cle(compte), services.cle_hote) for compte in PARTENAIRES
        }
        self.suivis: list[Suivi] = []
        self.autres: list[tuple[str, Reponse]] = []

    def deposer(self, depot: Depot) -> Suivi:
        """Deposit one file and follow it."""
        self.partenaires[depot.prevu.partenaire].deposer(depot.fichier, depot.nom)
        suivi = Suivi(depot, time.monotonic())
        self.suivis.append(suivi)
        return suivi

    def attendre(self, progress: Progress, task: int) -> None:
        """Fetch answers until every deposit is complete, or patience ends."""
        limit = time.monotonic() + PATIENCE
        while not all(suivi.complet for suivi in self.suivis) and time.monotonic() < limit:
            self._relever()
            self.autres = [pair for pair in self.autres if not self._ranger(*pair)]
            progress.update(task, completed=sum(len(suivi.reponses) for suivi in self.suivis))
            time.sleep(0.3)

    def attendre_groupes(self, attendus: set[tuple[str, str]]) -> bool:
        """Fetch until each of these (partner, interface) got a grouped file; False when patience ends."""
        limit = time.monotonic() + PATIENCE
        while (come := attendus <= {(compte, one.interface) for compte, one in self.autres}) is False and time.monotonic() < limit:
            time.sleep(0.3)
            self._relever()
        return come

    def _relever(self) -> None:
        for compte, partenaire in self.partenaires.items():
            self.autres += [(compte, one) for one in partenaire.relever()]

    def _ranger(self, compte: str, reponse: Reponse) -> bool:
        """Give an answer to its deposit: the feedback names it, the numbers of the others follow the feedback's."""
        for suivi in self.suivis:
            if suivi.depot.prevu.partenaire != compte or reponse.interface in suivi.reponses:
                continue
            if reponse.interface.startswith("CSO"):
                nom = NomFlux.lire(suivi.depot.nom)
                if lire_retour(reponse.contenu).id_flux != (nom.identifiant if nom else suivi.depot.nom):
                    continue
                suivi.sequence = reponse.sequence
            elif suivi.sequence is None or not 0 < reponse.sequence - suivi.sequence < len(suivi.depot.prevu.reponses):
                continue
            suivi.reponses[reponse.interface] = reponse
            suivi.arrivee = time.monotonic()
            return True
        return False


def tableau(suivis: list[Suivi]) -> Table:
    """Return the table of results."""
    table = Table(title="Dépôts et réponses")
    for title in ("flux", "dépôt", "interface", "verdict", "intégrées", "rejetées", "réponses", "secondes"):
        numbers = title in {"intégrées", "rejetées", "secondes"}
        table.add_column(title, justify="right" if numbers else "left", no_wrap=title in {"flux", "interface"})
    for suivi in suivis:
        prevu = suivi.depot.prevu
        good, bad = suivi.factures()
        nom = NomFlux.lire(suivi.depot.nom)
        seconds = "" if suivi.arrivee is None else f"{suivi.arrivee - suivi.depart:.1f}"
        verdict = _VERDICTS.get(suivi.statut or "", "[red]sans réponse[/]")
        names = " ".join(sorted(suivi.reponses)) + ("" if suivi.complet else "  [red]incomplet[/]")
        table.add_row(
            nom.identifiant if nom else suivi.depot.nom, prevu.titre, prevu.interface, verdict, str(good), str(bad), names, seconds
        )
    return table


def grouper(services: Services, demo: Demonstration, issuer: str) -> bool:
    """Have the grouped files made at once; True when the recipient got its invoices, and the issuer what the recipient said."""
    services.airflow.appeler("POST", "/dags/groupage/dagRuns", {"logical_date": None})
    return demo.attendre_groupes({(RECEVEUR, "FEN0111A"), (issuer, "FSO1301A"), (issuer, "FEN1201A"), (issuer, "FEN1202A")})


def tableau_groupes(autres: list[tuple[str, Reponse]]) -> Table:
    """Return the table of grouped files."""
    table = Table(title="Fichiers groupés : cycle de vie et factures vers leurs destinataires")
    for title in ("partenaire", "fichier", "membres", "octets"):
        table.add_column(title, justify="right" if title in {"membres", "octets"} else "left", no_wrap=True)
    for compte, one in sorted(autres, key=lambda pair: (pair[0], pair[1].sequence)):
        table.add_row(compte, one.nom, str(compter_membres(one)), str(len(one.contenu)))
    return table


def derouler(services: Services, console: Console, dossier: Path) -> bool:
    """Run the scenario; True when every answer came."""
    demo = Demonstration(services, console)
    depots = fabriquer(dossier)
    first = depots[0]
    total = sum(len(depot.prevu.reponses) for depot in depots) + len(first.prevu.reponses) + 1  # and the answer to the statuses
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("réponses reçues", total=total)
        original, *_ = [demo.deposer(depot) for depot in depots]
        demo.attendre(progress, task)
        # The same file again: the same answers must come back, byte for byte.
        again = DepotPrevu("le même fichier une seconde fois", first.prevu.partenaire, first.prevu.interface, first.prevu.statut)
        repeated = demo.deposer(Depot(again, first.nom, first.fichier))
        if "FSO1301A" in original.reponses:
            demo.deposer(fabriquer_statuts(original.reponses["FSO1301A"].contenu, dossier))
        demo.attendre(progress, task)
    console.print(tableau(demo.suivis))
    grouped = grouper(services, demo, first.prevu.partenaire)
    console.print(tableau_groupes(demo.autres))
    if not grouped:
        console.print("[red]Des fichiers groupés manquent.[/]")
    same = {one.nom: one.contenu for one in original.reponses.values()} == {one.nom: one.contenu for one in repeated.reponses.values()}
    if not same:
        console.print("[red]Le second dépôt n'a pas reçu les mêmes réponses que le premier.[/]")
    compte, (code, _) = next(iter(PARTENAIRES.items()))
    renewed = renouveler(services, console, compte, code, PATIENCE)
    return same and grouped and renewed and all(suivi.complet for suivi in demo.suivis)


def principal() -> int:
    """Start the services, run the scenario, stop them unless asked to keep them."""
    parser = argparse.ArgumentParser(prog="demo")
    parser.add_argument("--keep", action="store_true", help="leave the services running and print how to reach them")
    parser.add_argument("--dossier", type=Path, default=Path(".demo"))
    keep, folder = (given := parser.parse_args()).keep, given.dossier.resolve()
    # In a pipe the table keeps its width: a log is read without wrapping.
    console = Console() if sys.stdout.isatty() else Console(width=150)
    with Services(folder, PARTENAIRES, receveur=RECEVEUR, keep=keep, console=console) as services:
        with tempfile.TemporaryDirectory() as made:
            done = derouler(services, console, Path(made))
        if keep:
            console.print(
                f"Airflow : {services.adresse_airflow}   utilisateur {services.utilisateur}   mot de passe {services.mot_de_passe}"
            )
            console.print(f"Pour arrêter : .venv/bin/python -m demo.services --arreter --dossier {folder}")
    if not done:
        console.print(f"[red]Des réponses manquent.[/] Les journaux sont dans {folder}/journaux.")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(principal())
