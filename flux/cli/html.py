"""``--format html``: one page that a manager can read, print or send. Well-formed XHTML, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from flux.cli.texte import MOTS, Langue, compte, lieux, phrase_cause, valeurs
from flux.cli.verdict_fichier import VerdictFichier
from flux.explication import Cause, terme_de
from flux.modele.anomalie import visible
from flux.modele.verdict import Decision, VerdictDocument

#: Rows of the causes' table and of the invoices' table; the others are counted.
CAUSES_MAX, FACTURES_MAX = 200, 500

_MOTS: dict[Langue, dict[str, str]] = {
    Langue.FR: {
        "titre": "Vérification de factures", "jugé": "Jugé au {date} selon le jeu de règles {jeu}, interface {interface}.",
        "bilan": "{acceptees} facture(s) acceptée(s) sur {total} ; {erreurs} cause(s) de rejet, {avertissements} d'avertissement.",
        "causes": "Ce qu'il faut corriger", "factures": "Factures", "rien": "Rien à corriger.",
        "gravité": "Gravité", "error": "rejet", "warning": "avertissement", "nombre": "Nombre", "quoi": "Anomalie", "où": "Où",
        "code": "Code et règle", "fichier": "Fichier", "numéro": "Numéro", "date": "Date", "fournisseur": "Fournisseur",
        "ttc": "Total TTC", "verdict": "Verdict", "anomalies": "Anomalies", "reste": "… et {n} autre(s).",
        "comment": "Corriger et renvoyer",
        "étapes": "Corrigez chaque cause à sa source : une seule correction en répare souvent beaucoup.|"
        "Relancez « flux verifier » sur les factures corrigées jusqu'au verdict accepté.|"
        "« flux verifier --rejets FICHIER.tar.gz » réunit les seules factures rejetées : les acceptées ne sont pas à renvoyer.|"
        "Déposez le flux corrigé sous un identifiant de flux neuf.",
    },
    Langue.EN: {
        "titre": "Check of invoices", "jugé": "Judged as of {date} by the rule set {jeu}, interface {interface}.",
        "bilan": "{acceptees} invoice(s) accepted out of {total}; {erreurs} cause(s) of rejection, {avertissements} of warning.",
        "causes": "What to mend", "factures": "Invoices", "rien": "Nothing to mend.",
        "gravité": "Severity", "error": "rejection", "warning": "warning", "nombre": "Number", "quoi": "Fault", "où": "Where",
        "code": "Code and rule", "fichier": "File", "numéro": "Number", "date": "Date", "fournisseur": "Supplier",
        "ttc": "Total with VAT", "verdict": "Verdict", "anomalies": "Faults", "reste": "… and {n} more.",
        "comment": "Mend and send again",
        "étapes": "Mend each cause at its source: one change often mends many invoices.|"
        "Run “flux verifier” on the mended invoices until they are accepted.|"
        "“flux verifier --rejets FILE.tar.gz” gathers the rejected invoices alone: the accepted ones need not be sent again.|"
        "Deposit the mended flow under a new flow id.",
    },
}  # fmt: skip

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:2em auto;max-width:70em;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.2em;margin:1.6em 0 .4em;overflow-wrap:anywhere}h3{font-size:1em;margin:1.2em 0 .3em}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35em .6em;border-bottom:1px solid #bbb}
td{overflow-wrap:anywhere}.n{text-align:right;white-space:nowrap}.petit{font-size:.85em;color:#555}
.accepted{color:#146c2e}.rejected,.unreadable,.error{color:#a4131c}.warning{color:#7a4b00}
@media print{body{margin:0;max-width:none;font-size:10pt}tr{break-inside:avoid}thead{display:table-header-group}}
"""


def page(verdicts: Sequence[tuple[VerdictFichier, Sequence[Cause]]], langue: Langue) -> Iterator[str]:
    """Yield the page of the files judged, piece by piece; every text from outside is escaped."""
    words = _MOTS[langue]
    yield (
        f'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="{langue}">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta name="viewport" content="width=device-width"/>\n<title>{_t(words["titre"])}</title>\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n<h1>{_t(words['titre'])}</h1>\n"
    )
    for verdict, causes in verdicts:
        yield from _fichier(verdict, causes, langue)
    if any(causes for _, causes in verdicts):
        steps = "".join(f"<li>{_t(step)}</li>" for step in words["étapes"].split("|"))
        yield f"<h2>{_t(words['comment'])}</h2>\n<ol>{steps}</ol>\n"
    yield "</body>\n</html>\n"


def _fichier(verdict: VerdictFichier, causes: Sequence[Cause], langue: Langue) -> Iterator[str]:
    words = _MOTS[langue]
    errors = sum(one.exemple.bloquante for one in causes)
    facts = {
        "acceptees": verdict.acceptees, "total": len(verdict.documents), "erreurs": errors, "avertissements": len(causes) - errors,
        "date": verdict.le.isoformat(), "jeu": verdict.jeu, "interface": verdict.interface.code if verdict.interface else "?",
    }  # fmt: skip
    yield f'<h2><span class="{verdict.decision}">{_t(MOTS[langue][verdict.decision])}</span> · {_t(verdict.fichier)}</h2>\n'
    yield f"<p>{_t(words['bilan'].format_map(facts))}</p>\n"
    if verdict.decision is Decision.ACCEPTE and not verdict.valide:
        yield f'<p class="warning">{_t(MOTS[langue]["invalide"])}</p>\n'
    yield f'<p class="petit">{_t(words["jugé"].format_map(facts))}</p>\n<h3>{_t(words["causes"])}</h3>\n'
    titles = ("gravité", "nombre", "quoi", "où", "code")
    rows = [_cause(one, langue) for one in causes[:CAUSES_MAX]]
    yield _table([words[one] for one in titles], rows, len(causes), words) if causes else f"<p>{_t(words['rien'])}</p>\n"
    if verdict.documents:
        yield f"<h3>{_t(words['factures'])}</h3>\n"
        columns = ("verdict", "fichier", "numéro", "date", "fournisseur", "ttc", "anomalies")
        shown = sorted(verdict.documents, key=lambda one: one.decision is Decision.ACCEPTE)[:FACTURES_MAX]
        yield _table([words[one] for one in columns], [_facture(one, langue) for one in shown], len(verdict.documents), words)


def _table(titles: Sequence[str], rows: Sequence[str], total: int, words: dict[str, str]) -> str:
    head = "".join(f'<th scope="col">{_t(one)}</th>' for one in titles)
    rest = total - len(rows)
    more = f"<p>{_t(words['reste'].format(n=rest))}</p>\n" if rest > 0 else ""
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>\n{more}"


def _cause(cause: Cause, langue: Langue) -> str:
    first = cause.exemple
    terme = terme_de(first)
    small = [one for one in (valeurs(cause, langue), cause.path) if one]
    said = _t(phrase_cause(cause, langue)) + "".join(f'<br/><span class="petit">{_t(one)}</span>' for one in small)
    code = _t(" · ".join((first.code, first.rule, *((terme.numero,) if terme else ()))))
    severity = f'<td class="{first.severity}">{_t(_MOTS[langue][first.severity])}</td>'
    return f'<tr>{severity}<td class="n">{_t(compte(cause, langue))}</td><td>{said}</td><td>{_t(lieux(cause))}</td><td>{code}</td></tr>\n'


def _facture(document: VerdictDocument, langue: Langue) -> str:
    invoice = document.facture
    verdict = f'<td class="{document.decision}">{_t(MOTS[langue][document.decision])}</td><td>{_t(document.nom)}</td>'
    if invoice is None:
        return f'<tr>{verdict}<td colspan="4"></td><td class="n">{len(document.anomalies)}</td></tr>\n'
    total = "" if invoice.totaux.ttc is None else f"{invoice.totaux.ttc} {invoice.devise or ''}"
    cells = (invoice.numero, invoice.date_emission and invoice.date_emission.isoformat(), invoice.vendeur.nom)
    told = "".join(f"<td>{_t(one or '')}</td>" for one in cells)
    return f'<tr>{verdict}{told}<td class="n">{_t(total)}</td><td class="n">{len(document.anomalies)}</td></tr>\n'


def _t(text: str) -> str:
    """Return a text fit for the page: what XML cannot hold is shown by its number, the rest is escaped."""
    return escape(visible(text))
