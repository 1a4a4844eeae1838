"""The opening of a flow into the ledger: its members, its tranches and what was wrong before any document was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, Engine, func, select, update

from flux.errors import ErreurInvariant
from flux.modele.anomalie import Anomalie
from flux.modele.journal import Evenement, Faute, Genre, empreinte_des_lignes, ligne_ouverte
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.copie import copier, propre
from flux.registre.journal import inscrire
from flux.registre.valeurs import FLUX_LUI_MEME, EtatFlux, Membre, Tranche

_COLONNES_ANOMALIE = (
    "flux_id", "membre_rang", "rang", "code", "rule", "severity", "layer", "member", "path", "line", "column_", "found", "expected",
    "fr", "en",
)  # fmt: skip


def enregistrer_ouverture(
    engine: Engine,
    flux_id: int,
    membres: Iterable[Membre],
    tranches: Iterable[Tranche],
    anomalies: Iterable[tuple[int, Anomalie]] = (),
    *,
    jeu_de_regles: str | None = None,
    le: datetime | None = None,
) -> bool:
    """Store the members and tranches of a flow, in one transaction; ``recu`` becomes ``ouvert``, or ``traite`` without tranche.

    :param anomalies: (rank of the member or ``FLUX_LUI_MEME``, anomaly). :param jeu_de_regles: the rule set that judges this flow.
    :param le: now, aware; ``None``: the ledger's clock.
    :returns: False, and nothing changes, when the flow was opened already.
    :raises ErreurInvariant: unknown flow, or the tranches do not hold the members they say. Facts: ``flux_id`` and the numbers.
    """
    with transaction(engine, "enregistrer_ouverture") as conn:
        if etat_verrouille(conn, flux_id) is not EtatFlux.RECU:
            return False
        tous, fautes = list(membres), list(anomalies)
        annonces = {tranche.rang: tranche for tranche in tranches}
        copier(
            conn, t.tranches, ("flux_id", "rang", "cle", "nombre", "octets"),
            ((flux_id, x.rang, x.cle, x.nombre, x.octets) for x in annonces.values()),
        )  # fmt: skip
        comptes: dict[int | None, int] = defaultdict(int)
        nombre = copier(
            conn, t.membres, ("flux_id", "rang", "nom", "taille", "sha256", "tranche_rang", "debut", "decision"),
            _lignes_membres(flux_id, tous, comptes),
        )  # fmt: skip
        verifier_tranches(flux_id, annonces, comptes)
        ecrire_anomalies(conn, flux_id, fautes)
        conn.execute(
            update(t.flux)
            .where(t.flux.c.id == flux_id)
            .values(etat=EtatFlux.OUVERT if annonces else EtatFlux.TRAITE, membres=nombre, jeu_de_regles=jeu_de_regles)
        )
        inscrire(conn, [Evenement(flux_id, Genre.OUVERT, "", _contenu(tous, len(annonces), fautes, jeu_de_regles), le)])
        return True


def _contenu(membres: Sequence[Membre], tranches: int, anomalies: Sequence[tuple[int, Anomalie]], jeu: str | None) -> dict[str, object]:
    """Return what the journal tells of an opening: counts, the flow's own faults, and a digest of every file with its faults."""
    par_membre: dict[int, list[Faute]] = defaultdict(list)
    for rang, one in anomalies:
        par_membre[rang].append(faute(one))
    detail = (
        ligne_ouverte(m.rang, propre(m.nom), m.taille, m.sha256, m.decision, par_membre.get(m.rang, ()))
        for m in sorted(membres, key=attrgetter("rang"))
    )
    contenu: dict[str, object] = {
        "fichiers": len(membres), "tranches": tranches, "illisibles": sum(m.decision is not None for m in membres), "jeu": jeu,
        "fautes": par_membre.get(FLUX_LUI_MEME, []), "detail": empreinte_des_lignes(detail),
    }  # fmt: skip
    avant = {f"{m.rang}": len(par_membre[m.rang]) for m in membres if m.tranche_rang is not None and m.rang in par_membre}
    return contenu | {"avant": avant} if avant else contenu  # those of files that are still to be judged: more may follow


def faute(one: Anomalie) -> Faute:
    """Return an anomaly as the journal holds it."""
    return (one.severity, one.code, one.rule)


def _lignes_membres(flux_id: int, membres: Iterable[Membre], comptes: dict[int | None, int]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``membres``; count them by tranche on the way."""
    for m in membres:
        comptes[m.tranche_rang] += 1
        yield (flux_id, m.rang, propre(m.nom), m.taille, m.sha256, m.tranche_rang, m.debut, m.decision)


def verifier_tranches(flux_id: int, annonces: Mapping[int, Tranche], comptes: Mapping[int | None, int]) -> None:
    """Hold that every tranche has as many members as it says: a member in none would never be decided."""
    for rang, tranche in annonces.items():
        if comptes.get(rang, 0) != tranche.nombre:
            raise ErreurInvariant(
                f"tranche {rang} of flow {flux_id} announces {tranche.nombre} members and has {comptes.get(rang, 0)}",
                flux_id=flux_id, rang=rang, announced=tranche.nombre, found=comptes.get(rang, 0),
            )  # fmt: skip


def etat_verrouille(conn: Connection, flux_id: int) -> EtatFlux:
    """Lock the flow's row until the transaction ends and return its state.

    :raises ErreurInvariant: there is no such flow. Facts: ``flux_id``.
    """
    etat = conn.execute(select(t.flux.c.etat).where(t.flux.c.id == flux_id).with_for_update(key_share=True)).scalar_one_or_none()
    if etat is None:
        raise ErreurInvariant(f"the ledger has no flow {flux_id}", flux_id=flux_id)
    return EtatFlux(etat)


def ecrire_anomalies(conn: Connection, flux_id: int, anomalies: Iterable[tuple[int, Anomalie]]) -> None:
    """COPY anomalies, each ranked after those its member (or the flow) has already. The caller holds the lock of those members."""
    groupes: dict[int, list[Anomalie]] = defaultdict(list)
    for membre_rang, one in anomalies:
        groupes[membre_rang].append(one)
    if not groupes:
        return
    a = t.anomalies.c
    suivants = {
        row.membre_rang: row.suivant
        for row in conn.execute(
            select(a.membre_rang, (func.max(a.rang) + 1).label("suivant"))
            .where(a.flux_id == flux_id, a.membre_rang == func.any(sorted(groupes)))
            .group_by(a.membre_rang)
        )
    }
    copier(
        conn, t.anomalies, _COLONNES_ANOMALIE,
        (
            (flux_id, membre_rang, rang, x.code, x.rule, x.severity, x.layer, propre(x.member), propre(x.path), x.line,
             x.column, propre(x.found), propre(x.expected), propre(x.fr), propre(x.en))
            for membre_rang, ones in groupes.items()
            for rang, x in enumerate(ones, suivants.get(membre_rang, 0))
        ),
    )  # fmt: skip
