"""Compiler: the rules read from a file → one Python module, readable, that decides them on the index of a document."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from flux.regles.officielles import ecriture, index
from flux.regles.officielles.arbre import Appel, Binaire, Chemin, Etape, Expression
from flux.regles.officielles.atelier import Atelier, Signature
from flux.regles.officielles.codes import Code, Portee, Pour, peut_lever
from flux.regles.officielles.erreurs import ErreurRegles
from flux.regles.officielles.expressions import Traducteur
from flux.regles.officielles.grammaire import lire
from flux.regles.officielles.lecteur import Assertion, Fonction, Lie, Motif, Regle, Regles, Texte
from flux.regles.officielles.motifs import Alternative, alternatives, conditions, sans_texte, sur_le_nom, termes
from flux.regles.officielles.presence import necessaires, noms_cites
from flux.regles.officielles.revues import revoir
from flux.regles.officielles.usages import compter, immediates

_ENTETE = '''"""Rules of {fichier}, compiled by flux.regles.officielles. Generated: do not edit.

SHA-256 of the rule file: {empreinte}
Each rule of the file is one function, each test follows its identifier and its XPath. In the code, n is the context node,
n.kids its child elements by name, M[..] an expression that only the document decides (evaluated once, see MEMOS;
'e..' when it may raise a dynamic error), P and A the names of elements and
attributes found in the document: a test that no absence can fail is not evaluated.
"""

import re
from decimal import Decimal

{imports}
'''
_MODULES = {
    "axes": "ancetres descendants freres nom nom_local espace_de_noms parents precedents textes trie union",
    "document": "enfants norm normaliser",
    "erreurs": "ErreurXPath",
    "conversions": "BLANCS Souvenir booleen contre_entier date decimal decimal_de double nombre signe",
    "execution": (
        "Attribut ListeDeCodes NonType apres arrondi avant chaine_item compare compare_un dec_un divise egal_un exactement fois "
        "fois_exact joint lever lu maximum minimum modulo moins moins_exact morceaux nombre_item norm_un oppose opt parmi parmi_codes plus "
        "plus_exact premier quotient seq somme sous_chaine texte traduit un val_opt val_un vrai"
    ),
}  # what generated code calls


class Compilateur:
    """Compiles one rule set.

    :param regles: the rules as read.
    :param empreinte: SHA-256 of the rule file, written in the source.
    :param essai: a first compilation of the same rules, which counted what is worth remembering.
    """

    def __init__(self, regles: Regles, empreinte: str, essai: Compilateur | None = None) -> None:
        self.regles = regles
        self.arbres: dict[tuple[str, int], Expression] = essai.arbres if essai is not None else {}
        self.empreinte = empreinte
        self.atelier: Atelier = Atelier(regles.fichier, essai=essai.atelier if essai is not None else None)
        self.traducteur = Traducteur(self.atelier)
        self.globales: dict[str, Code] = {}
        self.mentions: Counter[str] = Counter()
        self.assertions: list[str] = []
        self.absences: list[str] = []
        self.corps: list[str] = []
        self.motifs: list[str] = []

    def source(self) -> str:
        """The whole module.

        :raises ErreurRegles: a construct not known, with file and line.
        """
        for fonction in self.regles.fonctions:
            self.atelier.retenir_prefixes(fonction.resultat.espaces)
        for motif in self.regles.motifs:
            for regle in motif.regles:
                self.atelier.retenir_prefixes(regle.contexte.espaces)
                self.mentions.update(nom for p in regle.contenu if isinstance(p, Assertion) for nom in set(noms_cites(self._lire(p.test))))
        self._fonctions()
        self._variables_globales()
        for rang, motif in enumerate(self.regles.motifs):
            self._motif(rang, motif)
        return "\n".join(self._assembler())

    def _assembler(self) -> Iterator[str]:
        imports = "\n".join(
            f"from flux.regles.officielles.{module} import (\n"
            + textwrap.fill(", ".join(noms.split()) + ",", 116, initial_indent="    ", subsequent_indent="    ")
            + "\n)"
            for module, noms in _MODULES.items()
        )
        yield _ENTETE.format(fichier=self.regles.fichier.name, empreinte=self.empreinte, imports=imports)
        yield from (f"{nom} = {valeur}" for nom, valeur in self.atelier.constantes.items())
        yield "\n# (identifier, flag, message, pattern), by number\nASSERTIONS = ("
        yield from (f"    {a},  # {rang}" for rang, a in enumerate(self.assertions))
        yield ")\n\n# What must be absent below a rule's node: (path, attribute, pattern, rule, assertion)\nABSENCES = ("
        yield from (f"    {a}," for a in self.absences)
        yield ")\n"
        yield from self.atelier.questions.sources.values()
        noms = {numero: "memo_" + numero.strip("'") for numero in self.atelier.memos}
        for numero, py in self.atelier.memos.items():
            yield f"def {noms[numero]}(M):\n    return {py}\n"
        yield f"MEMOS = {{{', '.join(f'{numero}: {nom}' for numero, nom in noms.items())}}}\n"
        yield "# Names whose elements are asked for wherever they are"
        yield f"TOUS = frozenset(({' '.join(t + ',' for t in self.atelier.tous)}))\n"
        yield "# Keys of nodes, by which M.trouver finds them\nCLES = ("
        yield from (f"    {cle},  # {rang}" for rang, cle in enumerate(self.atelier.cles))
        yield ")\n"
        yield from self.corps
        yield "\n# (mode, rules); a rule: (function, goes on below, branches);"
        yield "# a branch: (absolute, steps, test of the name, test of the node, (key, its text),"
        yield "# names without which the test of the node is false)\nMOTIFS = ("
        yield from self.motifs
        yield ")\n"

    # -- what the set defines for itself ------------------------------------------------------------------------------

    def _lire(self, texte: Texte) -> Expression:
        cle = (texte.xpath, id(texte.espaces))  # the reader gives one mapping to all the elements that share it
        if cle not in self.arbres:
            try:
                self.arbres[cle] = lire(texte.xpath, texte.espaces)
            except ErreurRegles as faute:
                raise self._situee(faute, texte) from faute
        return self.arbres[cle]

    def _situee(self, faute: ErreurRegles, texte: Texte) -> ErreurRegles:
        if faute.ligne is not None:
            return faute
        return ErreurRegles(faute.construction, fichier=self.regles.fichier.name, ligne=texte.ligne)

    def _code(self, texte: Texte, portee: Portee) -> Code:
        try:
            return self.traducteur.code(self._lire(texte), portee)
        except ErreurRegles as faute:
            raise self._situee(faute, texte) from faute

    def _fonctions(self) -> None:
        for f in self.regles.fonctions:
            python = "f_" + re.sub(r"\W", "_", f.nom)
            self.atelier.fonctions[f.nom] = Signature(python, tuple(g for _, g in f.parametres), f.type)
        for f in self.regles.fonctions:
            noms = ["p_" + re.sub(r"\W", "_", n) for n, _ in f.parametres]
            variables = {
                n: Code(py, "element" if g == "element()?" else "chaine", "opt" if (g or "").endswith("?") else "un")
                for (n, g), py in zip(f.parametres, noms, strict=True)
            }
            portee = Portee(variables, None)
            lignes = [f"def {self.atelier.fonctions[f.nom].python}({', '.join(['M', *noms])}):"]
            lues = [(v.nom, self._lire(v.valeur)) for v in f.variables]
            totaux = compter(lues, [self._lire(f.resultat)])
            directes = immediates(lues, totaux)
            for variable, total in zip(f.variables, totaux, strict=True):
                ajout, portee = self._variable(variable, portee, total, retrait=4, directe=variable.nom in directes)
                lignes += ajout
            resultat = self._code(f.resultat, portee)
            if f.type != "xs:boolean" or resultat.genre != "booleen" or resultat.forme != "un":
                raise self._situee(ErreurRegles(f"{f.nom} as {f.type}: {resultat.genre}"), f.resultat)
            texte = "\n".join([*lignes, f"    return {resultat.py}\n"])
            self.corps.append(f"@Souvenir\n{texte}" if self._que_des_textes(f, texte) else texte)

    def _que_des_textes(self, f: Fonction, source: str) -> bool:
        """Whether a function reads nothing but texts given to it."""
        corps = source.partition(":\n")[2].replace("M.reserve", "")
        return all((g or "").startswith("xs:string") for _, g in f.parametres) and re.search(r"\bM\b", corps) is None

    def _variables_globales(self) -> None:
        portee = Portee({}, Code("M.racine", "noeud"))
        for variable in self.regles.variables:
            code = self._code(variable.valeur, replace(portee, variables=self.globales))
            numero, code = self.atelier.retenir(("globale", variable.nom), code)
            var = self.atelier.nouveau()
            liste = code.forme == "liste"
            self.globales[variable.nom] = code.avec(py=var, clauses=(Pour(var, f"M[{numero}]"),)) if liste else code.avec(py=f"M[{numero}]")

    def _variable(self, variable: Lie, portee: Portee, total: int, retrait: int, *, directe: bool = False) -> tuple[list[str], Portee]:
        """Statements that bind a variable, and the scope with it, as Saxon does (see :mod:`usages`).

        :param total: how many times it is read.
        :param directe: its error comes out at once; any other is kept for the place that reads the variable.
        """
        if not total:
            return [], portee
        code = self._code(variable.valeur, portee)
        if variable.type == "xs:string":
            code = self.traducteur.chaine_opt(code)
        elif variable.type is not None:
            raise self._situee(ErreurRegles(f"variable as {variable.type}"), variable.valeur)
        if total == 1 or code.memo or re.fullmatch(r"[A-Z][A-Z_0-9]*", code.liste):
            return [], portee.plus(variable.nom, code)
        marge = " " * retrait
        nom = self.atelier.nouveau("v_" + re.sub(r"\W", "_", variable.nom) + "_")
        valeur = code.liste if code.forme == "liste" else code.py
        lignes, lu = [f"{marge}{nom} = {valeur}"], nom
        if peut_lever(valeur) and not directe:
            lignes = [f"{marge}try:", f"{marge}    {nom} = {valeur}", f"{marge}except ErreurXPath as e:"]
            lignes.append(f"{marge}    {nom}, M.reserve = e, True")
            lu = f"lu({nom})"
        if code.forme != "liste":
            return lignes, portee.plus(variable.nom, code.avec(py=lu))
        var = self.atelier.nouveau()
        return lignes, portee.plus(variable.nom, code.avec(py=var, clauses=(Pour(var, lu),)))

    # -- patterns and rules -------------------------------------------------------------------------------------------

    def _motif(self, rang: int, motif: Motif) -> None:
        regles = []
        for position, regle in enumerate(motif.regles):
            nom = f"{motif.mode}_{position}"
            branches = self._alternatives(regle.contexte)
            profondeur = min(len(b.pas) for b in branches)
            tests = [self._branche(nom, i, b, regle) for i, b in enumerate(branches)]
            racine = all(b.absolu and len(b.pas) == 1 for b in branches)
            exacte = profondeur if all(b.fixe and len(b.pas) == profondeur for b in branches) else 0
            foyer = Code("n", "element", profondeur=profondeur)
            portee = Portee(self.globales, foyer, souvent=not racine, racine=racine, exacte=exacte)
            fonction = self._regle(rang, position, nom, regle, portee)
            regles.append(f"        ({fonction}, {regle.continue_}, ({' '.join(t + ',' for t in tests)})),")
        self.motifs.append("\n".join([f"    ('{motif.mode}', (", *regles, "    )),"]))

    def _alternatives(self, contexte: Texte) -> list[Alternative]:
        try:
            return alternatives(self._lire(contexte))
        except ErreurRegles as faute:
            raise self._situee(faute, contexte) from faute

    def _tag(self, test: str) -> str:
        """A name test in the data of the module: a constant, or the wildcard as it is."""
        return repr(test) if test[-1] == "*" or test[0] == "*" else self.atelier.tag(test)

    def _branche(self, nom: str, rang: int, branche: Alternative, regle: Regle) -> str:
        """A branch as data; its predicates, if any, as a function."""
        pas = " ".join(f"({p.dessous}, {self._tag(p.test)})," for p in branche.pas)
        try:
            forme, trouvees = self._forme(nom, rang, conditions(branche))
            if not trouvees:
                return f"({branche.absolu}, ({pas}), {forme}, None, None, ())"
            tests = []
            for haut, profondeur, predicat in trouvees:
                foyer = Code("n" + ".parent" * haut, "element", profondeur=profondeur)
                tests.append(self.traducteur.verite(self._predicat(predicat, foyer)))
        except ErreurRegles as faute:
            raise self._situee(faute, regle.contexte) from faute
        fonction = f"motif_{nom}_{rang}"
        blanc = any(map(sans_texte, branche.pas[-1].predicats))
        self.corps.append(ecriture.condition(fonction, ecriture.uni(regle.contexte.xpath), tests, blanc=blanc))
        noms = dict.fromkeys(nom for _, _, p in trouvees for nom in self._necessaires(p, branche) if nom[0] != "@")
        exiges = " ".join(f"{self._tag(t)}," for t in noms)
        return f"({branche.absolu}, ({pas}), {forme}, {fonction}, {self._aiguillage(trouvees)}, ({exiges}))"

    def _necessaires(self, predicat: Expression, branche: Alternative) -> Iterator[str]:
        """Names without which a predicate is surely false."""
        toujours = frozenset(p.test for p in branche.pas)
        return (nom for nom, _ in necessaires(predicat, constat=True, toujours=toujours, mentions=self.mentions))

    def _aiguillage(self, predicats: list[tuple[int, int, Expression]]) -> tuple[int, str] | None:
        """A key of the node and the text that a branch asks it to have: it tells apart the branches that ask for another."""
        for haut, profondeur, predicat in predicats:
            for terme in termes(predicat):
                trouve = index.cle_et_texte(self.traducteur, terme, Portee(self.globales, Code("n", "element", profondeur=profondeur)))
                if haut == 0 and trouve is not None:
                    return trouve
        return None

    def _forme(self, nom: str, rang: int, predicats: list[tuple[int, int, Expression]]) -> tuple[str, list[tuple[int, int, Expression]]]:
        """Predicates that the name of the node decides, as a function of the name, and the others."""
        tests, autres = [], []
        for haut, profondeur, predicat in predicats:
            for terme in termes(predicat):
                test = sur_le_nom(terme) if haut == 0 else None
                if test is None:
                    autres.append((haut, profondeur, terme))
                else:
                    tests.append(test)
        if not tests:
            return "None", autres
        self.corps.append(f"def forme_{nom}_{rang}(tag):\n    return {' and '.join(tests)}\n")
        return f"forme_{nom}_{rang}", autres

    def _predicat(self, predicat: Expression, foyer: Code) -> Code:
        code = self.traducteur.code(predicat, Portee(self.globales, foyer))
        if code.genre in {"entier", "decimal", "double", "numerique"}:
            raise ErreurRegles(f"pattern that counts positions: {predicat}")
        return code

    def _regle(self, motif: int, position: int, nom: str, regle: Regle, portee: Portee) -> str:
        """Write the function of a rule; ``None`` when absences say everything."""
        lignes: list[str] = []
        dispenses: list[str] = []  # for each assertion, what in the document makes it true of every node
        revues: dict[int, str] = {}  # what proves an assertion for many nodes
        toujours = frozenset(b.pas[-1].test for b in self._alternatives(regle.contexte))
        totaux = iter(self._lectures(regle))
        for piece in regle.contenu:
            numero = len(self.assertions)
            if isinstance(piece, Lie):
                ajout, portee = self._variable(piece, portee, next(totaux), retrait=8)
                lignes += ajout
                continue
            chemins = self._absence(piece)
            statique = all(isinstance(m, str) for m in piece.message)
            message = "".join(m for m in piece.message if isinstance(m, str)) if statique else None
            self.assertions.append(repr((piece.identifiant, piece.drapeau, message, motif)))
            if chemins and statique:
                self.absences += [
                    f"(({' '.join(self._tag(t) + ',' for t in tags)}), {a!r}, {motif}, {position}, {numero})" for tags, a in chemins
                ]
                continue
            revue = self._revue(numero, piece, portee)
            if revue:
                revues[numero] = f"    {revue}  # {piece.identifiant}"
            lignes += self._assertion(numero, piece, portee, toujours, doute=f"d{numero} and " if revue else "", statique=statique)
            dispenses.append(self._dispense(piece, portee))
        if not any(ligne.lstrip().startswith("echec(") for ligne in lignes):
            return "None"
        self.corps.append("\n".join(ecriture.fonction(nom, regle.contexte.xpath, lignes, dispenses, revues)))
        return f"regle_{nom}"

    def _revue(self, numero: int, piece: Assertion, portee: Portee) -> str:
        """What proves an assertion for all the nodes of a path at once, as data; empty when nothing does."""
        if portee.racine or piece.constat:
            return ""
        try:
            revue = revoir(self.traducteur, self._lire(piece.test), portee)
        except ErreurRegles as faute:
            raise self._situee(faute, piece.test) from faute
        if revue is None or revue.condition in {"False", "(not True)"}:
            return ""
        fonction = "None"
        if revue.condition:
            fonction = f"tient_{numero}"
            boucle = "" if revue.fixe else f"    for n in noeuds:\n        if not {revue.condition}:\n            return False\n"
            self.corps.append(f"def {fonction}(noeuds, M):\n{boucle}    return {revue.condition if revue.fixe else True}\n")
        return f"({revue.montees}, ({' '.join(self._tag(t) + ',' for t in revue.tags)}), {revue.exacte}, {fonction}),"

    def _dispense(self, piece: Assertion, portee: Portee) -> str:
        """A term of an alternative that only the document decides: where it is true, no node need be looked at."""
        if not portee.racine and not piece.constat:
            for e in termes(self._lire(piece.test), "or"):
                if self.traducteur.du_document(e, portee):
                    return self.traducteur.verite(self.traducteur.code(e, portee))
        return ""

    def _lectures(self, regle: Regle) -> list[int]:
        """How many times each variable of a rule is read."""
        variables = [(p.nom, self._lire(p.valeur)) for p in regle.contenu if isinstance(p, Lie)]
        if not variables:
            return []
        lectures = []
        for piece in regle.contenu:
            if isinstance(piece, Assertion):
                lectures += [self._lire(t) for t in (piece.test, *piece.message) if isinstance(t, Texte)]
        return compter(variables, lectures)

    def _assertion(
        self, numero: int, piece: Assertion, portee: Portee, toujours: frozenset[str], *, doute: str, statique: bool
    ) -> list[str]:
        try:
            condition = self.traducteur.verite(self._code(piece.test, portee))
        except ErreurRegles as faute:
            raise self._situee(faute, piece.test) from faute
        if not piece.constat:
            condition = condition[5:-1] if re.fullmatch(r"\(not (\w+\([^()]*\)|\([^()]*\))\)", condition) else f"not {condition}"
        message = "" if statique else f", {self._message(piece, portee)}"
        marge = " " * 8
        condition = self._garder(piece, condition, toujours)
        entete = f"{marge}# {piece.identifiant or '(no identifier)'} [{piece.drapeau or 'no flag'}] {ecriture.uni(piece.test.xpath)}"
        if condition in {"not True", "False"}:
            return [f"{entete}  -- never fails"]
        appel = [f"if {doute}{condition}:", f"    echec({numero}, n{message})"]
        if not peut_lever(condition + message):
            return [entete, *(marge + a for a in appel)]
        fin = [f"{marge}except ErreurXPath as e:", f"{marge}    erreur({numero}, n, e)"]
        return [entete, f"{marge}try:", *(f"{marge}    {a}" for a in appel), *fin]

    def _garder(self, piece: Assertion, condition: str, toujours: frozenset[str]) -> str:
        """The condition behind the names without which it cannot be true."""
        gardes = []
        for nom, local in necessaires(self._lire(piece.test), constat=piece.constat, toujours=toujours, mentions=self.mentions):
            gardes.append(f"{nom[1:]!r} in A" if nom[0] == "@" else f"{self.atelier.tag(nom)} in {'n.kids' if local else 'P'}")
        if condition in {"not True", "False"} or not gardes:
            return condition
        if condition.strip("()") == gardes[0].replace(" in A", " in M.attributs"):
            return gardes[0]
        return " and ".join([*gardes, condition if condition.startswith("not ") else f"({condition})"])

    def _message(self, piece: Assertion, portee: Portee) -> str:
        """The text with its computed pieces, built only when the test fails."""
        morceaux = []
        for m in piece.message:
            if isinstance(m, str):
                morceaux.append(repr(m))
                continue
            code = self.traducteur.atomise(self._code(m, portee))
            morceaux.append(f"joint({code.liste})")
        return " + ".join(morceaux)

    def _absence(self, piece: Assertion) -> list[tuple[tuple[str, ...], str | None]]:
        """Paths whose mere presence fails the assertion; empty when it says anything more."""
        e = self._lire(piece.test)
        if not piece.constat:
            if not isinstance(e, Appel) or e.nom != "not" or len(e.arguments) != 1:
                return []
            e = e.arguments[0]
        return _chemins_simples(e)


def _chemins_simples(e: Expression) -> list[tuple[tuple[str, ...], str | None]]:
    """Child names and an optional last attribute, for each branch of a union; empty when the expression is anything else."""
    if isinstance(e, Binaire) and e.operateur == "|":
        gauche, droite = _chemins_simples(e.gauche), _chemins_simples(e.droite)
        return gauche + droite if gauche and droite else []
    etapes: tuple[Expression, ...] = e.etapes if isinstance(e, Chemin) and not e.absolu else (e,)
    resultats: list[tuple[tuple[str, ...], str | None]] = [((), None)]
    for etape in etapes:
        if isinstance(etape, Binaire) and etape.operateur == "|":
            suites = _chemins_simples(etape)
        elif isinstance(etape, Etape) and not etape.predicats and etape.test[-1] not in "*)" and etape.test[0] != "*":
            suites = [((etape.test,), None)] if etape.axe == "child" else [((), etape.test)] if etape.axe == "attribute" else []
        else:
            suites = []
        if any(a is not None for _, a in resultats):
            return []
        resultats = [(tags + plus, attribut) for tags, _ in resultats for plus, attribut in suites]
    return resultats


def compiler(regles: Regles, empreinte: str) -> str:
    """Compile a rule set to the source of a Python module.

    :param regles: the rules as read by :func:`lecteur.lire`.
    :param empreinte: SHA-256 of the rule file.
    :raises ErreurRegles: a construct not known, with file and line.
    """
    essai = Compilateur(regles, empreinte)
    essai.source()
    return Compilateur(regles, empreinte, essai).source()
