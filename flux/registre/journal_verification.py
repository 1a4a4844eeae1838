"""Finds what was changed in the journal, an entry altered, removed, added or moved, a chain gone, a seal forged or gone; and what was
changed in the ledger's rows behind its back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from sqlalchemy import Connection, Engine, Text, cast, exists, func, or_, select

from flux.modele.journal import DEBUTS, Genre, empreinte, instant, lire_entree
from flux.registre import tables as t
from flux.registre.connexion import instantane
from flux.registre.journal import entrees
from flux.registre.journal_rapprochement import Alteration, Dite, rapprocher
from flux.registre.journal_releve import Portee, Releveur
from flux.registre.journal_sceaux import empreinte_des_tetes, tetes_du_sceau
from flux.registre.suites import Suite

#: Every flow.
TOUS = Portee()


def verifier_journal(engine: Engine, gardes: Iterable[str] = (), portee: Portee = TOUS) -> list[Alteration]:
    """Check every chain, every seal, and that the ledger's rows are those that the journal tells of; on one snapshot, in flat memory.

    :param gardes: canonical texts of seals kept elsewhere. :param portee: the flows to look at; the seals are checked all the same.
    :raises ErreurRegistre: the ledger did not answer.
    """
    with instantane(engine, "verifier_journal") as conn:
        return [*_flux(conn, portee), *_repetitions(conn, portee), *_sceaux(conn, gardes, portee)]


def _flux(conn: Connection, portee: Portee) -> Iterator[Alteration]:
    rows = Releveur(conn, portee)
    chaines = Suite(entrees(conn, *portee(t.journal.c.flux_id)), attrgetter("flux_id"))
    while known := [one.cle for one in (chaines, rows.flux) if one.cle is not None]:
        flux_id = min(known)
        dites = [Dite(one, lire_entree(one.texte)) for one in chaines.de(flux_id)]
        yield from _chaine(flux_id, dites)
        yield from rapprocher(flux_id, dites, rows)


def _chaine(flux_id: int, dites: Sequence[Dite]) -> Iterator[Alteration]:
    rang, precedent = -1, None
    for one, said in ((dite.entree, dite.texte) for dite in dites):
        ou = f"flux {flux_id}, entrée {one.rang}"
        if one.rang == 0 and one.genre not in DEBUTS:
            yield Alteration("début de chaîne", ou, "recu", one.genre)
        if one.rang != rang + 1:
            yield Alteration("entrée manquante", f"flux {flux_id}", f"entrée {rang + 1}", f"entrée {one.rang}")
        digest = empreinte(one.texte)
        if digest != one.empreinte:
            yield Alteration("empreinte", ou, one.empreinte, digest)
        vues = {
            "flux": one.flux_id, "rang": one.rang, "le": instant(one.le), "genre": one.genre, "sujet": one.sujet, "precedent": precedent,
        }  # fmt: skip
        for nom, trouve in vues.items():
            if said.get(nom) != trouve:
                yield Alteration("chaînage" if nom == "precedent" else f"colonne {nom}", ou, said.get(nom), trouve)
        rang, precedent = one.rang, one.empreinte


def _repetitions(conn: Connection, portee: Portee) -> Iterator[Alteration]:
    """Compare the deposits that a flow's answers answered with what its journal tells of them, but those older than the journal."""
    f, j, own = t.flux.c, t.journal.c, t.journal.alias("own")
    told = select(j.flux_id, j.sujet).where(j.genre == Genre.REPETE, *portee(j.flux_id)).subquery()
    rows = select(f.id, f.repete_de).where(f.repete_de.is_not(None), *portee(f.repete_de))
    rows = rows.where(exists().where(own.c.flux_id == f.id, own.c.rang == 0, own.c.genre == Genre.RECU))
    known = rows.subquery()
    pairs = (
        select(func.coalesce(told.c.flux_id, known.c.repete_de).label("flux_id"), told.c.sujet, known.c.id)
        .select_from(told)
        .join(known, (known.c.repete_de == told.c.flux_id) & (cast(known.c.id, Text) == told.c.sujet), full=True)
        .where(or_(told.c.flux_id.is_(None), known.c.id.is_(None)))
        .order_by("flux_id", told.c.sujet, known.c.id)
    )
    for row in conn.execute(pairs):
        if row.sujet is None:
            yield Alteration("absente du journal", f"flux {row.flux_id}", f"repete {row.id}", None)
        else:
            yield Alteration("ligne absente", f"flux {row.flux_id}, répété par le flux {row.sujet}", row.sujet, None)


def _sceaux(conn: Connection, gardes: Iterable[str], portee: Portee) -> Iterator[Alteration]:
    precedent, attendu = None, 1
    textes: dict[object, str] = {}
    for row in conn.execute(select(t.sceaux).order_by(t.sceaux.c.numero)).all():
        ou, said = f"sceau {row.numero}", lire_entree(row.texte)
        textes[row.numero] = row.texte
        tetes = tetes_du_sceau(conn, row.numero)
        for quoi, wanted, found in (
            ("sceau manquant", attendu, row.numero),
            ("empreinte", row.empreinte, empreinte(row.texte)),
            ("chaînage", said.get("precedent"), precedent),
            ("colonne numero", said.get("sceau"), row.numero),
            ("colonne jour", said.get("jour"), row.jour.isoformat()),
            ("têtes", said.get("tetes"), empreinte_des_tetes(tetes)),
        ):
            if wanted != found:
                yield Alteration(quoi, ou, wanted, found)
        precedent, attendu = row.empreinte, row.numero + 1
    h, j = t.sceaux_tetes.c, t.journal.c
    for numero in conn.execute(select(h.sceau).distinct().where(h.sceau.not_in(select(t.sceaux.c.numero))).order_by(h.sceau)).scalars():
        yield Alteration("sceau manquant", f"sceau {numero}", numero, None)
    ecarts = (
        select(h.flux_id, h.sceau, h.rang, h.empreinte, j.empreinte.label("trouve"))
        .outerjoin(t.journal, (j.flux_id == h.flux_id) & (j.rang == h.rang))
        .where(j.empreinte.is_distinct_from(h.empreinte), *portee(h.flux_id))
        .order_by(h.sceau, h.flux_id)
    )
    for row in conn.execute(ecarts):
        yield Alteration("entrée scellée", f"sceau {row.sceau}, flux {row.flux_id}, entrée {row.rang}", row.empreinte, row.trouve)
    for texte in gardes:
        kept = lire_entree(texte).get("sceau")
        found = textes.get(kept) if isinstance(kept, int) else None
        if found != texte:
            yield Alteration("sceau gardé", f"sceau {kept}", texte, found)
