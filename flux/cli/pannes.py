"""What a command says when it stops: what happened and what to do, in both languages, then what the machine said and the facts."""

from __future__ import annotations

from flux.errors import ErreurConfiguration, ErreurFlux, ErreurRegistre

_MUET = (
    "le registre (FLUX_BASE) n'a pas répondu : rétablir PostgreSQL ou le réseau, ou corriger FLUX_BASE, puis relancer ; voir flux sante",
    "the ledger (FLUX_BASE) did not answer: restore PostgreSQL or the network, or mend FLUX_BASE, then run again; see flux sante",
)
_REFUS = (
    "le registre a répondu et a refusé : revoir rôle, mot de passe et base dans FLUX_BASE, et les droits du rôle (GRANT)",
    "the ledger answered and refused: see role, password and database in FLUX_BASE, and the role's rights (GRANT)",
)
_INTERROMPU = (
    "le registre n'a pas pu finir : relancer ; si cela revient, lire le journal de PostgreSQL (disque, verrous)",
    "the ledger could not finish: run again; when it comes back, read PostgreSQL's log (disk, locks)",
)
_EMBARQUE = (
    "le PostgreSQL embarqué (FLUX_DOSSIER, faute de FLUX_BASE) ne marche pas : lire le fichier log de son dossier, ou donner FLUX_BASE",
    "the embedded PostgreSQL (FLUX_DOSSIER, FLUX_BASE being absent) does not work: read the file log of its folder, or set FLUX_BASE",
)
_ADRESSE = (
    "FLUX_BASE ne peut pas être utilisé : écrire postgresql+psycopg://role@machine:5432/base (mot de passe : role:…@)",
    "FLUX_BASE cannot be used: write postgresql+psycopg://role@host:5432/database (password: role:…@)",
)
_VERSION = (
    "le schéma du registre vient d'une autre version : installer celle qui l'a écrit, ou une plus récente",
    "the ledger's schema is of another version: install the one that wrote it, or a newer one",
)
_REGLAGES = (
    "réglages à corriger, puis relancer ; tous sont dans docs/reference/settings.md",
    "settings to mend, then run again; all are in docs/reference/settings.md",
)


def ligne(error: ErreurFlux) -> str:
    """Return the one line that says an error: a sentence in French and English, what was said by whom it came from, its facts."""
    said = _phrases(error)
    if said is None:
        told = str(error)
    else:
        source = (
            error.reponse if isinstance(error, ErreurRegistre) else str(error).removeprefix("réglages inutilisables / unusable settings: ")
        )
        told = f"{said[0]} / {said[1]} : {source}"
    facts = faits(error)
    return f"flux : {told} ({facts})" if facts and said is not _REGLAGES else f"flux : {told}"


def faits(error: ErreurFlux) -> str:
    """Return the facts of an error as ``name=value``, those that say nothing left out."""
    return ", ".join(f"{name}={_valeur(value)}" for name, value in error.facts.items() if value not in (None, "", (), []))


def _valeur(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)


def _phrases(error: ErreurFlux) -> tuple[str, str] | None:
    """Return what happened and what to do; ``None`` where the error's own sentence says it."""
    if isinstance(error, ErreurRegistre):
        return _du_registre(error)
    if not isinstance(error, ErreurConfiguration):
        return None
    if error.facts.get("setting") == "base":
        return _ADRESSE
    if "settings" in error.facts:  # its own sentence names each
        return _REGLAGES
    return _VERSION if error.facts.keys() == {"reason"} else None


def _du_registre(error: ErreurRegistre) -> tuple[str, str]:
    if "path" in error.facts:
        return _EMBARQUE
    if error.refuse:
        return _REFUS
    state = error.facts.get("sqlstate")  # 08: connection; 57P: the server stops, or starts
    return _INTERROMPU if isinstance(state, str) and not state.startswith(("08", "57P")) else _MUET
