"""Log lines: one form for the commands, and no text of a partner that could drive a terminal, a page or another line.

Airflow's tasks log as Airflow was told to (JSON lines in its task logs): :func:`renforcer` adds only the escaping there.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from flux.config import FormatJournal
from flux.modele.anomalie import visible

#: Traces have lines of their own; everything else is one line.
_EN_LIGNES = ("exception", "stack")


def configurer(forme: FormatJournal, sortie: TextIO | None = None) -> None:
    """Set up the log of this process. :param sortie: unless given, what is standard error when a line is written.

    Traces never show the values of variables: they hold invoices.
    """
    rendu: Processor = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
    if forme is FormatJournal.CONSOLE:
        rendu = structlog.dev.ConsoleRenderer(colors=(sortie or sys.stderr).isatty(), exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            echapper,
            rendu,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        logger_factory=lambda *_: structlog.PrintLogger(sortie or sys.stderr),
        cache_logger_on_first_use=False,
    )


def renforcer() -> None:
    """Escape in the log that another program set up (Airflow), just before it writes; set up ours when nobody did."""
    if not structlog.is_configured():
        configurer(FormatJournal.CONSOLE)
        return
    processors = structlog.get_config()["processors"]
    if echapper not in processors:
        structlog.configure(processors=[*processors[:-1], echapper, processors[-1]])


def echapper(_logger: WrappedLogger, _methode: str, faits: EventDict) -> EventDict:
    r"""Show control, ANSI and bidirectional characters as ``\u001b`` in every value of a log line (a processor of structlog)."""
    return {
        nom: "\n".join(map(visible, valeur.split("\n"))) if nom in _EN_LIGNES and isinstance(valeur, str) else _visible(valeur)
        for nom, valeur in faits.items()
    }


def _visible(valeur: object) -> object:
    if isinstance(valeur, str):
        return visible(str(valeur))
    if valeur is None or isinstance(valeur, bool | int | float | BaseException):
        return valeur
    if isinstance(valeur, Mapping):
        return {visible(str(nom)): _visible(un) for nom, un in valeur.items()}
    if isinstance(valeur, list | tuple | set | frozenset):
        return [_visible(un) for un in valeur]
    return visible(str(valeur))
