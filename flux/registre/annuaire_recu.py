"""What an import received, in a temporary table of its transaction: filled by COPY, sorted and judged by SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, Date, Integer, MetaData, SmallInteger, String, Table, Text, text

from flux.annuaire import Entree, FauteAnnuaire, Mode, Production, Structure
from flux.annuaire.fautes import FAUTES_MAX, faute
from flux.registre.copie import copier, propre

#: Both kinds of rows; a structure has an empty code, a service no flag but ``engagement_requis``.
RECU = Table(
    "annuaire_recu",
    MetaData(),
    Column("fichier", SmallInteger, nullable=False),
    Column("ligne", Integer, nullable=False),
    Column("partielle", Boolean, nullable=False),
    Column("publique", Boolean, nullable=False),
    Column("siret", String(14), nullable=False),
    Column("code", String(100), nullable=False),
    Column("nom", Text, nullable=False),
    Column("actif", Boolean, nullable=False),
    Column("engagement_requis", Boolean, nullable=False),
    Column("service_requis", Boolean),
    Column("engagement_ou_service", Boolean),
    Column("moa", Boolean),
    Column("moa_unique", Boolean),
    Column("statut_mise_en_paiement", Boolean),
    Column("etat", Boolean),
    Column("debut", Date),
    Column("fin", Date),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)

_INCONNUE = "NOT EXISTS (SELECT FROM structures s WHERE s.siret = r.siret AND s.version_fin IS NULL)"
#: Condition that a structure received (``r``) is neither public by its file nor, in a difference, known already.
_PRIVEE = {Mode.COMPLET: "code = '' AND NOT publique", Mode.DIFFERENCE: f"code = '' AND NOT publique AND {_INCONNUE}"}
_SEUL = "code <> '' AND NOT EXISTS (SELECT FROM annuaire_recu s WHERE s.code = '' AND s.siret = r.siret)"
#: Condition that a service received (``r``) is of no structure of the directory to come.
_SANS_STRUCTURE = {Mode.COMPLET: _SEUL, Mode.DIFFERENCE: f"{_SEUL} AND {_INCONNUE}"}


class Reception:
    """One import's entries on their way into :data:`RECU`, inside the transaction of ``conn``.

    :ivar fichiers: names of the files, by number. :ivar productions: heads of exports. :ivar fautes: faults read, in order.
    :ivar lues: structures and services read. :ivar ecartees: of those, private ones left out.
    """

    def __init__(self, conn: Connection, entrees: Iterable[Production | Entree | FauteAnnuaire], mode: Mode) -> None:
        self._conn = conn
        self._entrees = entrees
        self._mode = mode
        self.fichiers: list[str] = []
        self.productions: list[Production] = []
        self.fautes: list[FauteAnnuaire] = []
        self.lues = self.ecartees = 0

    def recevoir(self, dernier_export: datetime | None) -> None:
        """Read everything; when :attr:`fautes` is empty afterwards, the table holds what the directory shall know.

        :param dernier_export: when the newest export imported was made, ``None`` when none said it.
        """
        RECU.create(self._conn)
        self.lues = copier(self._conn, RECU, tuple(RECU.c.keys()), self._lignes())
        self.fautes += self._entetes(dernier_export)
        if not self.fautes:
            self._conn.execute(text("ANALYZE annuaire_recu"))
            self._ecarter()
            self.fautes += (*self._doubles(), *self._orphelins(), *self._vide())
        del self.fautes[FAUTES_MAX:]

    def _lignes(self) -> Iterator[Sequence[object]]:
        """Yield the rows for COPY; stops at the last fault told."""
        numeros: dict[str, int] = {}
        for one in self._entrees:
            if isinstance(one, Entree):
                numero = numeros.get(one.fichier)
                if numero is None:
                    numero = numeros[one.fichier] = len(self.fichiers)
                    self.fichiers.append(one.fichier)
                yield (numero, one.ligne, one.partielle, one.publique, *_valeurs(one))
            elif isinstance(one, Production):
                self.productions.append(one)
            else:
                self.fautes.append(one)
                if len(self.fautes) == FAUTES_MAX:
                    return

    def _entetes(self, dernier: datetime | None) -> Iterator[FauteAnnuaire]:
        """Judge the heads: the type asked for, differences in their order and without a gap. A full export may be an older one."""
        nom = self.fichiers[0] if self.fichiers else "?"
        for one in self.productions:
            if one.mode is not self._mode:
                yield faute("ANN-18", nom, None, valeur="C" if one.mode is Mode.COMPLET else "D", attendu=self._mode)
            elif one.mode is Mode.DIFFERENCE:
                if dernier is not None and one.produit_le <= dernier:
                    yield faute("ANN-19", nom, None, valeur=one.produit_le, attendu=dernier)
                elif dernier is not None and one.precedent_le is not None and one.precedent_le > dernier:
                    yield faute("ANN-20", nom, None, valeur=one.precedent_le, attendu=dernier)
                dernier = one.produit_le

    def _ecarter(self) -> None:
        """Drop private companies and their services from an export, and all but one of the rows it gives of one instance.

        An export repeats an instance that changed and went out of force (annexe 3, DT-4-1): the inactive row stays, else the last one.
        """
        for condition in (_PRIVEE[self._mode], f"partielle AND {_SANS_STRUCTURE[self._mode]}"):
            self.ecartees += self._conn.execute(text(f"DELETE FROM annuaire_recu r WHERE {condition}")).rowcount  # noqa: S608 - our own words
        self._conn.execute(
            text(
                "DELETE FROM annuaire_recu a USING annuaire_recu b WHERE a.siret = b.siret AND a.code = b.code AND a.partielle "
                "AND b.partielle AND (a.actif, -a.fichier, -a.ligne) > (b.actif, -b.fichier, -b.ligne)"
            )
        )

    def _doubles(self) -> Iterator[FauteAnnuaire]:
        requete = (
            "SELECT fichier, ligne, premiere, siret, code FROM (SELECT r.*, first_value(ligne) OVER cle AS premiere, "
            "row_number() OVER cle AS n FROM annuaire_recu r WINDOW cle AS (PARTITION BY siret, code ORDER BY fichier, ligne)) d "
            "WHERE n > 1 ORDER BY fichier, ligne LIMIT :maximum"
        )
        for row in self._conn.execute(text(requete), {"maximum": FAUTES_MAX}):
            yield faute("ANN-16", self.fichiers[row.fichier], row.ligne, quoi=f"{row.siret} {row.code}".strip(), autre=row.premiere)

    def _orphelins(self) -> Iterator[FauteAnnuaire]:
        requete = (
            f"SELECT fichier, ligne, siret, code FROM annuaire_recu r WHERE {_SANS_STRUCTURE[self._mode]} "  # noqa: S608 - our own words
            "ORDER BY fichier, ligne LIMIT :maximum"
        )
        for row in self._conn.execute(text(requete), {"maximum": FAUTES_MAX}):
            yield faute("ANN-17", self.fichiers[row.fichier], row.ligne, valeur=row.code, siret=row.siret)

    def _vide(self) -> Iterator[FauteAnnuaire]:
        if (
            self._mode is Mode.COMPLET
            and not self._conn.execute(text("SELECT EXISTS (SELECT FROM annuaire_recu WHERE code = '')")).scalar()
        ):
            yield faute("ANN-21", self.fichiers[0] if self.fichiers else "?", None)


def _valeurs(entree: Entree) -> tuple[object, ...]:
    """Return the columns of :data:`RECU` from ``siret`` on."""
    v = entree.valeur
    if isinstance(v, Structure):
        drapeaux = (v.engagement_requis, v.service_requis, v.engagement_ou_service, v.moa, v.moa_unique, v.statut_mise_en_paiement, v.etat)
        return (v.siret, "", propre(v.nom), v.actif, *drapeaux, v.debut, v.fin)
    return (v.siret, propre(v.code), propre(v.nom), v.actif, v.engagement_requis, *(None,) * 6, v.debut, v.fin)
