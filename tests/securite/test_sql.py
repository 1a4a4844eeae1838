"""SQL is written by SQLAlchemy: no statement is put together from text, and no other module speaks to a driver."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[2]
SOMMETS = ("flux", "raccordement", "dags", "demo")
FICHIERS = sorted(path for top in SOMMETS for path in (RACINE / top).rglob("*.py"))
#: Calls whose first argument is a statement.
ORDRES = frozenset({"text", "execute", "exec_driver_sql", "SQL", "executemany", "copy"})
#: Statements that are put together: file → function → why nothing from outside can be in them.
COMPOSES: dict[str, dict[str, str]] = {
    "flux/registre/annuaire_import.py": {
        "_fermer": "names of our tables and columns",
        "_ouvrir": "names of our tables and columns",
    },
    "flux/registre/annuaire_recu.py": {
        "_ecarter": "two conditions, chosen by the mode",
        "_orphelins": "a condition, chosen by the mode",
    },
    "flux/registre/bilan.py": {"_ecarts": "the laws of the table LOIS"},
    "flux/registre/bilan_objets.py": {"objets_connus": "names of our tables and columns"},
    "flux/registre/contenus.py": {"est_connu": "names of our tables and columns", "nommees": "names of our tables and columns"},
    "flux/registre/exports.py": {"exporter": "conditions of our own; their values are bound"},
    "flux/registre/mesures.py": {"_par_nom": "constants of the module"},
    "flux/registre/migrations/versions/r0010_unicite_par_siren.py": {
        "upgrade": "expressions of the migration",
        "downgrade": "expressions of the migration",
    },
    "flux/registre/migrations/versions/r0011_journal.py": {"upgrade": "names of our tables"},
    "flux/registre/suivi.py": {"_faits": "one of two constants of the module"},
    "raccordement/porte.py": {"demander": "one of two names of columns"},
}
#: Modules that import a driver: why SQLAlchemy does not do there.
PILOTES = {
    "demo/serveur_sftp.py": "catches the errors of the door, below",
    "flux/registre/connexion.py": "turns the driver's errors into ours",
    "flux/registre/copie.py": "COPY, which SQLAlchemy does not have; names are quoted by psycopg.sql",
    "flux/registre/embarque.py": "makes the database before there is an engine on it",
    "flux/registre/tranches.py": "tells which constraint refused",
    "raccordement/porte.py": "runs at each login of SFTP: a tenth of a second of imports would be felt",
}


def _nom(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


def fixe(node: ast.expr, noms: dict[str, ast.expr | None], vus: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is text that stands in the source, perhaps in several pieces."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name) if name not in vus:
            found = noms.get(name)
            return found is not None and fixe(found, noms, vus | {name})
        case ast.JoinedStr(values=parts):
            return all(fixe(part.value if isinstance(part, ast.FormattedValue) else part, noms, vus) for part in parts)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return fixe(left, noms, vus) and fixe(right, noms, vus)
        case ast.Call(func=ast.Attribute(attr="format", value=value), args=args, keywords=keywords):
            return all(fixe(one, noms, vus) for one in (value, *args, *(one.value for one in keywords)))
        case _:
            return False


def compose(node: ast.expr, noms: dict[str, ast.expr | None], vus: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is text put together while running. ``noms``: what is assigned in reach; None: a parameter."""
    match node:
        case ast.JoinedStr():
            return not fixe(node, noms)
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            texts = any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in ast.walk(node))
            return texts and not fixe(node, noms)
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace" | "format_map", value=value)):
            return not fixe(node, noms) and not (
                isinstance(value, ast.Call) and _nom(value) == "SQL"
            )  # psycopg.sql quotes what it is given
        case ast.IfExp():
            return compose(node.body, noms, vus) or compose(node.orelse, noms, vus)
        case ast.Name(id=name) if name in noms and name not in vus:
            found = noms[name]
            return found is None or compose(found, noms, vus | {name})
        case _:
            return False


def _assignes(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for one in body:
        for node in ast.walk(one) if not isinstance(one, ast.FunctionDef | ast.ClassDef) else ():
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        yield target.id, node.value


def fautes(source: str) -> list[tuple[str, int]]:
    """The statements put together in a module: function and line."""
    tree = ast.parse(source)
    module: dict[str, ast.expr | None] = dict(_assignes(tree.body))
    found = []

    def visiter(body: list[ast.AST], reach: dict[str, ast.expr | None], where: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                args = node.args
                given = (*args.posonlyargs, *args.args, *args.kwonlyargs)
                textes = [one.arg for one in given if one.annotation and ast.unparse(one.annotation) == "str"]
                visiter(list(ast.iter_child_nodes(node)), {**reach, **dict.fromkeys(textes), **dict(_assignes(node.body))}, node.name)
                continue
            if isinstance(node, ast.Call) and _nom(node) in ORDRES and node.args and compose(node.args[0], reach):
                found.append((where, node.lineno))
            visiter(list(ast.iter_child_nodes(node)), reach, where)

    visiter(list(ast.iter_child_nodes(tree)), module, "")
    return found


@pytest.mark.parametrize("top", [RACINE / one for one in SOMMETS], ids=SOMMETS)
def test_no_statement_is_put_together_from_text(top):
    found = {
        str(path.relative_to(RACINE)): {where for where, _ in fautes(path.read_text(encoding="utf-8"))}
        for path in sorted(top.rglob("*.py"))
    }
    known = {file: set(places) for file, places in COMPOSES.items() if (RACINE / file).is_relative_to(top)}
    assert {file: places for file, places in found.items() if places} == known, (
        "bind the values; or tell in COMPOSES why no text from outside gets there"
    )


@pytest.mark.parametrize(
    "source",
    [
        "def f(c, n): c.execute(text(f'SELECT {n}'))",
        "def f(c, n): c.execute(text('SELECT ' + n))",
        "def f(c, n): c.execute(text('SELECT %s' % n))",
        "def f(c, n): c.execute(text('SELECT {}'.format(n)))",
        "R = 'SELECT {}'\ndef f(c, n):\n    r = R.format(n)\n    c.execute(text(r))",
        "def f(c, requete: str): c.execute(text(requete))",
        "def f(c, n): c.exec_driver_sql(' AND '.join(n))",
    ],
)
def test_each_way_to_put_one_together_is_seen(source):
    assert len(fautes(source)) == 1


def test_what_is_bound_or_written_out_is_no_fault():
    assert fautes("R = 'SELECT :a' ' x'\ndef f(c, a):\n    c.execute(text(R), {'a': a})\n    c.execute(select(t.x).where(t.x == a))") == []


def _importes(tree: ast.AST) -> set[str]:
    nodes = list(ast.walk(tree))
    whole = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    return {name.partition(".")[0] for name in whole | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}}


def test_only_the_modules_of_the_table_speak_to_a_driver():
    drivers = {"psycopg", "psycopg2", "sqlite3", "asyncpg"}
    found = {str(path.relative_to(RACINE)) for path in FICHIERS if _importes(ast.parse(path.read_text(encoding="utf-8"))) & drivers}
    assert found == set(PILOTES)
