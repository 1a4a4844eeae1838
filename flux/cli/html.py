"""``--format html``: one page that a manager can read, print or send. Well-formed XHTML, no script, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape

from flux.cli.html_mots import MOTS_PAGE, MOTS_STATUTS, STYLE
from flux.cli.texte import MOTS, Langue, phrase_cause, valeurs
from flux.cli.verdict_fichier import VerdictFichier
from flux.explication import Cause, Place, cle_de_cause, terme_de
from flux.modele.anomalie import visible
from flux.modele.verdict import Decision, VerdictDocument

#: Rows of the causes' table and of the invoices' table; the others are counted.
CAUSES_MAX, FACTURES_MAX = 200, 500
_ESPACE_FINE = re.compile(r" (?=[:;?!»%])|(?<=«) ")


def page(verdicts: Sequence[tuple[VerdictFichier, Sequence[Cause]]], langue: Langue) -> Iterator[str]:
    """Yield the page of the files judged, piece by piece; every text from outside is escaped."""
    words = _mots(langue, statuts=all(verdict.de_statuts for verdict, _ in verdicts))
    yield (
        f'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="{langue}">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta name="viewport" content="width=device-width"/>\n<title>{_t(words["titre"])}</title>\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<h1>{_t(words['titre'])}</h1>\n"
    )
    for verdict, causes in verdicts:
        yield from _fichier(verdict, causes, langue)
    if any(causes for _, causes in verdicts):
        steps = "".join(f"<li>{_t(step)}</li>" for step in words["étapes"].split("|"))
        yield f"<h2>{_t(words['comment'])}</h2>\n<ol>{steps}</ol>\n"
    yield "</body>\n</html>\n"


def _mots(langue: Langue, *, statuts: bool) -> dict[str, str]:
    return MOTS_PAGE[langue] | MOTS_STATUTS[langue] if statuts else MOTS_PAGE[langue]


def _fichier(verdict: VerdictFichier, causes: Sequence[Cause], langue: Langue) -> Iterator[str]:
    words = _mots(langue, statuts=verdict.de_statuts)
    facts = {"date": verdict.le.isoformat(), "jeu": verdict.jeu, "interface": verdict.interface.code if verdict.interface else "?"}
    yield f'<h2><span class="{verdict.decision}">{_t(MOTS[langue][verdict.decision])}</span> · {_t(verdict.fichier)}</h2>\n'
    yield _bilan(verdict, causes, words, langue)
    if verdict.de_statuts and verdict.acceptees:
        yield f"<p>{_t(MOTS[langue]['registre'])}</p>\n"
    if verdict.decision is Decision.ACCEPTE and not verdict.valide:
        yield f'<p class="warning">{_t(MOTS[langue]["invalide"])}</p>\n'
    yield f'<p class="petit">{_t(words["jugé"].format_map(facts))}</p>\n<h3>{_t(words["causes"])}</h3>\n'
    titles = ("rang", "gravité", "nombre", "quoi", "où", "code")
    rows = [_cause(rang, one, words, langue) for rang, one in enumerate(causes[:CAUSES_MAX], 1)]
    yield _table([words[one] for one in titles], rows, len(causes), words) if causes else f"<p>{_t(words['rien'])}</p>\n"
    if verdict.documents:
        yield f"<h3>{_t(words['factures'])}</h3>\n"
        ranks = {cle_de_cause(one.exemple): rang for rang, one in enumerate(causes, 1)}
        faits = ("statuts", "recevables") if verdict.de_statuts else ("numéro", "date", "fournisseur", "ttc")
        columns = ("verdict", *faits, "fichier", "renvois")
        shown = sorted(verdict.documents, key=lambda one: one.decision is Decision.ACCEPTE)[:FACTURES_MAX]
        rows = [_document(one, ranks, len(faits), langue) for one in shown]
        yield _table([words[one] for one in columns], rows, len(verdict.documents), words)


def _bilan(verdict: VerdictFichier, causes: Sequence[Cause], words: Mapping[str, str], langue: Langue) -> str:
    """Return the figures that a reader looks for first, and a bar of them."""
    total, accepted = verdict.total, verdict.acceptees
    errors = sum(one.exemple.bloquante for one in causes)
    counts = (("acceptées", accepted), ("à corriger", total - accepted), ("rejet", errors), ("avertissement", len(causes) - errors))
    told = " · ".join(_compte(words[key], number, langue) for key, number in counts if number or key == "acceptées")
    share = f"{100 * accepted / total:.1f}" if total else "0"
    bar = f'<div class="barre"><span style="width:{share}%"></span></div>\n' if 0 < accepted < total else ""
    return f'<p class="bilan">{told}</p>\n{bar}'


def _compte(unite: str, number: int, langue: Langue) -> str:
    """Return ``<b>308</b> factures à corriger``. :param unite: ``one|many``."""
    one, many = unite.split("|")
    single = number == 1 or (number == 0 and langue is Langue.FR)
    return f"<b>{_nombre(Decimal(number), langue)}</b> {_t(one if single else many)}"


def _table(titles: Sequence[str], rows: Sequence[str], total: int, words: dict[str, str]) -> str:
    head = "".join(f'<th scope="col">{_t(one)}</th>' for one in titles)
    rest = total - len(rows)
    more = f"<p>{_t(words['reste'].format(n=rest))}</p>\n" if rest > 0 else ""
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>\n{more}"


def _cause(rang: int, cause: Cause, words: Mapping[str, str], langue: Langue) -> str:
    first = cause.exemple
    terme = terme_de(first)
    small = "".join(f'<br/><span class="petit">{one}</span>' for one in (_insecable(valeurs(cause, langue)), _t(cause.path or "")) if one)
    said = _insecable(phrase_cause(cause, langue)) + small
    many = _compte(words["factures_fautives"], cause.factures, langue) if cause.factures else _t(words["entier"])
    if cause.factures and cause.fois != cause.factures:
        many += f'<br/><span class="petit">{_compte(words["fois"], cause.fois, langue)}</span>'
    places = [_lieu(one, langue) for one in cause.places if str(one)]
    if places and cause.fois > len(cause.places):
        places.append(_t(words["reste"].format(n=cause.fois - len(cause.places))))
    code = "<br/>".join(_t(one) for one in (first.code, first.rule, *((terme.numero,) if terme and terme.numero else ())))
    severity = f'<td class="{first.severity}">{_t(words[first.severity])}</td>'
    return (
        f'<tr><td class="n">{rang}</td>{severity}<td class="serre">{many}</td><td>{said}</td>'
        f'<td class="petit lieux">{"<br/>".join(places)}</td><td class="petit serre">{code}</td></tr>\n'
    )


def _lieu(place: Place, langue: Langue) -> str:
    """Return ``facture.xml, ligne 116``."""
    line = None if place.line is None else f"{MOTS_PAGE[langue]['ligne']} {place.line}"
    return _t(", ".join(one for one in (place.member, line) if one))


def _document(document: VerdictDocument, ranks: Mapping[tuple[str | None, ...], int], faits: int, langue: Langue) -> str:
    """Return the row of one document. :param faits: number of columns that tell of it."""
    invoice = document.facture
    verdict = f'<td class="{document.decision}">{_t(MOTS[langue][document.decision])}</td>'
    causes = sorted({rank for one in document.anomalies if (rank := ranks.get(cle_de_cause(one))) is not None})
    after = f'<td class="petit lieux">{_t(document.nom)}</td><td>{", ".join(map(str, causes))}</td>'
    if document.statuts:
        return f'<tr>{verdict}<td class="n">{document.statuts}</td><td class="n">{document.recevables}</td>{after}</tr>\n'
    if invoice is None:
        return f'<tr>{verdict}<td colspan="{faits}"></td>{after}</tr>\n'
    total = "" if invoice.totaux.ttc is None else f"{_nombre(invoice.totaux.ttc, langue)} {_t(invoice.devise or '')}"
    day = invoice.date_emission.isoformat() if invoice.date_emission else ""
    told = f'<td>{_t(invoice.numero or "")}</td><td class="serre">{day}</td><td>{_t(invoice.vendeur.nom or "")}</td>'
    return f'<tr>{verdict}{told}<td class="n">{total}</td>{after}</tr>\n'


def _nombre(value: Decimal, langue: Langue) -> str:
    """Return a number as its readers write it, every digit kept."""
    text = f"{value:,f}"
    return text if langue is Langue.EN else text.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def _insecable(sentence: str) -> str:
    """Return a sentence whose French double signs never start or end a line."""
    return _ESPACE_FINE.sub("\N{NO-BREAK SPACE}", _t(sentence))


def _t(text: str) -> str:
    """Return a text fit for the page: what XML cannot hold is shown by its number, the rest is escaped."""
    return escape(visible(text))
