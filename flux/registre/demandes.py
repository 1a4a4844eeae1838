"""The statuses of one tranche of a deposited flow: each finds its invoice, is judged, applied or refused, and leaves a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Engine

from flux.cycle_de_vie import Issue, choisir
from flux.modele.anomalie import Anomalie
from flux.modele.doublon import LIBERE_PAR
from flux.modele.journal import EmpreinteDeLignes, Jugement
from flux.modele.motifs_retenus import motifs_retenus
from flux.modele.statut_lu import StatutDemande, StatutLu
from flux.modele.verdict import Decision
from flux.referentiel.refus import motif_dit
from flux.referentiel.statuts import STATUTS_FACTURE, Role
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.copie import copier, propre
from flux.registre.designation import FactureDesignee, candidates, habilitation, roles_du_partenaire, trouver
from flux.registre.journal import inscrire
from flux.registre.ouverture import ecrire_anomalies
from flux.registre.paroles import dire, refus_de_la_transition, refus_du_motif
from flux.registre.representations import structures_de
from flux.registre.statuts import Cahier, Cle, Demande, FactureTenue, tenir
from flux.registre.tranches import decider_membres, evenement_verdict, tenir_tranche, terminer_tranche
from flux.registre.valeurs import IssueLigne, StatutPose

#: Statuses looked up, held and written at once.
PAR_PAQUET = 2000
_COLONNES = (
    "flux_id", "membre_rang", "rang", "numero", "code_lu", "statut", "horodatage", "issue", "facture_flux_id", "facture_membre_rang",
    "statut_rang",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MembreStatuts:
    """What was read of one file. :ivar anomalies: of the file itself; without statuses it is unreadable."""

    rang: int
    nom: str
    statuts: tuple[StatutDemande, ...]
    anomalies: tuple[Anomalie, ...]


def enregistrer_demandes(
    engine: Engine, flux_id: int, rang: int, membres: Iterable[MembreStatuts], *, par: str, le: datetime,
    libere_par: Collection[str] = LIBERE_PAR, jugement: Jugement | None = None,
) -> bool:  # fmt: skip
    """Apply the statuses of a tranche one by one, in one transaction that holds the tranche's row. One bad line does not stop the others.

    :param membres: exactly one for each member of the tranche, all read before the transaction begins.
    :param par: application code of the partner. :param le: now. :param libere_par: statuses that free the number of an invoice.
    :param jugement: by what they were judged, for the journal.
    :returns: False, and nothing changes, when the tranche was stored already.
    :raises ErreurInvariant: unknown tranche, or members that are not its own. :raises ErreurRegistre: the ledger did not answer.
    """
    lus = sorted(membres, key=lambda m: m.rang)
    with transaction(engine, "enregistrer_demandes") as conn:
        tenue = tenir_tranche(conn, flux_id, rang)
        if tenue is None:
            return False
        table = _Table(conn, flux_id, tenue.partenaire_id, par, structures_de(conn, tenue.partenaire_id), Cahier(le, libere_par))
        lines = ((m, one) for m in lus for one in m.statuts)
        while paquet := list(islice(lines, PAR_PAQUET)):
            table.traiter(paquet)
        decisions = [(m.rang, _decision(m, table.servis)) for m in lus]
        decider_membres(conn, tenue, decisions)
        fautes = [*((m.rang, one) for m in lus for one in m.anomalies), *table.anomalies]
        ecrire_anomalies(conn, flux_id, fautes)
        terminer_tranche(conn, tenue)
        par_membre: dict[int, list[Anomalie]] = {m.rang: [] for m in lus}
        for membre_rang, one in fautes:
            par_membre[membre_rang].append(one)
        lignes = [(membre_rang, decision, par_membre[membre_rang]) for membre_rang, decision in decisions]
        verdict = evenement_verdict(tenue, lignes, jugement, {}, issues=table.issues, lignes_statut=table.lignes.hexdigest())
        later = table.cahier.inscriptions(f"flux {flux_id} tranche {rang}", source=flux_id, tranche=rang, par=par)
        inscrire(conn, [verdict, *later])
        return True


def _decision(membre: MembreStatuts, servis: Collection[int]) -> Decision:
    if not membre.statuts:
        return Decision.ILLISIBLE
    return Decision.ACCEPTE if membre.rang in servis else Decision.REJETE


@dataclass(slots=True)
class _Table:
    """Where the lines of one tranche are treated.

    :ivar servis: ranks of the members of which a line at least was taken. :ivar anomalies: (rank of the member, anomaly).
    :ivar issues: what became of the lines → how many. :ivar lignes: digest of the lines as stored, for the journal.
    """

    conn: Connection
    flux_id: int
    partenaire_id: int
    par: str
    structures: frozenset[str]
    cahier: Cahier
    servis: set[int] = field(default_factory=set)
    anomalies: list[tuple[int, Anomalie]] = field(default_factory=list)
    issues: Counter[str] = field(default_factory=Counter)
    lignes: EmpreinteDeLignes = field(default_factory=EmpreinteDeLignes)

    def traiter(self, paquet: Sequence[tuple[MembreStatuts, StatutDemande]]) -> None:
        known = candidates(self.conn, {propre(one.lu.numero) for _, one in paquet if one.lu.numero})
        found = [trouver(one.lu, known.get(propre(one.lu.numero) or "", ())) for _, one in paquet]
        held = tenir(self.conn, {one.cle for one in found if isinstance(one, FactureDesignee)})
        rows = list(self._lignes(paquet, found, held))
        for _, *row in rows:
            self.lignes.ajouter(row)
        copier(self.conn, t.lignes_statut, _COLONNES, rows)
        self.cahier.ecrire(self.conn)

    def _lignes(
        self,
        paquet: Sequence[tuple[MembreStatuts, StatutDemande]],
        found: Sequence[FactureDesignee | Anomalie],
        held: Mapping[Cle, FactureTenue],
    ) -> Iterator[tuple[object, ...]]:
        for (membre, demande), facture in zip(paquet, found, strict=True):
            lu = demande.lu
            tenue = held[facture.cle] if isinstance(facture, FactureDesignee) else None
            code, issue, told = self._juger(membre, demande, facture, tenue)
            self.anomalies += [(membre.rang, one.au_membre(membre.nom)) for one in (*demande.anomalies, *told)]
            if issue is not IssueLigne.REFUSE:
                self.servis.add(membre.rang)
            self.issues[issue.value] += 1
            cle = (None, None) if tenue is None else tenue.cle
            rang = len(tenue.historique) - 1 if tenue is not None and issue is IssueLigne.APPLIQUE else None
            yield (self.flux_id, membre.rang, lu.rang, propre(lu.numero), propre(lu.code), code, lu.horodatage, issue, *cle, rang)

    def _juger(
        self, membre: MembreStatuts, demande: StatutDemande, facture: FactureDesignee | Anomalie, tenue: FactureTenue | None
    ) -> tuple[str | None, IssueLigne, tuple[Anomalie, ...]]:
        """Return the status meant, what became of it and what to say of it."""
        lu = demande.lu
        if isinstance(facture, Anomalie):
            return None, IssueLigne.REFUSE, (facture,)
        if tenue is None or not demande.recevable:
            return None, IssueLigne.REFUSE, ()
        roles = roles_du_partenaire(facture, self.partenaire_id, self.structures, lu.role)
        fault = habilitation(lu, facture, roles, self.par)
        if fault is not None:
            return None, IssueLigne.REFUSE, (fault,)
        if not demande.codes:
            return None, IssueLigne.SANS_EFFET, (dire("STA-16", lu, found=lu.code, numero=lu.numero),)
        motif = motif_dit(lu.complement, lu.commentaire, *(one.texte for one in lu.motifs))
        code = choisir(demande.codes, tenue.circuit, tenue.historique, lu.horodatage, roles, motif)
        fault = refus_du_motif(lu, code, tenue.cadre, motif)
        if fault is not None:
            return code, IssueLigne.REFUSE, (fault,)
        answer = self.cahier.noter(tenue, self._demande(membre, lu, code, roles))
        return code, _ISSUES.get(answer.issue, IssueLigne.REFUSE), refus_de_la_transition(lu, code, answer)

    def _demande(self, membre: MembreStatuts, lu: StatutLu, code: str, roles: frozenset[Role]) -> Demande:
        detail = {
            "producteur": lu.producteur, "id_mandat": lu.id_mandat, "actions": lu.actions,
            "montants": tuple({"type_code": m.type_code, "valeur": m.valeur, "devise": m.devise, "taux": m.taux} for m in lu.montants),
        }  # fmt: skip
        motifs = motifs_retenus(STATUTS_FACTURE[code], lu.motifs, lu.complement or lu.commentaire)
        # A line without its instant is refused before it comes here.
        pose = StatutPose(code, lu.horodatage or self.cahier.le, lu.complement, lu.commentaire, motifs)
        said = {name: value for name, value in detail.items() if value}
        return Demande(pose, self.par, roles, (self.flux_id, membre.rang, lu.rang), said)


_ISSUES = {Issue.APPLIQUE: IssueLigne.APPLIQUE, Issue.DEJA: IssueLigne.DEJA}
