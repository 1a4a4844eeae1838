"""Finds what was changed in the journal: an entry altered, removed, added or moved, a chain gone, a seal forged or gone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select, text

from flux.modele.journal import DEBUTS, Entree, empreinte, instant
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.journal import entrees
from flux.registre.journal_sceaux import empreinte_des_tetes, tetes_du_sceau


@dataclass(frozen=True, slots=True)
class Alteration:
    """One thing that is not as written. :ivar quoi: a word. :ivar ou: which entry or seal."""

    quoi: str
    ou: str
    attendu: object
    trouve: object


# What the ledger says happened and the journal does not tell; a chain that a migration began tells less.
_MANQUES = """
SELECT f.id, g.genre, g.sujet FROM flux f CROSS JOIN LATERAL (
  SELECT 'chaine' AS genre, '' AS sujet
  UNION ALL SELECT 'ouvert', '' WHERE f.etat <> 'recu' AND f.repete_de IS NULL
  UNION ALL SELECT 'repondu', '' WHERE f.etat = 'repondu' AND f.repete_de IS NULL
  UNION ALL SELECT 'verdict', rang::text FROM tranches WHERE flux_id = f.id AND etat = 'traitee'
  UNION ALL SELECT 'emis', nom || ' ' || emissions FROM sorties WHERE flux_id = f.id AND emissions > 0) g
WHERE NOT EXISTS (SELECT FROM journal j WHERE j.flux_id = f.id AND (g.genre = 'chaine' OR j.genre = 'reprise'
  OR (j.genre = g.genre AND j.sujet = g.sujet)))
ORDER BY 1, 2, 3
"""


def verifier_journal(engine: Engine, gardes: Iterable[str] = ()) -> list[Alteration]:
    """Check every chain, every seal, and that the journal tells what the ledger says happened; on one snapshot.

    :param gardes: canonical texts of seals kept elsewhere. :raises ErreurRegistre: the ledger did not answer.
    """
    with transaction(engine, "verifier_journal") as conn:
        conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        found = list(_chaines(entrees(conn)))
        found += [
            Alteration("absente du journal", f"flux {row.id}", f"{row.genre} {row.sujet}".strip(), None)
            for row in conn.execute(text(_MANQUES))
        ]
        return found + list(_sceaux(conn, gardes))


def _chaines(lues: Iterable[Entree]) -> Iterator[Alteration]:
    flux_id, rang, precedent = None, -1, None
    for one in lues:
        if one.flux_id != flux_id:
            flux_id, rang, precedent = one.flux_id, -1, None
            if one.rang == 0 and one.genre not in DEBUTS:
                yield Alteration("début de chaîne", f"flux {flux_id}, entrée 0", "recu", one.genre)
        ou = f"flux {flux_id}, entrée {one.rang}"
        if one.rang != rang + 1:
            yield Alteration("entrée manquante", f"flux {flux_id}", f"entrée {rang + 1}", f"entrée {one.rang}")
        digest = empreinte(one.texte)
        if digest != one.empreinte:
            yield Alteration("empreinte", ou, one.empreinte, digest)
        said = _lu(one.texte)
        vues = {
            "flux": one.flux_id, "rang": one.rang, "le": instant(one.le), "genre": one.genre, "sujet": one.sujet, "precedent": precedent,
        }  # fmt: skip
        for nom, trouve in vues.items():
            if said.get(nom) != trouve:
                yield Alteration("chaînage" if nom == "precedent" else f"colonne {nom}", ou, said.get(nom), trouve)
        rang, precedent = one.rang, one.empreinte


def _lu(texte: str) -> Mapping[str, object]:
    try:
        value = json.loads(texte)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _sceaux(conn: Connection, gardes: Iterable[str]) -> Iterator[Alteration]:
    precedent, attendu = None, 1
    textes: dict[object, str] = {}
    for row in conn.execute(select(t.sceaux).order_by(t.sceaux.c.numero)).all():
        ou, said = f"sceau {row.numero}", _lu(row.texte)
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
    ecarts = conn.execute(
        text(
            "SELECT s.flux_id, s.sceau, s.rang, s.empreinte, j.empreinte AS trouve FROM sceaux_tetes s "
            "LEFT JOIN journal j ON j.flux_id = s.flux_id AND j.rang = s.rang WHERE j.empreinte IS DISTINCT FROM s.empreinte ORDER BY 2, 1"
        )
    )
    for row in ecarts:
        yield Alteration("entrée scellée", f"sceau {row.sceau}, flux {row.flux_id}, entrée {row.rang}", row.empreinte, row.trouve)
    for texte in gardes:
        kept = _lu(texte).get("sceau")
        if textes.get(kept) != texte:
            yield Alteration("sceau gardé", f"sceau {kept}", texte, textes.get(kept))
