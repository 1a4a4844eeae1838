"""The promises of the platform, checked from outside on what a settled run left: ledger, staging store, SFTP folders.

``verifier`` returns what is broken, one line each; nothing when all holds. It asks for no run without fault to compare with.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from flux.errors import ErreurInvariant, ErreurTransport
from flux.registre.bilan import verifier_bilan
from flux.registre.journal_verification import verifier_journal
from flux.transport.entrepot import Entrepot, cle_de


@dataclass(frozen=True, slots=True)
class Depose:
    """One file that a partner deposited. :ivar dossier: the partner's SFTP folder. :ivar contenu: its bytes."""

    dossier: str
    nom: str
    contenu: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.contenu).hexdigest()


@dataclass(frozen=True, slots=True)
class Rupture:
    """A broken promise. :ivar promesse: its short name, see ``PROMESSES``. :ivar dit: what was found."""

    promesse: str
    dit: str

    def __str__(self) -> str:
        return f"{self.promesse}: {self.dit}"


#: Short names of what is checked, in the order of the report.
PROMESSES = ("bilan", "perdu", "double", "sans-reponse", "reponse", "original", "numeros", "messages", "journal", "reste")

Publies = dict[str, dict[str, set[bytes]]]


def publies(racine: Path, dossiers: Iterable[str], *releves: Path) -> Publies:
    """Return partner → name → contents seen under that name, in ``out`` and in folders where a partner put what it fetched."""
    found: Publies = {}
    for dossier in dossiers:
        noms = found.setdefault(dossier, {})
        for place in (racine / dossier / "out", *(one / dossier for one in releves)):
            for fichier in sorted(place.iterdir()) if place.is_dir() else ():
                if fichier.is_file():
                    noms.setdefault(fichier.name.split("~")[0], set()).add(fichier.read_bytes())
    return found


def verifier(
    engine: Engine, entrepot: Entrepot, racine: Path, deposes: Sequence[Depose], *releves: Path, sceaux: Sequence[str] = ()
) -> list[Rupture]:
    """Check every promise on a platform at rest.

    :param racine: root of the SFTP folders on disk. :param deposes: everything that was deposited since the ledger was empty.
    :param releves: folders ``<one>/<partner>/<name>[~n]`` of what partners fetched; a second content of a name bears ``~n``.
    :param sceaux: texts of the journal's daily seals, kept outside of the ledger as they were set.
    """
    dossiers = sorted({one.dossier for one in deposes} | set(_dossiers(engine)))
    vus = publies(racine, dossiers, *releves)
    return [
        *_bilan(engine),
        *_flux(engine, deposes),
        *_reponses(engine, vus),
        *_originaux(entrepot, deposes),
        *_numeros(engine),
        *_envois(engine),
        *_messages(engine, vus),
        *_journal(engine, sceaux),
        *_restes(engine, entrepot, racine, dossiers),
    ]


def _lignes(engine: Engine, requete: str) -> list[tuple[object, ...]]:
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(requete))]


def _dossiers(engine: Engine) -> list[str]:
    return [str(one) for (one,) in _lignes(engine, "SELECT dossier FROM partenaires")]


def _bilan(engine: Engine) -> Iterator[Rupture]:
    try:
        verifier_bilan(engine)
    except ErreurInvariant as error:
        yield Rupture("bilan", str(error))


def _flux(engine: Engine, deposes: Sequence[Depose]) -> Iterator[Rupture]:
    """One flow for each deposited file, by its partner and its bytes (names may be made readable)."""
    voulus = Counter((one.dossier, one.sha256) for one in deposes)
    trouves = Counter(
        (str(d), str(s)) for d, s in _lignes(engine, "SELECT p.dossier, f.sha256 FROM flux f JOIN partenaires p ON p.id = f.partenaire_id")
    )
    for cle, n in (voulus - trouves).items():
        yield Rupture("perdu", f"{n} of {voulus[cle]} deposits of {cle[0]} with digest {cle[1][:12]} have no flow")
    for cle, n in (trouves - voulus).items():
        yield Rupture("double", f"{n} flows of {cle[0]} with digest {cle[1][:12]} more than deposits")
    for flux_id, rang, n in _lignes(
        engine,
        "SELECT min(flux_id), min(membre_rang), count(*) FROM factures WHERE cle_unicite IS NOT NULL GROUP BY cle_unicite HAVING count(*) > 1",
    ):
        yield Rupture("double", f"invoice {flux_id}/{rang} holds its number {n} times")


def _reponses(engine: Engine, vus: Publies) -> Iterator[Rupture]:
    """One feedback for each flow, and each file of the outbox published under one name with one content."""
    for flux_id, etat, n in _lignes(
        engine,
        "SELECT f.id, f.etat, count(s.id) FILTER (WHERE s.interface LIKE 'C%') FROM flux f "
        "LEFT JOIN sorties s ON s.flux_id = coalesce(f.repete_de, f.id) GROUP BY f.id, f.etat ORDER BY f.id",
    ):
        if etat != "repondu" or n == 0:
            yield Rupture("sans-reponse", f"flow {flux_id} is {etat}, with {n} feedbacks")
        elif n != 1:
            yield Rupture("reponse", f"flow {flux_id} has {n} feedbacks")
    connus: dict[str, set[str]] = {}
    for dossier, nom, sha256, etat in _lignes(
        engine, "SELECT p.dossier, s.nom, s.sha256, s.etat FROM sorties s JOIN partenaires p ON p.id = s.partenaire_id"
    ):
        connus.setdefault(str(dossier), set()).add(str(nom))
        contents = vus.get(str(dossier), {}).get(str(nom), set())
        digests = {hashlib.sha256(one).hexdigest() for one in contents}
        if etat != "emise" or not digests:
            yield Rupture("sans-reponse", f"{nom} of {dossier} is {etat} and was seen {len(digests)} times")
        elif digests != {sha256}:
            yield Rupture("reponse", f"{nom} of {dossier} was seen with {len(digests)} contents, not the one of the ledger alone")
    for dossier, noms in vus.items():
        for nom in sorted(noms.keys() - connus.get(dossier, set())):
            sort = "reste" if nom.endswith(".tmp") else "reponse"
            yield Rupture(sort, f"{nom} stands in the folder of {dossier} and the ledger does not know it")


def _originaux(entrepot: Entrepot, deposes: Sequence[Depose]) -> Iterator[Rupture]:
    for one in deposes:
        try:
            with entrepot.ouvrir(cle_de(one.sha256)) as kept:
                same = kept.read() == one.contenu
        except ErreurTransport:
            same = False
        if not same:
            yield Rupture("original", f"{one.nom!r} of {one.dossier} is not kept byte for byte")


def _numeros(engine: Engine) -> Iterator[Rupture]:
    for code, premier, dernier, n in _lignes(
        engine,
        "SELECT p.code_application, c.premier, c.dernier, (SELECT count(DISTINCT s.numero) FROM sorties s WHERE s.partenaire_id = p.id "
        "AND s.numero BETWEEN c.premier AND c.dernier) FROM numeros c JOIN partenaires p ON p.id = c.partenaire_id",
    ):
        if int(str(n)) != int(str(dernier)) - int(str(premier)) + 1:
            yield Rupture("numeros", f"{code}: {n} files for numbers {premier} to {dernier}")


def _envois(engine: Engine) -> Iterator[Rupture]:
    """Messages of grouped files: each in one file, each file with as many as it says."""
    for nom, elements, n in _lignes(
        engine,
        "SELECT s.nom, s.elements, count(e.id) FROM sorties s LEFT JOIN envois e ON e.sortie_id = s.id "
        "WHERE s.flux_id IS NULL AND s.numero IS NOT NULL GROUP BY s.id HAVING count(e.id) <> s.elements",
    ):
        yield Rupture("messages", f"{nom} says {elements} messages, the ledger {n}")
    ((n,),) = _lignes(engine, "SELECT count(*) FROM envois WHERE sortie_id IS NULL AND refus IS NULL")
    ((m,),) = _lignes(engine, "SELECT count(*) FROM statuts WHERE a_emettre")
    if n or m:
        yield Rupture("reste", f"{n} messages wait for a file, {m} statuses to be planned")


#: What happened, by the ledger's other tables, and how often the journal of its flow must tell it.
_RACONTE = """
SELECT f.id, v.genre, v.n, (SELECT count(*) FROM journal j WHERE j.flux_id = f.id AND j.genre = v.genre) FROM flux f
CROSS JOIN LATERAL (VALUES
  ('recu', 1), ('ouvert', CASE WHEN f.repete_de IS NULL THEN 1 ELSE 0 END), ('repondu', CASE WHEN f.repete_de IS NULL THEN 1 ELSE 0 END),
  ('repete', (SELECT count(*) FROM flux r WHERE r.repete_de = f.id)), ('verdict', (SELECT count(*) FROM tranches WHERE flux_id = f.id)),
  ('emis', (SELECT coalesce(sum(emissions), 0) FROM sorties s WHERE s.flux_id = f.id
    OR EXISTS (SELECT FROM envois e WHERE e.sortie_id = s.id AND e.flux_id = f.id)))) AS v (genre, n)
WHERE v.n <> (SELECT count(*) FROM journal j WHERE j.flux_id = f.id AND j.genre = v.genre) ORDER BY 1, 2
"""


def _journal(engine: Engine, sceaux: Sequence[str]) -> Iterator[Rupture]:
    """The journal is whole, holds the seals kept elsewhere, and tells each event once."""
    for one in verifier_journal(engine, sceaux):
        yield Rupture("journal", f"{one.quoi}, {one.ou}: {one.trouve!r} instead of {one.attendu!r}")
    for flux_id, genre, voulu, dit in _lignes(engine, _RACONTE):
        yield Rupture("journal", f"flow {flux_id}: {genre} told {dit} times, happened {voulu} times")
    if not sceaux:
        yield Rupture("journal", "no seal was set")


_CPP = re.compile(rb"<CPPFactureStatutUnitaire\b.*?</CPPFactureStatutUnitaire>", re.DOTALL)
_CDAR_ID = re.compile(rb"<ram:ID>([^<]*_[0-9]{3}_[0-9]{14}[^<]*)</ram:ID>")
_CPP_CLE = re.compile(rb"<(IdFacture|IdStatut|Horodatage)>([^<]*)<")


def unites(nom: str, contenu: bytes) -> Iterator[bytes]:
    """Yield what tells one lifecycle message from another, of each message of a published file."""
    if not nom.startswith(("FSO1301A", "FEN12")):
        return
    with tarfile.open(fileobj=io.BytesIO(contenu), mode="r:gz") as archive:
        for member in archive:
            opened = archive.extractfile(member)
            data = opened.read() if opened else b""
            if nom.startswith("FSO1301A"):
                yield from (b"|".join(value for _, value in _CPP_CLE.findall(one)) for one in _CPP.findall(data))
            else:
                yield from _CDAR_ID.findall(data)


def _messages(engine: Engine, vus: Publies) -> Iterator[Rupture]:
    """No status of an invoice is told twice on one interface; a number refused twice is two invoices."""
    memes = {str(numero): int(str(n)) for numero, n in _lignes(engine, "SELECT numero, count(*) FROM factures GROUP BY numero")}
    for dossier, noms in vus.items():
        told: Counter[tuple[str, bytes]] = Counter()
        for nom, contents in noms.items():
            if nom.endswith(".tmp"):
                continue
            for one in contents:
                told.update((nom[:8], unit) for unit in unites(nom, one))
        for (interface, unit), n in told.items():
            if n > max([times for numero, times in memes.items() if numero.encode() in unit], default=1):
                yield Rupture("messages", f"{dossier} is told {n} times on {interface}: {unit.decode(errors='replace')}")


def _restes(engine: Engine, entrepot: Entrepot, racine: Path, dossiers: Iterable[str]) -> Iterator[Rupture]:
    provisoires = list((Path(entrepot._racine) / "_tmp").glob("*"))
    if provisoires:
        yield Rupture("reste", f"{len(provisoires)} half-written objects stay in the staging store after upkeep")
    for dossier in dossiers:
        for place in ("in", "traitement"):
            folder = racine / dossier / place
            left = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
            if left:
                yield Rupture("reste", f"{dossier}/{place} still holds {len(left)} files: {left[:3]!r}")
    ((n,),) = _lignes(engine, "SELECT count(*) FROM sorties WHERE etat = 'a_emettre'")
    if n:
        yield Rupture("reste", f"{n} answers wait in the outbox")
