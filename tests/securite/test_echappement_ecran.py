"""Every command of ``flux`` on a ledger of hostile texts: a terminal shows them and obeys none, JSON gives them back as they were."""

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from cryptography import x509
from cryptography.x509.oid import NameOID

from flux.cli import app
from flux.cli.lire_statuts import EXEMPLE
from raccordement.certificats_partenaire import certificats
from raccordement.fiches import trouver
from tests.hostile.modele import dans_note
from tests.pki import cle_ec, p7b, pem, pki, racine
from tests.securite.commandes import AILLEURS, CODE, EPREUVES, Epreuve
from tests.securite.vecu import MALIN, NOM, SIRET, Vecu, archive, montre, obei, vecu

__all__ = ["vecu"]
pytestmark = pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning")  # longer than an authority would write
RACINE = Path(__file__).parents[2]
PKI = pki()
#: What a line of CSV can hold of it.
EN_CSV = MALIN.replace("\r\n", "").replace('"', '""')


def _racine_de(sujet: x509.Name) -> x509.Certificate:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.pki.nom", lambda *_: sujet)
        return racine().certificat


@pytest.fixture
def fichiers(vecu: Vecu) -> dict[str, str]:
    """Files that commands read or write; the names of those that a partner could have given are hostile."""
    here = vecu.dossier / NOM
    here.mkdir()
    sujet = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, MALIN, _validate=False)])
    certificat = PKI.intermediaire.emettre(sujet, cle_ec("malin"))
    made = {
        "annuaire": f'siret;code_service;nom\n{SIRET};;"{EN_CSV}"\n'.encode(),
        "faux": f'siret;code_service;nom\n"{EN_CSV}";;x\n'.encode(),
        "sceaux": f"{MALIN}\n".encode(),
        "sceau": json.dumps({"sceau": 1, "jour": MALIN, "tetes": ""}, ensure_ascii=False).encode(),
        "pdf": b"%PDF-",
        "p7b": p7b(certificat, PKI.intermediaire.certificat),
        "pem": pem(PKI.racine.certificat),
        "xml": b"<a/>",
        "ubl": dans_note(b"F"),
        "statuts": json.dumps(EXEMPLE).encode(),
    }
    for name, data in made.items():
        (here / f"{NOM}.{name}").write_bytes(data)
    archive(here / "flux")
    (vecu.dossier / "autorites").mkdir()
    (vecu.dossier / "autorites" / "a.pem").write_bytes(pem(_racine_de(sujet)))
    known = certificats(vecu.contexte.engine, trouver(vecu.contexte.engine, CODE)[0])
    return {name: str(here / f"{NOM}.{name}") for name in made} | {
        "flux": str(here / "flux"), "dossier": str(here / "sortie"), "sortie": str(here / f"{NOM}.tar.gz"), "csv": str(here / f"{NOM}.csv"),
        "empreinte": known[0].empreinte[:16],
    }  # fmt: skip


def _lire(vecu: Vecu, une: Epreuve, fichiers: dict[str, str], *options: str) -> tuple[int, str]:
    arguments = [fichiers[one[1:-1]] if one.startswith("{") and one.endswith("}") else one for one in une.arguments]
    return vecu.lancer(*une.commande.split(), *options, *arguments)


def test_a_terminal_shows_hostile_text_and_obeys_none(vecu, fichiers):
    told = [_ecart(une, *_lire(vecu, une, fichiers), montre) for une in EPREUVES]
    assert "\n".join(filter(None, told)) == ""


def test_json_gives_hostile_text_back_and_is_values_one_after_the_other(vecu, fichiers):
    told = [_ecart(une, *_lire(vecu, une, fichiers, *une.json), _rend) for une in EPREUVES if une.json]
    assert "\n".join(filter(None, told)) == ""


def _ecart(une: Epreuve, code: int, sortie: str, vu: Callable[[str], bool]) -> str:
    """What is wrong about an answer; empty when nothing is."""
    obeyed = obei(sortie)
    right = (code, obeyed, vu(sortie)) == (une.code, "", une.montre)
    return "" if right else f"{une}: code {code}, shown {vu(sortie)}, obeyed {obeyed}\n{sortie}"


def _rend(sortie: str) -> bool:
    texts = "\n".join(map(str, _textes(_valeurs(sortie))))
    return MALIN in texts or NOM in texts or montre(texts)


def _valeurs(sortie: str) -> list[object]:
    """The values printed one after the other; told on stderr beside them, a line that is no JSON."""
    found, rest = [], sortie
    while rest := rest.lstrip():
        if rest[0] in "[{n":
            value, end = json.JSONDecoder().raw_decode(rest)
            found.append(value)
        else:
            end = (rest + "\n").index("\n")
        rest = rest[end:]
    return found


def _textes(valeur: object) -> Iterator[object]:
    if isinstance(valeur, dict | list):
        for one in [*valeur, *valeur.values()] if isinstance(valeur, dict) else valeur:
            yield from _textes(one)
    elif isinstance(valeur, str) and valeur.startswith('{"contenu"'):  # an entry of the journal: the text that was hashed
        yield from _textes(json.loads(valeur))
    else:
        yield valeur


def _commandes(groupe: Any, chemin: tuple[str, ...] = ()) -> Iterator[str]:
    if hasattr(groupe, "commands"):
        for name, one in groupe.commands.items():
            yield from _commandes(one, (*chemin, name))
    else:
        yield " ".join(chemin)


def test_no_command_is_absent_from_the_table():
    known = set(_commandes(typer.main.get_command(app)))
    assert known - {one.commande for one in EPREUVES} == set(AILLEURS)
    assert {one.commande for one in EPREUVES} <= known
    in_json = {one.commande for one in EPREUVES if one.json}
    assert {one for one in known if _sait_json(one)} - in_json == set()


def _sait_json(commande: str) -> bool:
    found: Any = typer.main.get_command(app)
    for name in commande.split():
        found = found.commands[name]
    return any("json" in str(one.help or "").lower() and ({"--format"} | {"--json"}) & set(one.opts) for one in found.params)


#: What writes to a screen, a log or a pipe without the functions of ecran, and why nothing of a partner gets through.
ECRIVAINS = {
    "flux/cli/ecran.py": "the one way to the screen",
    "flux/journalisation.py": "the log: every value goes through echapper (test_journalisation.py)",
    "flux/parsers/isole.py": "a child process answers its parent, in JSON that the parent reads",
    "raccordement/porte.py": "what sshd reads at each login: keys, codes and digests that were checked; nothing else may be loaded there",
}


def _ecrit(source: str) -> bool:
    """Whether a module names something that prints."""
    for one in ast.walk(ast.parse(source)):
        match one:
            case ast.Call(func=ast.Name(id="print" | "Console")) | ast.Attribute(attr="echo" | "secho" | "stdout" | "stderr"):
                return True
            case ast.ImportFrom(module="sys", names=names) if {"stdout", "stderr"} & {alias.name for alias in names}:
                return True
            case _:
                continue
    return False


def test_nothing_else_writes_to_the_screen():
    modules = {str(path.relative_to(RACINE)): path for top in ("flux", "raccordement", "dags") for path in (RACINE / top).rglob("*.py")}
    lus = {"flux/etapes/historique.py"}  # reads what a child of its own wrote
    assert {name for name, path in modules.items() if _ecrit(path.read_text(encoding="utf-8"))} - lus == ECRIVAINS.keys()
    assert _ecrit("import typer\ntyper.echo(1)")
    assert _ecrit("from rich.console import Console\nConsole().print(1)")
