"""``flux journal``: the life of a flow with its proofs, their verification, the daily seal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.cli.journal_recit import TITRES, phrase
from flux.cli.rendu import FLUX_MAX, RANG_MAX, contexte_migre, jour_venu, lire_fichier
from flux.cli.texte import Langue
from flux.errors import ErreurUsage
from flux.etapes.scellement import garder_les_sceaux
from flux.modele.journal import lire_entree
from flux.modele.temps import PARIS, veille
from flux.registre.journal import journal_du_flux
from flux.registre.journal_fichiers import journal_du_fichier
from flux.registre.journal_releve import Portee
from flux.registre.journal_sceaux import sceller as sceller_le_jour
from flux.registre.journal_verification import verifier_journal
from flux.registre.lectures import flux_par_id

journal = typer.Typer(help="Journal des flux, ses preuves et ses sceaux. / Journal of flows, its proofs, its seals.", no_args_is_help=True)


@journal.command()
def montrer(
    flux: Annotated[int, typer.Argument(min=1, max=FLUX_MAX, help="Numéro du flux au registre. / Number of the flow in the ledger.")],
    json_: Annotated[bool, typer.Option("--json", help="Les entrées telles que hachées. / The entries as hashed.")] = False,
    facture: Annotated[
        int | None,
        typer.Option(
            min=0, max=RANG_MAX, help="Rang d'un fichier : ce qui le concerne seulement. / Rank of a file: what is about it alone."
        ),
    ] = None,
    langue: Annotated[Langue, typer.Option(help="Langue des phrases. / Language of the sentences.")] = Langue.FR,
) -> None:
    """Dire la vie d'un flux, entrée par entrée. / Tell the life of a flow. Code retour : 0 trouvé, 1 inconnu."""
    engine = contexte_migre().engine
    found = journal_du_flux(engine, flux) if facture is None else journal_du_fichier(engine, flux, facture)
    if json_:
        ecrire_json([{"texte": one.texte, "empreinte": one.empreinte} for one in found])
    elif found:
        rows = [(one.rang, f"{one.le.astimezone(PARIS):%d/%m/%Y %H:%M:%S}", phrase(one, langue), one.empreinte) for one in found]
        tableau(f"Flux {flux}", TITRES[langue], rows)
    if not found:
        dire(f"{flux} : inconnu du journal / not in the journal", err=True)
        raise typer.Exit(1)


#: What can be found, in English.
_EN = {
    "absente du journal": "not in the journal",
    "chaînage": "link to the entry before",
    "début de chaîne": "beginning of a chain",
    "empreinte": "digest",
    "entrée manquante": "entry missing",
    "entrée scellée": "sealed entry",
    "ligne absente": "row missing",
    "ligne changée": "row changed",
    "ligne en trop": "row added",
    "sceau gardé": "seal kept elsewhere",
    "sceau manquant": "seal missing",
    "têtes": "heads",
}


@journal.command()
def verifier(
    sceaux: Annotated[Path | None, typer.Option(help="Sceaux gardés ailleurs, un par ligne. / Seals kept elsewhere, one a line.")] = None,
    depuis: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Les flux où quelque chose est arrivé depuis ce jour. / Flows with news since that day."),
    ] = None,
    flux: Annotated[int | None, typer.Option(min=1, max=FLUX_MAX, help="Ce flux seulement. / This flow only.")] = None,
) -> None:
    """Chercher ce qui a été changé, dans le journal ou dans le registre. / Look for what was changed, in the journal or in the ledger.

    Code retour : 0 rien, 1 quelque chose, 2 fichier sans sceau. / Exit code: 0 nothing, 1 something, 2 a file that holds no seal.
    """
    kept = [] if sceaux is None else _sceaux_gardes(sceaux)
    engine = contexte_migre().engine
    found = verifier_journal(engine, kept, Portee(flux, None if depuis is None else depuis.date()))
    if flux is not None and not found and flux_par_id(engine, flux) is None:
        raise ErreurUsage(f"flux {flux} : inconnu / unknown", flux_id=flux)
    if not found:
        dire("Journal intact, et le registre dit la même chose. / The journal is intact, and the ledger says the same.")
        if kept:
            dire(f"{len(kept)} sceau(x) gardé(s) ailleurs, retrouvé(s). / {len(kept)} seal(s) kept elsewhere compared and found.")
        return
    rows = [(_bilingue(one.quoi), one.ou, one.attendu, one.trouve) for one in found]
    tableau("Altérations / alterations", ("quoi / what", "où / where", "écrit / written", "trouvé / found"), rows)
    raise typer.Exit(1)


def _sceaux_gardes(path: Path) -> list[str]:
    """Return the seals of a file, one a line, as the ledger has their texts; what an editor adds (mark of UTF-8, blank lines) is left out.

    A file that is not one of seals proves nothing, and may be anything, a private key too: no error quotes it.

    :raises ErreurUsage: it cannot be read, is not UTF-8, holds no seal, or a line of it is none. Facts: ``path``, ``ligne``.
    """
    try:
        lines = [line.strip() for line in lire_fichier(path).decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise ErreurUsage(
            f"{path} n'est pas un texte en UTF-8 : donnez le fichier que FLUX_JOURNAL_SCEAUX nomme, ou une copie / is not UTF-8 text: give "
            "the file that FLUX_JOURNAL_SCEAUX names, or a copy",
            path=str(path),
        ) from None  # its facts quote the bytes
    for rang, line in enumerate(lines, 1):
        if line and not _est_sceau(line):
            raise ErreurUsage(
                f"{path}, ligne {rang} : pas un sceau entier ; chaque ligne est celle que flux journal sceller écrit / line {rang}: not a "
                "whole seal; each line is one that flux journal sceller prints",
                path=str(path), ligne=rang,
            )  # fmt: skip
    if not any(lines):
        raise ErreurUsage(
            f"{path} ne contient aucun sceau, rien n'a été comparé : donnez le fichier que FLUX_JOURNAL_SCEAUX nomme, ou une copie / holds "
            "no seal, nothing was compared: give the file that FLUX_JOURNAL_SCEAUX names, or a copy",
            path=str(path),
        )
    return [line for line in lines if line]


def _est_sceau(line: str) -> bool:
    """Tell whether a line has the form of a seal; whether the ledger set it is for the verification to say."""
    said = lire_entree(line)
    return isinstance(said.get("sceau"), int) and isinstance(said.get("jour"), str) and isinstance(said.get("tetes"), str)


def _bilingue(quoi: str) -> str:
    """Return what was found in both languages; a column goes by its name."""
    return f"{quoi} / {_EN.get(quoi) or quoi.replace('colonne', 'column')}"


@journal.command()
def sceller(
    jour: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Jour (Paris) ; hier par défaut. / Day; yesterday.")] = None,
) -> None:
    """Poser le sceau d'un jour et l'écrire : gardez la ligne ailleurs. / Set the seal of a day and print it: keep the line elsewhere."""
    ctx = contexte_migre()
    now = ctx.horloge()
    day = veille(now) if jour is None else jour_venu(jour, now)
    texte = sceller_le_jour(ctx.engine, day, now)
    garder_les_sceaux(ctx)
    dire(texte if texte is not None else f"{day} : déjà scellé / sealed already", err=texte is None)
