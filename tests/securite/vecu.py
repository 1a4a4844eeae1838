"""A ledger whose every text that a partner controls is hostile, and what such a text must have become in a medium."""

from __future__ import annotations

import io
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from flux.annuaire import Entree, Mode, Service, Structure
from flux.cli import principal
from flux.config import Reglages, reglages
from flux.contexte import Contexte
from flux.enveloppe import NomFlux
from flux.etapes import ouvrir, repondre, traiter
from flux.modele.anomalie import anomalie
from flux.modele.statut import Motif
from flux.modele.verdict import Decision
from flux.registre.annuaire_import import importer
from flux.registre.annuaire_pj import Fournisseur, ajouter_piece
from flux.registre.depots import enregistrer_depot
from flux.registre.ouverture import enregistrer_ouverture
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import Depot, Membre, ResultatMembre, StatutPose, Tranche
from flux.transport.entrepot import Entrepot
from tests.bench.chemin import enregistrer
from tests.hostile.attaques_archive import entree, targz
from tests.hostile.modele import UBL, exemple
from tests.integration.registre.aides import LE, clore, facture, partenaire

#: Orders to a terminal (C0, C1, format and bidirectional characters), a forged line, a formula, markup of rich, an emoji of rich, HTML.
MALIN = (
    "\x1b[31m\x9b2J\u202e\u2066\u200f\ufeff\U000e0001\r\nFAUX\t=1+1[red]r[/red][link=http://x.test]l[/link]\\[b]:warning:"
    "<script>x</script>\"'&]]>{0}%sMALIN"
)
#: The part of it that a reader must find as it stands: none of it was obeyed.
LITTERAL = "=1+1[red]r[/red][link=http://x.test]l[/link]\\[b]:warning:<script>x</script>\"'&]]>{0}%sMALIN"
ORDRES = re.compile(
    "\r(?!\n)|[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
#: The same as the name of a file.
NOM = MALIN.replace("/", "")
#: What XML can hold of it: no C0 control but tab and line ends, no C1 (the platform refuses them).
EN_XML = MALIN.replace("\x1b", "").replace("\x9b", "")
#: A reference of an attachment: fifty characters at most.
REFERENCE = MALIN[:45] + "R"
SIRET = "21750001600019"
MAINTENANT = LE + timedelta(hours=3)


def obei(sortie: str) -> str:
    """What of a hostile text would be obeyed in a text for a terminal; empty when nothing is."""
    found = [repr(one) for one in ORDRES.findall(sortie)]
    return " ".join(found + [repr(line) for line in sortie.split("\n") if line.lstrip().startswith("FAUX")])


@dataclass
class Vecu:
    """The ledger, and commands run on it."""

    contexte: Contexte
    dossier: Path

    def lancer(self, *arguments: object) -> tuple[int, str]:
        """Run a command as a person types it; return its exit code and what came out on both streams, log and errors included."""
        printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(printed):
            patch.setattr(sys, "argv", ["flux", *map(str, arguments)])
            try:
                principal()
            except SystemExit as end:
                return int(end.code or 0), _imprime(printed)
        return 0, _imprime(printed)


def _imprime(sortie: io.TextIOWrapper) -> str:
    sortie.seek(0)
    return sortie.read()


@pytest.fixture
def vecu(registre: Engine, url_registre: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vecu:
    monkeypatch.setenv("FLUX_BASE", url_registre)
    monkeypatch.setenv("FLUX_DOSSIER", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "3000")
    monkeypatch.setattr("flux.cli.ecran.LARGEUR", 3000)
    reglages.cache_clear()
    settings = Reglages(dossier=tmp_path, base=url_registre, limites={"nom_piece_jointe": 500})
    ctx = Contexte(settings, registre, Entrepot.depuis(settings), lambda: MAINTENANT)
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: ctx)
    _remplir(ctx)
    return Vecu(ctx, tmp_path)


def montre(sortie: str) -> bool:
    """Whether a hostile text stands in a text as its writer wrote it."""
    whole = "".join(sortie.split())  # titles are folded
    return LITTERAL in whole or LITTERAL.replace("/", "") in whole


def archive(chemin: Path) -> Path:
    """Write a flow whose members' names and values are hostile; each is rejected for a value that its fault quotes."""
    quoted = EN_XML.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;").encode()
    fautive = exemple(UBL)
    for motif in (rb"(?<=<cbc:InvoiceTypeCode>)[^<]*", rb"(?<=<cbc:Note>)[^<]*", rb"(?<=<cbc:ID>)F26[^<]*"):
        fautive, fois = re.subn(motif, lambda _: quoted, fautive, count=1)
        assert fois, motif
    chemin.write_bytes(targz(entree(f"{NOM[:25]}.xml", fautive), entree(f"{NOM[:25]}.pdf", b"x"), entree(f"vide{NOM[:25]}.xml")))
    return chemin


def _remplir(ctx: Contexte) -> None:
    engine = ctx.engine
    one = partenaire(engine)
    flux_id = enregistrer_depot(engine, Depot(one, f"A{MALIN}", "r1", None, "FSO1140A", "a" * 64, 10, LE, LE)).id
    membres = [Membre(n, f"{n}{MALIN}.xml", 100, "b" * 64, 0, n * 100) for n in range(3)]
    enregistrer_ouverture(engine, flux_id, membres, [Tranche(0, "tranches/1/0", 3, 300)], jeu_de_regles="2026-11")
    enregistrer_tranche(engine, flux_id, 0, [_accepte(0, f"N{MALIN}"), _rejete(1), _accepte(2, "F-2")])
    clore(engine, flux_id)
    enregistrer_depot(engine, Depot(one, f"B{MALIN}", "r2", None, None, "c" * 64, 10, LE, LE))  # stuck, and without answer
    with engine.begin() as conn:
        for requete in (
            r"UPDATE partenaires SET nom = regexp_replace(:m, '[\x01-\x1f]', '', 'g')",
            "UPDATE factures SET etat = 'MISE_EN_PAIEMENT', fournisseur_nom = :m WHERE membre_rang = 2",
            "UPDATE factures SET etat = 'REJETEE' WHERE membre_rang = 1",
            "UPDATE statuts SET code = 'REJETEE' WHERE membre_rang = 1",
            "UPDATE sorties SET nom = 'retour ' || :m, cree_le = '2026-01-01T00:00Z'",
            (
                "INSERT INTO transitions_refusees (flux_id, membre_rang, de, vers, horodatage, issue, par, le)"
                " VALUES (1, 0, 'DEPOSEE', 'MANDATEE', now(), 'transition interdite', :m, now())"
            ),
            (
                "INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets, refus)"
                " VALUES (1, 'FEN1202A', 1, 0, 0, now(), 1, :m)"
            ),
        ):
            conn.execute(text(requete), {"m": MALIN})
    lot = enregistrer(ctx, archive(ctx.reglages.dossier / str(NomFlux.construire(UBL, "XYZ001", 1))))
    for tache in ouvrir(ctx, lot):
        traiter(ctx, tache)
    repondre(ctx, lot)
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM anomalies WHERE flux_id = 3"))  # a replay finds them anew
    entrees = [Entree(Structure(SIRET, MALIN), f"annuaire{MALIN}", 2), Entree(Service(SIRET, "SERV", MALIN), f"annuaire{MALIN}", 3)]
    importer(engine, entrees, Mode.COMPLET, LE)
    ajouter_piece(
        engine, ctx.entrepot, Fournisseur(SIRET), REFERENCE, f"{NOM}.pdf", "application/pdf", [b"%PDF-"], le=LE,
        limites=ctx.reglages.limites,
    )  # fmt: skip


def _hostile(rang: int):
    """An invoice whose every free text is hostile."""
    plain = facture(rang)
    partie = replace(plain.vendeur, nom=f"=S{MALIN}")
    return replace(
        plain, numero=f"N{rang}{MALIN}", engagement=MALIN, vendeur=partie, valideur=partie,
        acheteur=replace(plain.acheteur, nom=f"@{MALIN}"),
    )  # fmt: skip


def _accepte(rang: int, numero: str) -> ResultatMembre:
    pose = StatutPose("DEPOSEE", LE, MALIN, MALIN, (Motif("AUTRE", MALIN),))
    return ResultatMembre(rang, Decision.ACCEPTE, replace(_hostile(rang), numero=numero), (), pose)


def _rejete(rang: int) -> ResultatMembre:
    faute = anomalie("PDF-01", found=MALIN, member=f"{rang}{MALIN}.xml", path="/i", line=3, column=7)
    return ResultatMembre(rang, Decision.REJETE, _hostile(rang), (faute,), StatutPose("NON_CONFORME", LE, MALIN, faute.fr))
