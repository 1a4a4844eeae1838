"""Whatever a ledger has been through, the upkeep takes what nobody waits for and was kept long enough: all of it, and nothing else.

Ledgers are drawn as the tables hold them, the store with the objects they name. The oracle reads the drawn values, never the SQL.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.etapes import purger
from flux.etapes.purge import purger_a_blanc
from flux.modele.journal import Evenement, Genre
from flux.modele.verdict import Decision
from flux.referentiel.statuts import STATUTS_FACTURE
from flux.registre import tables as t
from flux.registre.journal import inscrire
from flux.registre.journal_verification import verifier_journal
from flux.registre.valeurs import REPETE
from flux.reglages_retention import ReglagesRetention
from flux.transport.entrepot import Entrepot, cle_de
from raccordement.exemple import creer_partenaire
from tests.bases import vider

MAINTENANT = datetime(2026, 11, 26, 3, tzinfo=UTC)
#: Days that each class is kept, in these tests.
JOURS = {"tranches": 3, "originaux": 20, "reponses": 10}
FINALES = sorted(code for code, row in STATUTS_FACTURE.items() if row.finale)
EN_VIE = sorted(code for code, row in STATUTS_FACTURE.items() if not row.finale)

#: Ages in days: the ends of each class's time, and old ones more often, or little would ever go.
ages = st.sampled_from([0, 3, 4, 10, 11, 20, 21, 21, 40, 40, 40])


@dataclass
class SortieTiree:
    """An outgoing file. ``sort``: ``attend`` (to be sent), ``out`` (stands in the partner's folder), ``partie`` (fetched or removed)."""

    sort: str
    age: int

    @property
    def attend(self) -> bool:
        return self.sort == "attend"


@dataclass
class FluxTire:
    """A flow. ``envois``: of its messages, ``None`` (to be grouped), ``"refus"``, or the rank of a grouped file."""

    contenu: int
    recu: int
    repondu: int
    etat: str
    repete: int | None
    tranches: int
    facture: str | None
    statut_attend: bool
    envois: list[int | str | None]
    reponses: list[SortieTiree]


@dataclass
class Grand:
    """A drawn ledger."""

    flux: list[FluxTire]
    groupes: list[SortieTiree] = field(default_factory=list)

    def attendu(self, rang: int) -> bool:
        """Whether anybody waits for something of this flow."""
        one = self.flux[rang]
        answers = one.reponses + ([] if one.repete is None else self.flux[one.repete].reponses)
        return (
            one.etat != "repondu"
            or any(answer.attend for answer in answers)
            or any(sent is None or sent == "refus" or self.groupes[int(sent)].attend for sent in one.envois)
            or one.statut_attend
        )

    def a_purger(self) -> Iterator[tuple[str, int, int]]:
        """Class, rank of the flow (-1: a grouped file), rank inside."""
        for rang, one in enumerate(self.flux):
            idle = not self.attendu(rang)
            still = idle and one.facture not in EN_VIE
            if still and one.recu > JOURS["originaux"]:
                yield "originaux", rang, 0
            if still and one.repondu > JOURS["tranches"]:
                yield from (("tranches", rang, other) for other in range(one.tranches))
            if idle:
                yield from (("reponses", rang, n) for n, sent in enumerate(one.reponses) if _finie(sent))
        yield from (("reponses", -1, n) for n, sent in enumerate(self.groupes) if _finie(sent))


def _finie(sent: SortieTiree) -> bool:
    return sent.sort == "partie" and sent.age > JOURS["reponses"]


sorties = st.builds(SortieTiree, st.sampled_from(["attend", "out", "partie", "partie", "partie"]), ages)


def _vieux(draw: st.DrawFn, souci: str, rang: int) -> FluxTire:
    """An old, quiet, answered flow whose every part could go, but for one thing that somebody waits for."""
    one = FluxTire(rang, 40, 40, "repondu", None, 1, FINALES[0], False, [0], [SortieTiree("partie", 40)])
    match souci:
        case "sans_reponse":
            one.etat, one.reponses = draw(st.sampled_from(["recu", "ouvert", "traite"])), []
        case "reponse":
            one.reponses.append(SortieTiree("attend", 40))
        case "a_grouper":
            one.envois.append(None)
        case "mis_de_cote":
            one.envois.append("refus")
        case "groupe":
            one.envois.append(1)
        case "statut":
            one.statut_attend = True
        case "en_vie":
            one.facture = draw(st.sampled_from(EN_VIE))
        case "out":
            one.reponses.append(SortieTiree("out", 40))
    return one


@st.composite
def grands(draw: st.DrawFn) -> Grand:
    """Ledgers; most flows are answered and old, with one thing or none that somebody waits for, others are drawn freely."""
    groups = [SortieTiree("partie", draw(ages)), SortieTiree("attend", 40)]
    soucis = ["rien", "sans_reponse", "reponse", "a_grouper", "mis_de_cote", "groupe", "statut", "en_vie", "out"]
    flows: list[FluxTire] = []
    for rank in range(draw(st.integers(1, 6))):
        firsts = [n for n, one in enumerate(flows) if one.repete is None and one.etat == "repondu"]
        what = draw(st.sampled_from(["libre", "libre", "repete", "repete", *soucis]))
        if what == "repete" and firsts:
            first = draw(st.sampled_from(firsts))
            flows.append(FluxTire(flows[first].contenu, draw(ages), 0, "repondu", first, 0, None, False, [], []))
        elif what in soucis:
            flows.append(_vieux(draw, what, draw(st.sampled_from([rank, 0]))))
        else:
            flows.append(_libre(draw, rank, len(groups)))
    return Grand(flows, groups)


def _libre(draw: st.DrawFn, rank: int, groups: int) -> FluxTire:
    received = draw(ages)
    state = draw(st.sampled_from(["recu", "ouvert", "traite", *["repondu"] * 7]))
    has_invoice = state != "recu" and draw(st.booleans())
    sendings = st.sampled_from([None, "refus", *range(groups)])
    return FluxTire(
        contenu=draw(st.sampled_from([rank, 0])),
        recu=received,
        repondu=draw(ages.filter(lambda one: one <= received)),
        etat=state,
        repete=None,
        tranches=0 if state == "recu" else draw(st.integers(0, 2)),
        facture=draw(st.sampled_from([EN_VIE[0], *FINALES])) if has_invoice else None,
        statut_attend=has_invoice and draw(st.integers(0, 3)) == 0,
        envois=draw(st.lists(sendings, max_size=2)) if has_invoice else [],
        reponses=draw(st.lists(sorties, max_size=2)) if state == "repondu" else [],
    )


def _il_y_a(jours: int) -> datetime:
    return MAINTENANT - timedelta(days=jours)


class Monde:
    """A ledger and a store made as drawn. :ivar cles: (class, flow, rank) → key of its object."""

    def __init__(self, engine: Engine, dossier: Path, grand: Grand) -> None:
        self.grand, self.dossier, self.cles = grand, dossier / "entrepot", dict[tuple[str, int, int], str]()
        self.flux: list[int] = []
        retention = ReglagesRetention(tranches=JOURS["tranches"], originaux=JOURS["originaux"], reponses=JOURS["reponses"])
        self.contexte = Contexte(Reglages(dossier=dossier, retention=retention), engine, Entrepot(str(self.dossier)), lambda: MAINTENANT)
        vider(engine)
        self.partenaire = creer_partenaire(engine, "ABC123", "Partenaire", "abc123", MAINTENANT).id
        for one in self.objets():
            (self.dossier / one).unlink()
        with engine.begin() as conn:
            groups = [self._sortie(conn, -1, n, one) for n, one in enumerate(grand.groupes)]
            for rank in range(len(grand.flux)):
                self._flux(conn, rank, groups)
            inscrire(conn, [Evenement(one, Genre.REPRISE, "", {}, MAINTENANT) for one in self.flux])

    def objets(self) -> set[str]:
        return {str(one.relative_to(self.dossier)) for one in self.dossier.rglob("*") if one.is_file()}

    def purges(self) -> Iterator[tuple[str, int, int]]:
        """What the ledger says was purged."""
        with self.contexte.engine.connect() as conn:
            rangs = {one: rank for rank, one in enumerate(self.flux)}
            for (one,) in conn.execute(text("SELECT id FROM flux WHERE original_purge_le IS NOT NULL")):
                yield "originaux", rangs[one], 0
            for one, rank in conn.execute(text("SELECT flux_id, rang FROM tranches WHERE purge_le IS NOT NULL")):
                yield "tranches", rangs[one], rank
            for (name,) in conn.execute(text("SELECT nom FROM sorties WHERE octets_purges_le IS NOT NULL")):
                _, rank, n = name.split("_")
                yield "reponses", int(rank), int(n)

    def _garder(self, quoi: tuple[str, int, int], cle: str, data: bytes) -> None:
        self.cles[quoi] = cle
        (self.dossier / cle).parent.mkdir(parents=True, exist_ok=True)
        (self.dossier / cle).write_bytes(data)

    def _sortie(self, conn: Connection, rang: int, n: int, one: SortieTiree) -> int:
        name, le = f"S_{rang}_{n}", _il_y_a(one.age)
        digest = sha256(name.encode()).hexdigest()
        self._garder(("reponses", rang, n), cle_de(digest), name.encode())
        sent = {"etat": "emise", "emise_le": le, "emissions": 1, "retiree_le": le if one.sort == "partie" else None}
        values = {"partenaire_id": self.partenaire, "interface": "FSO1301A", "nom": name, "sha256": digest, "taille": len(name)}
        values |= {"flux_id": self.flux[rang] if rang >= 0 else None, "cle": cle_de(digest), "cree_le": le} | ({} if one.attend else sent)
        return int(conn.execute(insert(t.sorties).values(values).returning(t.sorties.c.id)).scalar_one())

    def _flux(self, conn: Connection, rang: int, groupes: list[int]) -> None:
        one = self.grand.flux[rang]
        data = f"original {one.contenu}".encode()
        digest = sha256(data).hexdigest()
        self._garder(("originaux", rang, 0), cle_de(digest), data)
        answered = one.etat == "repondu"
        values = {
            "partenaire_id": self.partenaire, "nom": f"F{rang}", "reclamation": f"F{rang}", "sha256": digest, "taille": len(data),
            "recu_le": _il_y_a(one.recu), "etat": one.etat, "repondu_le": _il_y_a(one.repondu) if answered else None,
            "statut": None if not answered else "INTEGRE" if one.repete is None else REPETE,
            "repete_de": None if one.repete is None else self.flux[one.repete],
        }  # fmt: skip
        flux_id = int(conn.execute(insert(t.flux).values(values).returning(t.flux.c.id)).scalar_one())
        self.flux.append(flux_id)
        for n in range(one.tranches):
            key = f"tranches/{flux_id:012d}/{n:06d}"
            self._garder(("tranches", rang, n), key, b"[]")
            conn.execute(insert(t.tranches).values(flux_id=flux_id, rang=n, cle=key, nombre=1, octets=2, etat="traitee"))
        if one.facture is not None:
            ids = {"flux_id": flux_id, "membre_rang": 0}
            conn.execute(insert(t.membres).values(flux_id=flux_id, rang=0, nom="f.xml", taille=1, decision=Decision.ACCEPTE))
            conn.execute(insert(t.factures).values(**ids, partenaire_id=self.partenaire, etat=one.facture, detail={}))
            conn.execute(insert(t.statuts).values(**ids, rang=0, code=one.facture, horodatage=MAINTENANT, a_emettre=one.statut_attend))
            for n, sent in enumerate(one.envois):
                where = {"sortie_id": groupes[sent] if isinstance(sent, int) else None, "refus": "non" if sent == "refus" else None}
                conn.execute(
                    insert(t.envois).values(
                        **ids, **where, partenaire_id=self.partenaire, interface="FSO1301A", statut_rang=n, cree_le=MAINTENANT, octets=1
                    )
                )
        for n, answer in enumerate(one.reponses):
            self._sortie(conn, rang, n, answer)


def _nombres(rapport: dict, mot: str) -> dict[str, int]:
    return {one["classe"]: one[mot]["nombre"] for one in rapport["classes"] if mot in one and one["classe"] != "sorties"}


@pytest.fixture
def seau(registre: Engine, tmp_path: Path) -> tuple[Engine, Path]:
    (tmp_path / "entrepot").mkdir()
    return registre, tmp_path


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(grand=grands())
def test_what_goes_is_what_nobody_waits_for_and_was_kept_long_enough(seau: tuple[Engine, Path], grand: Grand) -> None:
    monde = Monde(*seau, grand)
    avant, voulu = monde.objets(), set(grand.a_purger())
    dit = purger_a_blanc(monde.contexte)
    assert monde.objets() == avant
    assert set(monde.purges()) == set()

    fait = purger(monde.contexte, tout=True)
    assert set(monde.purges()) == voulu
    classes = Counter(classe for classe, _, _ in voulu)
    assert _nombres(dit, "a_purger") == _nombres(fait, "purges") == {one: classes[one] for one in JOURS}
    for mot in ("corbeille", "orphelins"):
        assert dit[mot] == fait[mot]
    assert monde.objets() == {key for quoi, key in monde.cles.items() if quoi not in voulu}

    with monde.contexte.engine.connect() as conn:
        told = conn.execute(text("SELECT count(*) FROM journal WHERE genre = 'purge'")).scalar_one()
    assert told == sum(1 if rang >= 0 else sum(n in one.envois for one in grand.flux) for _, rang, n in voulu)
    assert verifier_journal(monde.contexte.engine) == []

    assert set(_nombres(purger(monde.contexte), "purges").values()) == {0}
    assert set(monde.purges()) == voulu
