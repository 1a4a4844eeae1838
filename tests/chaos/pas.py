"""Kills, faults and doubled runs at each crash point of the steps: ``python -m tests.chaos.pas --tues 2000 --graine 7``.

The plan of a campaign follows from its seed: ``--essai N`` does the Nth run of it again, alone.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from random import Random
from statistics import median

from tests.chaos.essais import Atelier, Constat, Coup, ateliers
from tests.chaos.photo import Photo
from tests.chaos.promesses import Rupture
from tests.chaos.sonde import ENTRE_DEUX, TUEURS, Mal, Point

#: Kills that may follow the first in a run that is not left to mend it: about half of them fall before all is at rest.
ENCORE = 24


@dataclass(frozen=True, slots=True)
class Essai:
    """One run of a campaign. :ivar doubles: processes that live at the same time. :ivar sshd: through a real sshd, ciphers and all."""

    numero: int
    coups: tuple[Coup, ...]
    doubles: int = 1
    sshd: bool = False

    @property
    def tues(self) -> int:
        return sum(one.mal in TUEURS for one in self.coups)

    @property
    def repete(self) -> bool:
        return any(one.repete is not None for one in self.coups)

    def __str__(self) -> str:
        said = ", then ".join(f"{one.mal} at {one.numero}" for one in self.coups if one.mal is not Mal.RIEN) or "no fault"
        ways = {"two processes": self.doubles > 1, "steps repeated": self.repete, "real sshd": self.sshd}
        return ", ".join([f"run {self.numero}: {said}", *(way for way, so in ways.items() if so)])


def _coups(points: Sequence[Point], hasard: Random) -> tuple[list[Coup], list[Coup]]:
    """Return every kill and every fault that fit the points: first one of each kind of effect, then one of each point, then the others."""
    per_kind: dict[tuple[str, Mal], list[Coup]] = {}
    for n, one in enumerate(points):
        if one.etape == ENTRE_DEUX:
            continue
        maux = [Mal.FAUTE, Mal.COUPER] if one.genre.startswith(("sql", "sftp")) else [Mal.FAUTE]
        if one.effet:
            maux += [Mal.TUER, Mal.TUER_APRES, Mal.FAUTE_APRES]
        if one.genre.endswith(" write"):
            maux.append(Mal.DECHIRER)
        for mal in maux:
            per_kind.setdefault((one.genre, mal), []).append(Coup(mal, n, tenace=mal is Mal.FAUTE and hasard.random() < 0.5))
    for several in per_kind.values():
        hasard.shuffle(several)
    firsts = sorted((several[0] for several in per_kind.values()), key=lambda one: one.mal is not Mal.TUER)
    others = [one for several in per_kind.values() for one in several[1:]]
    hasard.shuffle(others)
    of_points = {(one.numero, one.mal in TUEURS): one for one in others}.values()
    ordered = [*firsts, *of_points, *(one for one in others if one not in set(of_points))]
    return [one for one in ordered if one.mal in TUEURS], [one for one in ordered if one.mal not in TUEURS]


def plan(points: Sequence[Point], graine: int, tues: int, fautes: int) -> list[Essai]:
    """Return the runs of a campaign, every kill once before any again.

    Of ten runs, six are killed again and again while the platform mends the first blow; two do steps again, at once or long after, and are
    killed twice more; one lives beside another process that does the same; one is left to mend one blow. One in twenty goes through a real
    sshd.
    """
    hasard = Random(graine)
    kills, faults = _coups(points, hasard)
    made: list[Essai] = []

    def encore(n: int, **repete: int) -> Iterator[Coup]:
        """Yield kills that fall soon or late in what is left to do."""
        for _ in range(n):
            yield Coup(hasard.choice((Mal.TUER, Mal.TUER_APRES)), int(len(points) ** hasard.uniform(0.2, 0.75)), **repete)

    def ajouter(coup: Coup) -> int:
        rang = len(made)
        coups: tuple[Coup, ...] = (coup,)
        doubles = 1
        if rang % 5 in {0, 2, 4}:
            coups = (coup, *encore(ENCORE))
        elif rang % 10 == 7:
            coups = (replace(coup, hasard=hasard.randrange(10**6)), Coup(hasard=hasard.randrange(10**6)))
            doubles = 2
        elif rang % 5 == 1:
            seed = hasard.randrange(10**6)
            coups = (replace(coup, repete=seed), *encore(2, repete=seed + 1))
        made.append(Essai(rang, coups, doubles, sshd=rang % 20 == 13))
        return made[-1].tues

    rest = itertools.islice(itertools.cycle(faults), fautes)
    killed, fresh = 0, itertools.cycle(kills)
    while killed < tues:
        if len(made) % 3 == 2 and (fault := next(rest, None)) is not None:
            ajouter(fault)
            continue
        apart = len(made) % 10 in {1, 6, 7}  # where the points are not those of the plan: they take the turn of no other
        killed += (ajouter(hasard.choice(kills) if apart else next(fresh)) + 1) // 2
    for fault in rest:
        ajouter(fault)
    return made


#: What struck, as the report says it: beginnings of ``mal: step: kind``.
_ESPECES = {
    Mal.TUER: "killed before an effect",
    Mal.TUER_APRES: "killed after it",
    Mal.DECHIRER: "killed half-way",
    Mal.FAUTE_APRES: "done but not told",
}


def _espece(frappe: str) -> str:
    mal, _, genre = frappe.split(": ")
    ou = genre.split()[0]
    if mal == Mal.COUPER:
        return f"{'database' if ou == 'sql' else 'SFTP'} connections cut"
    return _ESPECES.get(Mal(mal)) or {"sql": "database refused", "sftp": "SFTP refused", "disque": "disk full"}[ou]


@dataclass(slots=True)
class Rapport:
    """What a campaign came to."""

    graine: int
    taille: str = ""
    points: list[Point] = field(default_factory=list)
    essais: int = 0
    doubles: int = 0
    sshd: int = 0
    tues: int = 0
    fautes: int = 0
    flux: int = 0
    reprises: int = 0
    pires_reprises: int = 0
    repetes: int = 0
    remises: list[float] = field(default_factory=list)
    secondes: float = 0.0
    couverts: set[tuple[Mal, int]] = field(default_factory=set)
    frappes: Counter[str] = field(default_factory=Counter)
    erreurs: Counter[str] = field(default_factory=Counter)
    ruptures: list[tuple[Essai, Rupture]] = field(default_factory=list)

    def noter(self, essai: Essai, constat: Constat) -> None:
        self.essais += 1
        self.doubles += essai.doubles > 1
        self.sshd += essai.sshd
        fell = len(constat.frappes)
        self.tues += min(essai.tues, constat.tues)
        self.fautes += fell - min(fell, constat.tues)
        self.flux += constat.flux
        self.repetes += constat.repetes
        self.remises += [] if constat.remise is None else [constat.remise]
        self.reprises += constat.reprises
        self.pires_reprises = max(self.pires_reprises, constat.reprises)
        self.frappes.update(constat.frappes)
        self.erreurs.update(constat.erreurs)
        if fell and essai.doubles == 1 and not essai.repete:
            self.couverts.add((essai.coups[0].mal, essai.coups[0].numero))
        self.ruptures += [(essai, one) for one in constat.ruptures]

    def lignes(self) -> Iterator[str]:
        """Yield the report, line by line."""
        kinds = Counter(one.genre for one in self.points if one.effet)
        rompus = Counter(one.promesse for _, one in self.ruptures)
        effets = {n for n, one in enumerate(self.points) if one.effet and one.etape != ENTRE_DEUX}
        struck = {n for mal, n in self.couverts if mal in TUEURS} & effets
        yield f"seed {self.graine}: {self.essais} runs in {self.secondes:.0f} s ({self.essais / max(self.secondes, 1e-9):.1f} a second)"
        yield f"kills {self.tues}, faults {self.fautes}, runs of two processes {self.doubles}, steps repeated {self.repetes}, runs through a real sshd {self.sshd}"
        yield "  " + ", ".join(f"{nom} {n}" for nom, n in sorted(Counter(map(_espece, self.frappes.elements())).items()))
        yield f"crash points: {len(self.points)} found, {len(effets)} with an effect, {len(struck)} of those killed at"
        yield "  " + ", ".join(f"{genre} {n}" for genre, n in sorted(kinds.items()))
        sortes = {(one.etape, one.genre) for one in self.points if one.effet and one.etape != ENTRE_DEUX}
        tuees = {tuple(one.split(": ")[1:]) for one in self.frappes if one.split(":")[0] in TUEURS}
        yield f"kinds of effect in a step: {len(sortes)} found, {len(sortes & tuees)} of those killed at"
        yield f"flows deposited {self.flux}, lost {rompus['perdu']}, doubled {rompus['double']}, answers missing {rompus['sans-reponse']}"
        yield f"sequences with holes {rompus['numeros']}, other promises broken {sum(rompus.values()) - sum(rompus[one] for one in ('perdu', 'double', 'sans-reponse', 'numeros'))}"
        if self.remises:
            yield f"seconds from a kill to rest: median {median(self.remises):.1f}, worst {max(self.remises):.1f}"
        yield f"new starts {self.reprises}, {self.pires_reprises} at most in one run; step failures mended by a retry {sum(self.erreurs.values())}"
        seen: Counter[str] = Counter()
        for essai, one in self.ruptures:
            seen[one.promesse] += 1
            if seen[one.promesse] <= 3:
                yield f"BROKEN {essai}: {str(one)[:1500]}"
                yield f"  again: python -m tests.chaos.pas --graine {self.graine} {self.taille} --essai {essai.numero}"


_ATELIERS: list[Atelier] = []
_MIEN: list[Atelier] = []


def _prendre(file: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    _MIEN[:] = [_ATELIERS[file.get()]]
    _MIEN[0].chauffer()


def _ecart(more: list[str], less: list[str]) -> str:
    """Show where the first two that differ part."""
    if not more or not less:
        return (more or less or ["as many of another kind"])[0][:300]
    ici = next((n for n, (x, y) in enumerate(zip(more[0], less[0], strict=False)) if x != y), 0)
    return f"…{more[0][max(0, ici - 120) : ici + 120]}… instead of …{less[0][max(0, ici - 20) : ici + 120]}…"


def _faire(essai: Essai, reference: Photo, fin: float) -> tuple[Essai, Constat | None]:
    if time.monotonic() > fin:
        return essai, None
    (atelier,) = _MIEN or _ATELIERS[:1]
    constat = atelier.essayer(*essai.coups, doubles=essai.doubles, sshd=essai.sshd)
    found = atelier.photo()
    for nom, attendu in reference.items():
        if found[nom] != attendu:
            more, less = (
                [str(one) for one in ones if one not in others] for ones, others in ((found[nom], attendu), (attendu, found[nom]))
            )
            constat.ruptures.append(
                Rupture("difference", f"{nom}, not as in a run without fault: {len(more)} more, {len(less)} less; {_ecart(more, less)}")
            )
    return essai, constat


def campagne(
    graine: int, tues: int, fautes: int, *, travailleurs: int = 2, seul: int | None = None, en_cours: bool = False, limite: float = 1e9
) -> Rapport:
    """Run a campaign and return its report.

    :param seul: number of the one run to do again. :param limite: seconds after which no run is begun.
    """
    rapport = Rapport(graine, f"--tues {tues} --fautes {fautes}")
    with ExitStack() as pile:
        _ATELIERS[:] = pile.enter_context(ateliers(travailleurs, graine, sshd=True))
        temoin = _ATELIERS[0].essayer()
        rapport.points = temoin.points
        rapport.ruptures += [(Essai(-1, ()), one) for one in temoin.ruptures]
        reference = _ATELIERS[0].photo()
        essais = plan(rapport.points, graine, tues, fautes)
        if seul is not None:
            essais = [one for one in essais if one.numero == seul]
        debut = time.monotonic()
        fork = multiprocessing.get_context("fork")
        file = fork.Queue()
        for n in range(travailleurs):
            file.put(n)
        pool = pile.enter_context(ProcessPoolExecutor(travailleurs, fork, _prendre, (file,)))
        for n, (essai, constat) in enumerate(pool.map(_faire, essais, itertools.repeat(reference), itertools.repeat(debut + limite)), 1):
            if constat is None:
                continue
            rapport.noter(essai, constat)
            for one in constat.ruptures if en_cours else ():
                _dire(f"{essai} {constat.frappes}: {str(one)[:1500]}")
            if en_cours and n % 25 == 0:
                _dire(f"{n} of {len(essais)} runs, {time.monotonic() - debut:.0f} s, kills {rapport.tues}, broken {len(rapport.ruptures)}")
        rapport.secondes = time.monotonic() - debut
    return rapport


def _dire(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def principal() -> int:
    """Read the command line, run, print the report; 1 when a promise broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tues", type=int, default=2000, help="kills, about")
    parser.add_argument("--fautes", type=int, default=600, help="runs of which a fault strikes, not a kill")
    parser.add_argument("--graine", type=int, default=7, help="seed of the deposits and of the plan")
    parser.add_argument("--travailleurs", type=int, default=2, help="runs at the same time")
    parser.add_argument("--secondes", type=float, default=1e9, help="no run is begun after so many")
    parser.add_argument("--essai", type=int, help="number of the one run to do again; with the --tues and --fautes it had")
    given = parser.parse_args()
    rapport = campagne(
        given.graine, given.tues, given.fautes, travailleurs=given.travailleurs, seul=given.essai, en_cours=True, limite=given.secondes
    )
    for line in rapport.lignes():
        sys.stdout.write(f"{line}\n")
    return 1 if rapport.ruptures else 0


if __name__ == "__main__":
    sys.exit(principal())
