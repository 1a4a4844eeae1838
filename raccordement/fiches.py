"""Connection records in the ledger: make, read, change, subscribe. Every change is one transaction and one line of history.

The row of ``partenaires`` is the record; :mod:`raccordement.etats` moves it from one state to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatFiche
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, transaction
from raccordement.abonnements import exiger_connus
from raccordement.fiche import Abonnement, Demande, Fiche, lire_demande
from raccordement.historique import Geste, charger, noter

#: Never changed: answers and folders bear them.
_FIXES = ("code_application", "dossier")


def creer(engine: Engine, demande: Demande, geste: Geste) -> Fiche:
    """Register a demand, in state ``demande``; the same call again returns the record there is.

    :raises ErreurUsage: the code or the folder is taken by a record that says something else (facts: ``code_application``, ``dossier``), or
        a subscription is to an interface that does not exist (``interfaces``).
    """
    code, dossier = demande.code_application, demande.dossier
    with transaction(engine, "creer_fiche") as conn:
        new = conn.execute(
            insert(t.partenaires)
            .values(**_colonnes(demande), code_application=code, dossier=dossier, cree_le=geste.le)
            .on_conflict_do_nothing()  # on the code or on the folder
            .returning(t.partenaires.c.id)
        ).scalar_one_or_none()
        if new is not None:
            exiger_connus(demande.abonnements)
            _abonner(conn, new, demande.abonnements)
            return noter(conn, new, "creation", geste)
        found = _une(conn, code)
    if found is None or any(getattr(found[1], name) != getattr(demande, name) for name in Demande.model_fields):
        raise ErreurUsage(
            f"le code {code} ou le dossier {dossier} appartient déjà à une autre fiche / "
            f"the code {code} or the folder {dossier} already belongs to a record with other values",
            code_application=code,
            dossier=dossier,
        )
    return found[1]


def fiche(source: Source, code_application: str) -> Fiche | None:
    """Return a record, or ``None`` when the code is unknown."""
    with lecture(source, "fiche") as conn:
        found = _une(conn, code_application)
    return None if found is None else found[1]


def trouver(source: Source, code_application: str) -> tuple[int, Fiche]:
    """Return a record with the id of its partner.

    :raises ErreurUsage: the code is unknown. Facts: ``code_application``.
    """
    with lecture(source, "fiche") as conn:
        found = _une(conn, code_application)
    if found is None:
        raise ErreurUsage(
            f"aucune fiche de code {code_application} : flux raccordement lister / no record has this code",
            code_application=code_application,
        )
    return found


def fiches(source: Source, etat: EtatFiche | None = None) -> list[Fiche]:
    """Return every record, or those in one state, by application code."""
    condition = t.partenaires.c.etat == etat if etat is not None else t.partenaires.c.id.is_not(None)
    with lecture(source, "fiches") as conn:
        rows = conn.execute(select(t.partenaires).where(condition).order_by(t.partenaires.c.code_application)).mappings().all()
        return [charger(conn, row) for row in rows]


def modifier(engine: Engine, code_application: str, changements: Mapping[str, object], geste: Geste) -> Fiche:
    """Change some fields of a record; those not named stay. Nothing to change adds no line of history.

    :param changements: fields of :class:`raccordement.fiche.Demande`; subscriptions given here replace those there are.
    :raises ErreurUsage: unknown or closed record, unusable field, a field that never changes, or a new subscription to an interface that
        does not exist; those there are stay.
    """
    with transaction(engine, "modifier_fiche") as conn:
        partner, before = tenir(conn, code_application)
        kept = before.model_dump(mode="json", include=set(Demande.model_fields))
        fixed = [name for name in _FIXES if name in changements and changements[name] != kept[name]]
        if fixed:
            raise ErreurUsage(f"ne change jamais / never changes: {', '.join(fixed)}", fields=fixed)
        if "siret" in changements and "siren" not in changements:
            kept["siren"] = None  # it follows the SIRET
        after = lire_demande({**kept, **changements})
        exiger_connus(one for one in after.abonnements if one not in before.abonnements)
        changed = {
            name: {"avant": kept[name], "apres": value} for name, value in after.model_dump(mode="json").items() if kept[name] != value
        }
        if not changed:
            return before
        conn.execute(update(t.partenaires).where(t.partenaires.c.id == partner).values(**_colonnes(after)))
        if "abonnements" in changed:
            conn.execute(delete(t.abonnements).where(t.abonnements.c.partenaire_id == partner))
            _abonner(conn, partner, after.abonnements)
        return noter(conn, partner, "modification", geste, changed)


def abonner(
    engine: Engine, code_application: str, geste: Geste, *, ajouter: Iterable[Abonnement] = (), retirer: Iterable[Abonnement] = ()
) -> Fiche:
    """Add and take away subscriptions; what is there already, or is not, changes nothing. Raises ErreurUsage as :func:`modifier`."""
    with transaction(engine, "abonner") as conn:
        partner, before = tenir(conn, code_application)
        plus = [one for one in dict.fromkeys(ajouter) if one not in before.abonnements]
        moins = [one for one in dict.fromkeys(retirer) if one in before.abonnements]
        exiger_connus(plus)
        if not plus and not moins:
            return before
        _abonner(conn, partner, plus)
        a = t.abonnements.c
        for one in moins:
            conn.execute(delete(t.abonnements).where(a.partenaire_id == partner, a.interface == one.interface, a.sens == one.sens))
        return noter(conn, partner, "abonnement", geste, {"ajoutes": _dits(plus), "retires": _dits(moins)})


def tenir(conn: Connection, code_application: str) -> tuple[int, Fiche]:
    """Hold a record until the transaction ends, so that changes of one partner wait for each other.

    :raises ErreurUsage: unknown, or closed: a closed record no longer changes. Facts: ``code_application``.
    """
    conn.execute(select(t.partenaires.c.id).where(t.partenaires.c.code_application == code_application).with_for_update())
    partner, found = trouver(conn, code_application)
    if found.etat is EtatFiche.CLOS:
        raise ErreurUsage(
            f"la fiche {code_application} est close : elle ne change plus / the record is closed: it no longer changes",
            code_application=code_application,
        )
    return partner, found


def _une(conn: Connection, code_application: str) -> tuple[int, Fiche] | None:
    row = conn.execute(select(t.partenaires).where(t.partenaires.c.code_application == code_application)).mappings().one_or_none()
    return None if row is None else (row["id"], charger(conn, row))


def _colonnes(demande: Demande) -> dict[str, object]:
    given = demande.model_dump(mode="json", exclude={"abonnements", "raison_sociale", "fin", *_FIXES})
    return {**given, "nom": demande.raison_sociale, "fin": demande.fin}


def _abonner(conn: Connection, partenaire_id: int, abonnements: Iterable[Abonnement]) -> None:
    rows = [{"partenaire_id": partenaire_id, "interface": one.interface, "sens": one.sens.value} for one in abonnements]
    if rows:
        conn.execute(insert(t.abonnements), rows)


def _dits(abonnements: Iterable[Abonnement]) -> list[dict[str, object]]:
    return [one.model_dump(mode="json") for one in abonnements]
