"""The statuses of one tranche of a deposited flow: each finds its invoice, is judged, applied or refused, and leaves a line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from flux.cycle_de_vie import Issue, Reponse, choisir
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.doublon import LIBERE_PAR
from flux.modele.motifs_retenus import motifs_retenus
from flux.modele.statut import Acteur
from flux.modele.statut_lu import StatutDemande, StatutLu
from flux.modele.temps import PARIS
from flux.modele.verdict import Decision
from flux.referentiel.refus import MotifRefus, motif_dit, motif_du_refus, motifs_du_cadre
from flux.referentiel.statuts import NON_INTEGREE, STATUTS_FACTURE, Role
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.copie import copier, propre
from flux.registre.ouverture import ecrire_anomalies
from flux.registre.representations import structures_de
from flux.registre.statuts import Cahier, Cle, Demande, FactureTenue, tenir
from flux.registre.tranches import decider_membres, tenir_tranche, terminer_tranche
from flux.registre.valeurs import IssueLigne, StatutPose

#: Statuses looked up, held and written at once.
PAR_PAQUET = 2000
_COLONNES = (
    "flux_id", "membre_rang", "rang", "numero", "code_lu", "statut", "horodatage", "issue", "facture_flux_id", "facture_membre_rang",
    "statut_rang",
)  # fmt: skip
#: UNCL 3035 role of who says it (MDT-40) → what it may be towards an invoice; any other code restricts nothing.
_ROLES_DITS: dict[str, frozenset[Role]] = {
    **dict.fromkeys(("BY", "AB"), frozenset((Role.DESTINATAIRE, Role.MOA))),
    **dict.fromkeys(("SE", "SR"), frozenset((Role.FOURNISSEUR, Role.VALIDEUR_1, Role.VALIDEUR_2, Role.MOE))),
}


@dataclass(frozen=True, slots=True)
class MembreStatuts:
    """What was read of one file. :ivar anomalies: of the file itself; without statuses it is unreadable."""

    rang: int
    nom: str
    statuts: tuple[StatutDemande, ...]
    anomalies: tuple[Anomalie, ...]


def enregistrer_demandes(
    engine: Engine, flux_id: int, rang: int, membres: Iterable[MembreStatuts], *, par: str, le: datetime,
    libere_par: Collection[str] = LIBERE_PAR,
) -> bool:  # fmt: skip
    """Apply the statuses of a tranche one by one, in one transaction that holds the tranche's row. One bad line does not stop the others.

    :param membres: exactly one for each member of the tranche, all read before the transaction begins.
    :param par: application code of the partner. :param le: now. :param libere_par: statuses that free the number of an invoice.
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
        decider_membres(conn, tenue, [(m.rang, _decision(m, table.servis)) for m in lus])
        ecrire_anomalies(conn, flux_id, [*((m.rang, one) for m in lus for one in m.anomalies), *table.anomalies])
        terminer_tranche(conn, tenue)
        return True


def _decision(membre: MembreStatuts, servis: Collection[int]) -> Decision:
    if not membre.statuts:
        return Decision.ILLISIBLE
    return Decision.ACCEPTE if membre.rang in servis else Decision.REJETE


@dataclass(frozen=True, slots=True)
class _Facture:
    """An invoice that may be the one a line speaks of. :ivar valideur: its validator as ``detail`` holds it."""

    cle: Cle
    depositaire: int
    date_emission: date | None
    fournisseur_id: str | None
    fournisseur_siren: str | None
    destinataire: str | None
    valideur: Mapping[str, Any] | None


@dataclass(slots=True)
class _Table:
    """Where the lines of one tranche are treated.

    :ivar servis: ranks of the members of which a line at least was taken. :ivar anomalies: (rank of the member, anomaly).
    """

    conn: Connection
    flux_id: int
    partenaire_id: int
    par: str
    structures: frozenset[str]
    cahier: Cahier
    servis: set[int] = field(default_factory=set)
    anomalies: list[tuple[int, Anomalie]] = field(default_factory=list)

    def traiter(self, paquet: Sequence[tuple[MembreStatuts, StatutDemande]]) -> None:
        candidates = self._candidates({propre(one.lu.numero) for _, one in paquet if one.lu.numero})
        found = [_trouver(one.lu, candidates.get(propre(one.lu.numero) or "", ())) for _, one in paquet]
        held = tenir(self.conn, {one.cle for one in found if isinstance(one, _Facture)})
        copier(self.conn, t.lignes_statut, _COLONNES, list(self._lignes(paquet, found, held)))
        self.cahier.ecrire(self.conn)

    def _candidates(self, numeros: Collection[str | None]) -> dict[str, list[_Facture]]:
        f = t.factures.c
        rows = self.conn.execute(
            select(f.flux_id, f.membre_rang, f.partenaire_id, f.numero, f.date_emission, f.fournisseur_id, f.fournisseur_siren,
                   f.destinataire_id, f.detail["valideur"].label("valideur"))
            .where(f.numero == func.any(list(numeros)), f.etat != NON_INTEGREE)
            .order_by(f.flux_id, f.membre_rang)
        )  # fmt: skip
        found: dict[str, list[_Facture]] = {}
        for row in rows:
            one = _Facture(
                (row.flux_id, row.membre_rang), row.partenaire_id, row.date_emission, row.fournisseur_id, row.fournisseur_siren,
                row.destinataire_id, row.valideur,
            )  # fmt: skip
            found.setdefault(row.numero, []).append(one)
        return found

    def _lignes(
        self, paquet: Sequence[tuple[MembreStatuts, StatutDemande]], found: Sequence[_Facture | Anomalie], held: Mapping[Cle, FactureTenue]
    ) -> Iterator[tuple[object, ...]]:
        for (membre, demande), facture in zip(paquet, found, strict=True):
            lu = demande.lu
            tenue = held[facture.cle] if isinstance(facture, _Facture) else None
            code, issue, told = self._juger(membre, demande, facture, tenue)
            self.anomalies += [(membre.rang, one.au_membre(membre.nom)) for one in (*demande.anomalies, *told)]
            if issue is not IssueLigne.REFUSE:
                self.servis.add(membre.rang)
            cle = (None, None) if tenue is None else tenue.cle
            rang = len(tenue.historique) - 1 if tenue is not None and issue is IssueLigne.APPLIQUE else None
            yield (self.flux_id, membre.rang, lu.rang, propre(lu.numero), propre(lu.code), code, lu.horodatage, issue, *cle, rang)

    def _juger(
        self, membre: MembreStatuts, demande: StatutDemande, facture: _Facture | Anomalie, tenue: FactureTenue | None
    ) -> tuple[str | None, IssueLigne, tuple[Anomalie, ...]]:
        """Return the status meant, what became of it and what to say of it."""
        lu = demande.lu
        if isinstance(facture, Anomalie):
            return None, IssueLigne.REFUSE, (facture,)
        if tenue is None or not demande.recevable:
            return None, IssueLigne.REFUSE, ()
        roles = self._roles(facture) & _ROLES_DITS.get(lu.role or "", frozenset(Role))
        fault = self._habilitation(lu, facture, roles)
        if fault is not None:
            return None, IssueLigne.REFUSE, (fault,)
        if not demande.codes:
            return None, IssueLigne.SANS_EFFET, (_dire("STA-16", lu, found=lu.code, numero=lu.numero),)
        motif = motif_dit(lu.complement, lu.commentaire, *(one.texte for one in lu.motifs))
        code = choisir(demande.codes, tenue.circuit, tenue.courant.code, roles, motif)
        fault = _motif(lu, code, tenue.cadre, motif)
        if fault is not None:
            return code, IssueLigne.REFUSE, (fault,)
        answer = self.cahier.noter(tenue, self._demande(membre, lu, code, roles))
        return code, _ISSUES.get(answer.issue, IssueLigne.REFUSE), _reponse(lu, code, answer)

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

    def _roles(self, facture: _Facture) -> frozenset[Role]:
        """What this partner is towards an invoice: it deposited it, it represents its recipient or its validator."""
        roles: set[Role] = set()
        if facture.depositaire == self.partenaire_id:
            roles.add(Role.FOURNISSEUR)
        if facture.destinataire in self.structures:
            roles |= {Role.DESTINATAIRE, Role.MOA}
        if _identifiants(facture.valideur) & self.structures:
            roles |= {Role.VALIDEUR_1, Role.VALIDEUR_2, Role.MOE}
        return frozenset(roles)

    def _habilitation(self, lu: StatutLu, facture: _Facture, roles: frozenset[Role]) -> Anomalie | None:
        wrong = _mauvais_destinataire(lu, facture)
        if wrong is not None:
            return _dire("STA-03", lu, found=wrong, numero=lu.numero)
        if not roles:
            return _dire("STA-04", lu, found=self.par, numero=lu.numero, expected=facture.destinataire or "—")
        return None


_ISSUES = {Issue.APPLIQUE: IssueLigne.APPLIQUE, Issue.DEJA: IssueLigne.DEJA}


def _dire(rule: str, lu: StatutLu, **facts: object) -> Anomalie:
    return anomalie(rule, path=lu.chemin, line=lu.ligne, **facts)  # type: ignore[arg-type]  # found and expected are among the facts


def _trouver(lu: StatutLu, candidates: Sequence[_Facture]) -> _Facture | Anomalie:
    """Return the one invoice a line speaks of: number, supplier and, when it is given, date; else what is wrong."""
    fitting = [
        one for one in candidates if _meme_fournisseur(lu.fournisseur, one) and lu.date_facture in (None, one.date_emission)
    ]  # fmt: skip
    if len(fitting) == 1:
        return fitting[0]
    qui = "—" if lu.fournisseur is None else lu.fournisseur.siren or lu.fournisseur.identifiant
    return _dire("STA-02" if fitting else "STA-01", lu, found=lu.numero or "—", fournisseur=qui)


def _meme_fournisseur(acteur: Acteur | None, facture: _Facture) -> bool:
    if acteur is None:
        return False
    known = {facture.fournisseur_id, facture.fournisseur_siren} - {None, ""}
    siren = acteur.siren or (acteur.identifiant[:9] if acteur.type_identifiant == 1 and len(acteur.identifiant) == 14 else None)
    # A SIRET names its supplier; a SIREN names any of its establishments.
    if acteur.identifiant and len(facture.fournisseur_id or "") == len(acteur.identifiant):
        return acteur.identifiant == facture.fournisseur_id
    return siren in known or acteur.identifiant in known


def _mauvais_destinataire(lu: StatutLu, facture: _Facture) -> str | None:
    """Return the recipient a line names when the invoice is another one's."""
    said = lu.destinataire
    if said is None and lu.role in ("BY", "AB"):
        said = lu.auteur
    if said is None or not said.identifiant:
        return None
    whole = said.identifiant == facture.destinataire
    return None if whole or (said.siren is not None and (facture.destinataire or "")[:9] == said.siren) else said.identifiant


def _identifiants(partie: Mapping[str, Any] | None) -> set[str]:
    if partie is None:
        return set()
    known = [partie.get("identifiant_legal"), *partie.get("identifiants", ())]
    return {one["valeur"] for one in known if one}


def _motif(lu: StatutLu, code: str, cadre: str | None, motif: MotifRefus | None) -> Anomalie | None:
    """Refuse a reason that the framework does not admit."""
    admis = motifs_du_cadre(code, cadre)
    if admis is None:
        return None
    named = motif or motif_du_refus(code)
    given = [named.name] if cadre == "A4" and named is not None else [one.code for one in lu.motifs]
    wrong = next((one for one in given if one not in admis), None)
    if wrong is None:
        return None
    return _dire(
        "STA-10", lu, found=wrong, statut=code, numero=lu.numero, cadre=cadre or "—", expected=", ".join(admis),
    )  # fmt: skip


def _reponse(lu: StatutLu, code: str, answer: Reponse) -> tuple[Anomalie, ...]:
    """Say why a status was not applied."""
    row, current = STATUTS_FACTURE[code], STATUTS_FACTURE[answer.courant.code]
    admis = ", ".join(STATUTS_FACTURE[one].code for one in answer.admis) or "aucun / none"
    facts: dict[str, object] = {"numero": lu.numero, "courant": current.code}
    if answer.issue is Issue.INTERDIT:
        return (_dire("STA-06", lu, found=row.code, expected=admis, **facts),)
    if answer.issue is Issue.ROLE:
        return (_dire("STA-05", lu, found=row.code, expected=", ".join(row.roles), admis=admis, **facts),)
    if answer.issue is Issue.ANCIEN:
        at, since = (_heure(one) for one in (lu.horodatage, answer.courant.horodatage))
        return (_dire("STA-07", lu, found=at, expected=since, statut=row.code, **facts),)
    if answer.issue is Issue.DEJA:
        return (_dire("STA-17", lu, found=row.code, **facts),)
    return ()


def _heure(instant: datetime | None) -> str:
    return "—" if instant is None else f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
