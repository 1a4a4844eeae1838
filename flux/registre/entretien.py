"""What becomes of files once they are out: fetched, purged, sent again; and what is missing.

Every function raises ErreurRegistre when the ledger does not answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Engine, Integer, cast, func, select, text, update

from flux.errors import ErreurUsage
from flux.modele.journal import Genre
from flux.modele.temps import PARIS
from flux.registre import tables as t
from flux.registre.connexion import Source, annoncer, instantane, lecture, transaction
from flux.registre.journal_fichiers import COLONNES, dire_fichiers
from flux.registre.valeurs import EtatFlux, EtatSortie

_S = t.sorties.c
_EN_PLACE = (_S.etat == EtatSortie.EMISE, _S.retiree_le.is_(None), _S.purgee_le.is_(None))
_PURGEE = (_S.etat == EtatSortie.EMISE, _S.purgee_le.is_not(None))
#: Rows of one kind told at most by :func:`lacunes`; the counts cover all.
MONTREES = 1000

_TROUS = """
SELECT p.code_application, n.numero
FROM numeros c JOIN partenaires p ON p.id = c.partenaire_id CROSS JOIN LATERAL generate_series(c.premier, c.dernier) AS n (numero)
WHERE NOT EXISTS (SELECT FROM sorties s WHERE s.partenaire_id = c.partenaire_id AND s.numero = n.numero)
ORDER BY 1, 2 LIMIT :limite
"""


@dataclass(frozen=True, slots=True)
class SortieEnPlace:
    """A file that should stand in its partner's folder. :ivar emissions: how often it left: it may leave again while it is looked at."""

    id: int
    nom: str
    emise_le: datetime
    emissions: int


@dataclass(frozen=True, slots=True)
class SortieConnue:
    """A file by its name. :ivar cle: key of its bytes. :ivar sha256: their digest."""

    id: int
    nom: str
    cle: str
    sha256: str
    octets_purges_le: datetime | None


@dataclass(frozen=True, slots=True)
class Lacunes:
    """What is missing or late; every part empty: nothing is.

    :ivar trous: (partner, number) without file. :ivar flux: (partner, name, since) of flows without answer.
    :ivar attente: (name, since) of files that wait to leave.
    :ivar refus: (partner, interface, flow, rank of the member, why) of messages that no file can hold.
    """

    trous: tuple[tuple[str, int], ...]
    flux: tuple[tuple[str, str, datetime], ...]
    attente: tuple[tuple[str, datetime], ...]
    refus: tuple[tuple[str, str, int, int, str], ...]

    def __bool__(self) -> bool:
        """Return whether anything is missing."""
        return bool(self.trous or self.flux or self.attente or self.refus)


def sorties_en_place(source: Source, partenaire_id: int) -> list[SortieEnPlace]:
    """Return the files of a partner that were neither fetched nor purged, as far as is known, oldest first."""
    requete = select(_S.id, _S.nom, _S.emise_le, _S.emissions).where(_S.partenaire_id == partenaire_id, *_EN_PLACE)
    with lecture(source, "sorties_en_place") as conn:
        return [SortieEnPlace(**row) for row in conn.execute(requete.order_by(_S.emise_le, _S.id)).mappings()]


def sorties_purgees(source: Source, partenaire_id: int, depuis: datetime) -> dict[str, int]:
    """Return a partner's files noted as purged since then, and not put back in the outbox: name → id."""
    requete = select(_S.nom, _S.id).where(_S.partenaire_id == partenaire_id, *_PURGEE, _S.purgee_le >= depuis)
    with lecture(source, "sorties_purgees") as conn:
        return {row.nom: row.id for row in conn.execute(requete)}


def noter_retirees(engine: Engine, vues: Mapping[int, int], le: datetime) -> int:
    """Note that files are gone from their folder; one that left again meanwhile is not touched. Return how many.

    :param vues: id → how often it had left when it was looked for.
    """
    seen = (
        func.unnest(cast(list(vues), ARRAY(BigInteger)), cast(list(vues.values()), ARRAY(Integer)))
        .table_valued("id", "emissions")
        .render_derived()
    )
    with transaction(engine, "noter_retirees") as conn:
        done = conn.execute(
            update(t.sorties)
            .where(_S.id == seen.c.id, _S.emissions == seen.c.emissions, *_EN_PLACE)
            .values(retiree_le=le)
            .returning(*COLONNES)
        ).all()
        dire_fichiers(conn, Genre.RETIRE, done, le)
        return len(done)


def noter_purgee(engine: Engine, sortie_id: int, emissions: int, le: datetime) -> bool:
    """Note that a file was purged; False, and nothing changes, when it left again meanwhile. :param emissions: how often it had left."""
    with transaction(engine, "noter_purgee") as conn:
        done = conn.execute(
            update(t.sorties).where(_S.id == sortie_id, _S.emissions == emissions, *_EN_PLACE).values(purgee_le=le).returning(*COLONNES)
        ).all()
        dire_fichiers(conn, Genre.PURGE, done, le)
        return len(done) == 1


@contextmanager
def tenir_purgee(engine: Engine, sortie_id: int) -> Iterator[bool]:
    """Hold a file for the block, so that it cannot leave again meanwhile; yield whether it is still noted as purged."""
    with transaction(engine, "tenir_purgee") as conn:
        annoncer(conn, "tenir_purgee")
        yield conn.execute(select(_S.id).where(_S.id == sortie_id, *_PURGEE).with_for_update()).one_or_none() is not None


def sorties_nommees(source: Source, noms: Sequence[str]) -> list[SortieConnue]:
    """Return files by their names, in the order given.

    :raises ErreurUsage: some name is none of ours, or its bytes were purged. Facts: ``names``.
    """
    with lecture(source, "sorties_nommees") as conn:
        rows = conn.execute(select(_S.id, _S.nom, _S.cle, _S.sha256, _S.octets_purges_le).where(_S.nom == func.any(list(noms)))).mappings()
        known = {row["nom"]: SortieConnue(**row) for row in rows}
    unknown = tuple(one for one in noms if one not in known)
    if unknown:
        raise ErreurUsage(
            f"aucun fichier sortant de ce nom / no outgoing file has this name: {', '.join(unknown)}", names=unknown
        )  # fmt: skip
    gone = {nom: known[nom].octets_purges_le for nom in noms}
    if purged := {nom: le for nom, le in gone.items() if le is not None}:
        raise ErreurUsage(_purges(purged), names=tuple(purged))
    return [known[one] for one in dict.fromkeys(noms)]


def remettre(engine: Engine, ids: Collection[int]) -> None:
    """Put files back in the outbox: same names, same bytes; all or none.

    :raises ErreurUsage: the bytes of some were purged. Facts: ``names``.
    """
    with transaction(engine, "remettre") as conn:
        # No condition on the state: the update then waits for an emission under way, and the file leaves after it.
        done = conn.execute(
            update(t.sorties)
            .where(_S.id == func.any(list(ids)))
            .values(etat=EtatSortie.A_EMETTRE, retiree_le=None, purgee_le=None)
            .returning(*COLONNES, _S.octets_purges_le)
        ).all()
        gone = {row.nom: row.octets_purges_le for row in done if row.octets_purges_le is not None}
        if gone:
            raise ErreurUsage(_purges(gone), names=tuple(gone))
        dire_fichiers(conn, Genre.REMIS, done, None)


def _purges(gone: Mapping[str, datetime]) -> str:
    told = ", ".join(f"{nom} ({le.astimezone(PARIS):%d/%m/%Y})" for nom, le in gone.items())
    return f"contenu purgé, la conservation étant finie ; rien n'est renvoyé / bytes purged, retention over; nothing is sent again: {told}"


def lacunes(engine: Engine, avant: datetime) -> Lacunes:
    """Look for numbers without file, and for what is late.

    :param avant: flows received and files written before it should have been answered, and have left.
    """
    f, p, e = t.flux.c, t.partenaires.c, t.envois.c
    with instantane(engine, "lacunes") as conn:
        holes = conn.execute(text(_TROUS), {"limite": MONTREES})
        flows = conn.execute(
            select(p.code_application, f.nom, f.recu_le)
            .join(t.partenaires, p.id == f.partenaire_id)
            .where(f.etat != EtatFlux.REPONDU, f.recu_le < avant)
            .order_by(f.id)
            .limit(MONTREES)
        )
        waiting = conn.execute(
            select(_S.nom, _S.cree_le).where(_S.etat == EtatSortie.A_EMETTRE, _S.cree_le < avant).order_by(_S.id).limit(MONTREES)
        )
        refused = conn.execute(
            select(p.code_application, e.interface, e.flux_id, e.membre_rang, e.refus)
            .join(t.partenaires, p.id == e.partenaire_id)
            .where(e.refus.is_not(None))
            .order_by(e.id)
            .limit(MONTREES)
        )
        return Lacunes(*(tuple(tuple(row) for row in rows) for rows in (holes, flows, waiting, refused)))
