"""``flux registre``: the law of conservation, counted; the ledger made or brought to the newest revision."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.cli.rendu import contexte_migre, jour_venu
from flux.config import reglages
from flux.etapes.bilan import BilanComplet, bilan_complet
from flux.registre.connexion import moteur
from flux.registre.migrations import derniere, migrer
from flux.registre.sante import revision

#: Exit code of a balance that does not hold.
DESEQUILIBRE = 4

registre = typer.Typer(help="Registre : ce qui est entré est quelque part. / Ledger: what came in is somewhere.", no_args_is_help=True)


@registre.command("migrer")
def migrer_le_registre(
    neuf: Annotated[bool, typer.Option("--neuf", help="Sans FLUX_BASE : créer le registre. / Without FLUX_BASE: make it.")] = False,
) -> None:
    """Amener le registre à la dernière révision. / Bring the ledger to the newest revision.

    À lancer après chaque mise à jour, avant les services. Une base vide reçoit ses tables ; celle d'une autre application
    est refusée. / To be run after each upgrade, before the services. An empty database gets its tables; that of another
    application is refused.
    """
    engine = moteur(reglages(), neuf=neuf)
    avant = revision(engine)
    migrer(engine)
    dire(f"Révision / revision : {avant or '—'} → {derniere()}")


@registre.command()
def bilan(
    jour: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Jour de réception (Paris) / day of reception.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Une ligne JSON / one line of JSON.")] = False,
) -> None:
    """Compter : déposé = intégré + rejeté + répété + quarantaine + en cours. / Count: what came in is somewhere.

    Sans --jour, chaque original et chaque réponse de l'entrepôt est relu. / Without --jour, every stored file is read again.
    Code retour : 0 juste, 4 quelque chose manque ou est en trop (nommé). / Exit code: 0 it balances, 4 it does not (named).
    """
    here = contexte_migre()
    day = None if jour is None else jour_venu(jour, here.horloge())
    found = bilan_complet(here, day)
    if json_:
        ecrire_json(_en_json(found, day))
    else:
        _dire(found)
    if found.constats:
        raise typer.Exit(DESEQUILIBRE)


def _en_json(found: BilanComplet, jour: date | None) -> dict[str, object]:
    return {
        "jour": jour, "juste": not found.constats, "lignes": [asdict(one) for one in found.lignes],
        "montants": [asdict(one) for one in found.montants], "constats": [asdict(one) | {"voir": one.voir} for one in found.constats],
        "objets_relus": found.originaux, "restes": found.restes,
    }  # fmt: skip


def _dire(found: BilanComplet) -> None:
    kinds = dict.fromkeys(one.quoi for one in found.lignes)
    rows: list[tuple[object, ...]] = []
    for kind in kinds:
        lines = [one for one in found.lignes if one.quoi == kind]
        numbers = [(x.deposes, x.integres, x.rejetes, x.repetes, x.quarantaine, x.en_cours) for x in lines]
        rows += [(kind, f"{one.jour}", *values) for one, values in zip(lines, numbers, strict=True)]
        rows.append((kind, "total", *(sum(column) for column in zip(*numbers, strict=True))))
    tableau("Bilan", ("quoi", "jour", "déposés", "intégrés", "rejetés", "répétés", "quarantaine", "en cours"), rows)
    amounts: list[tuple[object, ...]] = [(f"{x.jour}", x.devise, x.deposes, x.integres, x.rejetes) for x in found.montants]
    for devise in dict.fromkeys(one.devise for one in found.montants):
        same = [(x.deposes, x.integres, x.rejetes) for x in found.montants if x.devise == devise]
        amounts.append(("total", devise, *(sum(column) for column in zip(*same, strict=True))))
    tableau("Montants TTC (BT-112)", ("jour", "devise", "déposés", "intégrés", "rejetés"), amounts)
    if found.constats:
        told = [(x.code, ", ".join(map(str, x.flux)), x.objet, x.attendu, x.trouve, x.voir) for x in found.constats]
        tableau("Ne s'équilibre pas / does not balance", ("quoi", "flux", "objet", "attendu", "trouvé", "voir"), told)
    else:
        dire("Juste : rien ne manque, rien n'est en trop. / It balances: nothing is missing, nothing is doubled.")
    if found.restes:
        dire(
            f"{len(found.restes)} reste(s), sans effet : réponses reprises, pièces retirées ou remplacées / leftovers, harmless: answers "
            "written again, attachments withdrawn or replaced"
        )
