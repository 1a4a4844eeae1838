"""Runs a piece of work in a child process that the system stops past a ceiling of memory or of processor time."""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

MIO = 1024 * 1024
_TROP_DE_MEMOIRE, _ECHEC = 3, 1


def sous_bornes(travail: Callable[[], None], *, memoire: int, secondes: int) -> str:
    """Do ``travail`` in a child; return how it ended: ``fait``, ``mémoire``, ``temps`` or ``échec`` (its traceback is printed).

    :param memoire: bytes it may take beside what this process has. :param secondes: of processor time.
    """
    pid = os.fork()
    if pid == 0:
        os._exit(_enfant(travail, memoire, secondes))
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return "temps" if os.WTERMSIG(status) == signal.SIGXCPU else "échec"
    return {0: "fait", _TROP_DE_MEMOIRE: "mémoire"}.get(os.WEXITSTATUS(status), "échec")


def _enfant(travail: Callable[[], None], memoire: int, secondes: int) -> int:
    try:
        taille = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_AS, (taille + memoire, taille + memoire))
        resource.setrlimit(resource.RLIMIT_CPU, (spent + secondes, spent + secondes + 1))
        travail()
    except MemoryError:
        return _TROP_DE_MEMOIRE
    except:  # noqa: E722 - the child must never go on with the parent's tests: whatever happened is its exit code
        traceback.print_exc(file=sys.stderr)
        return _ECHEC
    return 0
