"""Compiled sets on disk: the readable source, and its bytecode, under a key made of the rule file and of the compiler.

Bytecode is executable: the folder must belong to this user and be writable by nobody else. A file that is missing, cut or
changed is made again; the two files of a set are written aside and renamed, so that processes may share the folder.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType

from flux.errors import ErreurConfiguration

_EMPREINTE = 32  # bytes of a SHA-256


@lru_cache(maxsize=1)
def version() -> str:
    """SHA-256 of the engine's own source: any change of the compiler makes new keys."""
    somme = hashlib.sha256(sys.version.encode())
    for fichier in sorted(Path(__file__).parent.glob("*.py")):
        somme.update(fichier.read_bytes())
    return somme.hexdigest()


def empreinte(fichier: Path) -> str:
    """SHA-256 of a rule file and of the code lists beside it.

    :raises ErreurConfiguration: the file cannot be read.
    """
    somme = hashlib.sha256()
    try:
        for lu in (fichier, *sorted(fichier.parent.glob("*_codedb.xml"))):
            somme.update(lu.read_bytes())
    except OSError as faute:
        raise ErreurConfiguration(f"{fichier} cannot be read ({faute})", path=str(fichier)) from faute
    return somme.hexdigest()


def code(nom: str, cle: str, dossier: Path | None, produire: Callable[[], str]) -> CodeType:
    """The bytecode of a set, from the folder when it is there and sound.

    :param nom: start of the file names.
    :param cle: SHA-256 of the rule file.
    :param dossier: cache folder, made when missing; ``None`` keeps nothing.
    :param produire: compiles the set to Python source.
    :raises ErreurConfiguration: the folder can be written by others.
    """
    if dossier is None:
        return compile(produire(), f"<{nom}>", "exec", optimize=2)
    _proteger(dossier)
    court = hashlib.sha256(f"{cle} {version()}".encode()).hexdigest()[:20]
    source, binaire = dossier / f"{nom}-{court}.py", dossier / f"{nom}-{court}.bin"
    lu = _lire(source, binaire)
    if lu is not None:
        return lu
    texte = produire().encode()
    resultat = compile(texte, str(source), "exec", optimize=2)
    octets = marshal.dumps(resultat)
    _ecrire(source, texte)
    _ecrire(binaire, hashlib.sha256(texte).digest() + hashlib.sha256(octets).digest() + octets)
    return resultat


def _proteger(dossier: Path) -> None:
    try:
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
        etat = dossier.stat()
    except OSError as faute:
        raise ErreurConfiguration(f"cache folder {dossier}: {faute}", path=str(dossier)) from faute
    if etat.st_uid != os.getuid() or etat.st_mode & 0o022:
        raise ErreurConfiguration(
            f"cache folder {dossier} holds code that is run: it must belong to this user and be writable by nobody else (chmod 700)",
            path=str(dossier),
        )


def _lire(source: Path, binaire: Path) -> CodeType | None:
    """The bytecode, or ``None`` when one of the two files is missing or not as it was written."""
    try:
        texte, octets = source.read_bytes(), binaire.read_bytes()
    except OSError:
        return None
    charge = octets[2 * _EMPREINTE :]
    if octets[: 2 * _EMPREINTE] != hashlib.sha256(texte).digest() + hashlib.sha256(charge).digest():
        return None
    lu = marshal.loads(charge)  # noqa: S302 the folder is this user's own, and the bytes are those that were written
    return lu if isinstance(lu, CodeType) else None


def _ecrire(fichier: Path, contenu: bytes) -> None:
    provisoire = fichier.with_name(f"{fichier.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        provisoire.write_bytes(contenu)
        provisoire.replace(fichier)
    except OSError as faute:
        raise ErreurConfiguration(f"{fichier} cannot be written ({faute})", path=str(fichier)) from faute
