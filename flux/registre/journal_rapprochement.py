"""Compares the ledger's rows of one flow with what its journal tells: a row changed, missing or added behind its back is found.

What a flow went through before its journal began (``reprise``) is not told, so it is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from flux.modele.doublon import IssueDoublon
from flux.modele.journal import Entree, Genre, empreinte, instant
from flux.modele.verdict import Decision
from flux.registre.copie import propre
from flux.registre.depots import REPETITIONS
from flux.registre.journal_releve import Releve, Releveur, TrancheRelevee
from flux.registre.valeurs import REPETE, EtatFlux, EtatTranche

Dit = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One thing that is not as written. :ivar quoi: a word. :ivar ou: which entry, seal or row."""

    quoi: str
    ou: str
    attendu: object
    trouve: object


@dataclass(frozen=True, slots=True)
class Dite:
    """An entry, and what its text says."""

    entree: Entree
    texte: Dit

    @property
    def contenu(self) -> Dit:
        """Its facts; none when the text was spoilt."""
        value = self.texte.get("contenu")
        return value if isinstance(value, dict) else {}


@dataclass(slots=True)
class _Chaine:
    """The entries of one flow, to ask by kind and subject. :ivar ancienne: it began after the flow."""

    flux_id: int
    par_sujet: dict[tuple[str, str], Dite] = field(default_factory=dict)
    emis: dict[str, list[Dite]] = field(default_factory=dict)
    ancienne: bool = False

    def une(self, genre: Genre, sujet: str = "") -> Dite | None:
        return self.par_sujet.get((genre.value, sujet))

    def sujets(self, genre: Genre) -> list[str]:
        return [sujet for kind, sujet in self.par_sujet if kind == genre]

    def redonnee(self, depuis: Dite) -> bool:
        """Return whether the flow's answers were given again, to a repeated deposit, after an entry."""
        after = (one for (kind, _), one in self.par_sujet.items() if kind == Genre.REPETE and one.entree.rang > depuis.entree.rang)
        return any(one.contenu.get("issue") == IssueDoublon.FLUX_REPETE for one in after)

    def comparer(self, ou: str, dit: Dit, lu: Dit) -> Iterator[Alteration]:
        """Yield each fact of a row that is not as told; what the entry does not tell is left."""
        for nom, trouve in lu.items():
            if nom in dit and (attendu := _dit(dit[nom])) != (found := _lu(trouve)):
                yield Alteration("ligne changée", f"flux {self.flux_id}{ou} : {nom}", attendu, found)

    def manque(self, genre: str, sujet: str = "") -> Alteration:
        return Alteration("absente du journal", f"flux {self.flux_id}", f"{genre} {sujet}".strip(), None)

    def absente(self, ou: str, attendu: object) -> Alteration:
        return Alteration("ligne absente", f"flux {self.flux_id}{ou}", attendu, None)

    def en_trop(self, ou: str, trouve: object) -> Alteration:
        return Alteration("ligne en trop", f"flux {self.flux_id}{ou}", None, trouve)


def _dit(valeur: object) -> object:
    return propre(valeur) if isinstance(valeur, str) else valeur


def _lu(valeur: object) -> object:
    return instant(valeur) if hasattr(valeur, "astimezone") else valeur  # type: ignore[arg-type]


def rapprocher(flux_id: int, dites: Sequence[Dite], rows: Releveur) -> Iterator[Alteration]:
    """Yield what is not as told of one flow, above those compared before."""
    chaine = _Chaine(flux_id)
    for one in dites:
        chaine.par_sujet[one.entree.genre, one.entree.sujet] = one
        if one.entree.genre == Genre.EMIS:
            chaine.emis.setdefault(str(one.contenu.get("nom")), []).append(one)
    chaine.ancienne = chaine.une(Genre.REPRISE) is not None
    ouvert = chaine.une(Genre.OUVERT)
    avant = ouvert.contenu.get("avant") if ouvert is not None else None
    releve = rows.relever(flux_id, avant if isinstance(avant, dict) else {})
    if releve is None:
        yield chaine.absente("", "flux")
    elif not dites:
        yield chaine.manque("chaine")
    else:
        yield from _reception(chaine, releve.flux)
        yield from _ouverture(chaine, ouvert, releve)
        for rang in sorted({*releve.tranches, *(int(sujet) for sujet in chaine.sujets(Genre.VERDICT) if sujet.isdecimal())}):
            yield from _tranche(chaine, rang, releve.tranches.get(rang), releve.jugees.get(rang, TrancheRelevee()))
        yield from _reponse(chaine, ouvert, releve)
        # Without its answer told, a file is older than the journal.
        for row in releve.sorties if chaine.une(Genre.REPONDU) is not None else ():
            yield from _emissions(chaine, row)
        yield from _purges(chaine, releve)
        yield from _statuts(chaine, releve)
        yield from _envois(chaine, releve)
        yield from _rejets(chaine, releve)


def _purges(chaine: _Chaine, r: Releve) -> Iterator[Alteration]:
    """Compare what the store no longer holds with what was told of it."""
    purgees = [("", "original", "original_purge_le", r.flux.original_purge_le)]
    purgees += [(f", tranche {rang}", f"tranche {rang}", "purge_le", row.purge_le) for rang, row in r.tranches.items()]
    purgees += [(f", sortie {row.nom}", f"reponse {row.nom}", "octets_purges_le", row.octets_purges_le) for row in r.sorties]
    purgees += [
        (f", fichier groupé {nom}", f"reponse {nom}", "octets_purges_le", lu.sortie.octets_purges_le) for nom, lu in r.envois.items()
    ]
    for ou, sujet, nom, le in purgees:
        told = chaine.une(Genre.PURGE, sujet)
        yield from chaine.comparer(ou, {nom: None if told is None else instant(told.entree.le)}, {nom: le})


def _reception(chaine: _Chaine, f: Row[Any]) -> Iterator[Alteration]:
    lu = {
        "partenaire": f.partenaire_id, "nom": f.nom, "taille": f.taille, "sha256": f.sha256, "interface": f.interface,
        "identifiant": f.identifiant, "depose_le": f.depose_le, "recu_le": f.recu_le,
    }  # fmt: skip
    if (reprise := chaine.une(Genre.REPRISE)) is not None:
        yield from chaine.comparer("", reprise.contenu, lu)
    elif (recu := chaine.une(Genre.RECU)) is not None:
        repete = recu.contenu.get("issue") in tuple(REPETITIONS)
        yield from chaine.comparer("", recu.contenu, lu)
        yield from chaine.comparer("", {"repete_de": recu.contenu.get("premier") if repete else None}, {"repete_de": f.repete_de})
        if repete:
            lu = {"statut": f.statut, "repondu_le": f.repondu_le}
            yield from chaine.comparer("", {"statut": REPETE, "repondu_le": recu.contenu.get("recu_le")}, lu)


def _ouverture(chaine: _Chaine, ouvert: Dite | None, r: Releve) -> Iterator[Alteration]:
    if ouvert is None:
        if not chaine.ancienne and r.flux.etat != EtatFlux.RECU and r.flux.repete_de is None:
            yield chaine.manque("ouvert")
        elif not chaine.ancienne and r.fichiers:
            yield chaine.en_trop(", fichiers", r.fichiers)
        return
    yield from chaine.comparer("", {"membres": ouvert.contenu.get("fichiers")}, {"membres": r.flux.membres})
    yield from chaine.comparer("", {"jeu_de_regles": ouvert.contenu.get("jeu")}, {"jeu_de_regles": r.flux.jeu_de_regles})
    lu = {"fichiers": r.fichiers, "tranches": len(r.tranches), "illisibles": r.illisibles, "detail": r.detail.hexdigest()}
    yield from chaine.comparer(", fichiers", ouvert.contenu, lu)
    if r.orphelines:
        yield chaine.en_trop(", anomalies sans fichier", r.orphelines)


def _tranche(chaine: _Chaine, rang: int, row: Row[Any] | None, lue: TrancheRelevee) -> Iterator[Alteration]:
    ou, dite = f", tranche {rang}", chaine.une(Genre.VERDICT, f"{rang}")
    if dite is None:
        if row is not None and row.etat == EtatTranche.TRAITEE and not chaine.ancienne:
            yield chaine.manque("verdict", f"{rang}")
        return
    if row is None:
        yield chaine.absente(ou, "tranche")
        return
    yield from chaine.comparer(ou, {"etat": EtatTranche.TRAITEE.value}, {"etat": row.etat})
    yield from chaine.comparer(ou, dict.fromkeys(Decision, 0) | dict(dite.contenu), {d.value: lue.decisions[d] for d in Decision})
    yield from chaine.comparer(ou, dite.contenu, {"fichiers": row.nombre, "replis": dict(lue.replis), "detail": lue.detail.hexdigest()})
    yield from chaine.comparer(ou, dite.contenu, {"issues": dict(lue.issues), "lignes_statut": lue.lignes.hexdigest()})


def _reponse(chaine: _Chaine, ouvert: Dite | None, r: Releve) -> Iterator[Alteration]:
    f, dite = r.flux, chaine.une(Genre.REPONDU)
    dits = _fautes(ouvert) + _fautes(dite)
    lues = [list(one) for one in r.fautes]
    if chaine.ancienne and ouvert is None:
        lues = lues[len(lues) - len(dits) :]
    yield from chaine.comparer(", anomalies du flux", {"fautes": dits}, {"fautes": lues})
    if dite is None:
        if f.etat == EtatFlux.REPONDU and f.repete_de is None and not chaine.ancienne:
            yield chaine.manque("repondu")
        for row in () if chaine.ancienne else r.sorties:
            yield chaine.en_trop(f", sortie {row.nom}", row.sha256)
        return
    lu = {"statut": f.statut, "acceptees": f.acceptees, "rejetees": f.rejetees, "illisibles": f.illisibles, "repondu_le": f.repondu_le}
    yield from chaine.comparer("", {"repondu_le": instant(dite.entree.le)} | dict(dite.contenu), lu)
    told = dite.contenu.get("reponses")
    dites = {one["nom"]: one for one in told if isinstance(one, dict) and isinstance(one.get("nom"), str)} if isinstance(told, list) else {}
    lues_par_nom = {row.nom: row for row in r.sorties}
    for nom in sorted({*dites, *lues_par_nom}):
        if nom not in lues_par_nom:
            yield chaine.absente(f", sortie {nom}", dites[nom].get("sha256"))
        elif nom not in dites:
            yield chaine.en_trop(f", sortie {nom}", lues_par_nom[nom].sha256)
        else:
            row = lues_par_nom[nom]
            yield from chaine.comparer(
                f", sortie {nom}", dites[nom], {"interface": row.interface, "sha256": row.sha256, "taille": row.taille}
            )


def _fautes(dite: Dite | None) -> list[object]:
    found = None if dite is None else dite.contenu.get("fautes")
    return found if isinstance(found, list) else []


def _statuts(chaine: _Chaine, r: Releve) -> Iterator[Alteration]:
    """Compare the later statuses of the flow's invoices, one entry a transaction."""
    for sujet in sorted({*r.statuts, *chaine.sujets(Genre.STATUT)}):
        dite, lus = chaine.une(Genre.STATUT, sujet), r.statuts.get(sujet)
        if lus is None:
            yield chaine.absente(f", statuts, {sujet}", "statut")
        elif dite is not None:
            lu = {"statuts": dict(lus.statuts), "detail": lus.detail.hexdigest(), "autres": lus.autres.hexdigest()}
            yield from chaine.comparer(f", statuts, {sujet}", dite.contenu, lu)
        elif not chaine.ancienne:
            yield chaine.manque("statut", sujet)


def _envois(chaine: _Chaine, r: Releve) -> Iterator[Alteration]:
    """Compare what grouped files carry of the flow, and what became of them."""
    for nom in sorted({*r.envois, *chaine.sujets(Genre.ENVOI)}):
        ou, dite, lu = f", fichier groupé {nom}", chaine.une(Genre.ENVOI, nom), r.envois.get(nom)
        if lu is None:
            yield chaine.absente(ou, "envoi")
        elif dite is not None:
            s = lu.sortie
            vus = {"interface": s.interface, "sha256": s.sha256, "taille": s.taille, "elements": lu.elements}
            yield from chaine.comparer(ou, dite.contenu, vus | {"detail": lu.detail.hexdigest()})
            yield from _emissions(chaine, s)
        elif not chaine.ancienne:
            yield chaine.manque("envoi", nom)


def _rejets(chaine: _Chaine, r: Releve) -> Iterator[Alteration]:
    lus = {f"{row.membre_rang}": row for row in r.rejets}
    for sujet in sorted({*lus, *chaine.sujets(Genre.REJET_TRAITE)}):
        ou, dite = f", rejet traité de la facture {sujet}", chaine.une(Genre.REJET_TRAITE, sujet)
        if sujet not in lus:
            yield chaine.absente(ou, "rejet_traite")
        elif dite is not None:
            told = {"le": instant(dite.entree.le), "par": dite.contenu.get("par")}
            yield from chaine.comparer(ou, told, {"le": lus[sujet].le, "par": empreinte(lus[sujet].par)})
        elif not chaine.ancienne:
            yield chaine.manque("rejet_traite", sujet)


def _emissions(chaine: _Chaine, s: Row[Any]) -> Iterator[Alteration]:
    """Compare how often a file left, when last, and what became of it in the partner's folder."""
    ou, dites = f", sortie {s.nom}", chaine.emis.get(s.nom, [])
    yield from chaine.comparer(ou, {"emissions": len(dites)}, {"emissions": s.emissions})
    yield from chaine.comparer(ou, {"emise_le": instant(dites[-1].entree.le) if dites else None}, {"emise_le": s.emise_le})
    courante = f"{s.nom} {s.emissions}"
    for genre, nom, le in ((Genre.RETIRE, "retiree_le", s.retiree_le), (Genre.PURGE, "purgee_le", s.purgee_le)):
        told = {one.entree.le for (kind, _), one in chaine.par_sujet.items() if kind == genre and one.contenu.get("nom") == s.nom}
        if le is not None and le not in told:
            yield Alteration("ligne changée", f"flux {chaine.flux_id}{ou} : {nom}", None, instant(le))
        last = chaine.une(genre, courante)
        if le is None and last is not None and chaine.une(Genre.REMIS, courante) is None and not chaine.redonnee(last):
            yield Alteration("ligne changée", f"flux {chaine.flux_id}{ou} : {nom}", instant(last.entree.le), None)
