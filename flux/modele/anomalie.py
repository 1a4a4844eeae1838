"""One fault of a file: what, where, what was found, what was wanted, what to do, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flux.referentiel.anomalies import CATALOGUE, Couche, LigneCatalogue, Severite, ligne_de

#: Longest value quoted in an anomaly, in characters. A longer one is shown by its start; the file itself keeps the rest.
LONGUEUR_CITATION = 200


@dataclass(frozen=True, slots=True)
class Anomalie:
    """One fault. Built by :func:`anomalie`, never by hand, so that the texts come from the catalogue.

    :ivar code: published code (``IRR_FORM``, ``ERR_XSD_001``…), stable.
    :ivar rule: the catalogue's own key or the published rule (``ENV-01``, ``BR-CO-15``), stable, finer than ``code``.
    :ivar severity: ``error`` rejects, ``warning`` informs.
    :ivar layer: the check that found it.
    :ivar member: name of the file inside the archive, or ``None`` when the flow itself is at fault.
    :ivar path: XPath 1.0 with the prefixes of :mod:`flux.referentiel.espaces_de_noms`; it resolves in the file.
    :ivar line: line in the file, from 1.
    :ivar column: column in the file, from 1.
    :ivar found: the value found, at most :data:`LONGUEUR_CITATION` characters.
    :ivar expected: what was wanted.
    :ivar fr: French sentence with what to do.
    :ivar en: English sentence with what to do.
    :ivar published: severity by the published rule, where a setting made another of it; ``None`` where it is ``severity``.
    """

    code: str
    rule: str
    severity: Severite
    layer: Couche
    fr: str
    en: str
    member: str | None = None
    path: str | None = None
    line: int | None = None
    column: int | None = None
    found: str | None = None
    expected: str | None = None
    published: Severite | None = None

    def au_membre(self, member: str | None) -> Anomalie:
        """Return the same anomaly, said of ``member``."""
        return replace(self, member=member)

    @property
    def ligne(self) -> LigneCatalogue:
        """The row of the catalogue it was made from."""
        return ligne_de(self.rule, self.code)

    @property
    def bloquante(self) -> bool:
        """True when it rejects."""
        return self.severity is Severite.ERREUR

    @property
    def invalidante(self) -> bool:
        """True when the published rule calls it an error, whatever a setting makes of it."""
        return (self.published or self.severity) is Severite.ERREUR


def visible(text: str) -> str:
    r"""Return ``text`` with what is not printable shown as ``\u001b``: it may reach a terminal, a log or a page."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def citer(value: object) -> str:
    """Return ``value`` fit for a sentence: :func:`visible`, at most :data:`LONGUEUR_CITATION` characters."""
    text = visible(str(value))
    return text if len(text) <= LONGUEUR_CITATION else text[: LONGUEUR_CITATION - 1] + "…"


def anomalie(
    rule: str,
    *,
    member: str | None = None,
    path: str | None = None,
    line: int | None = None,
    column: int | None = None,
    found: object = None,
    expected: object = None,
    entiers: Mapping[str, str] | None = None,
    **facts: object,
) -> Anomalie:
    """Build the anomaly of catalogue row ``rule``.

    ``found``, ``expected`` and ``facts`` fill the placeholders of the row's texts.

    :param entiers: facts that are sentences of a publisher's or of ours: they are told whole, however long.

    :raises KeyError: never in a tested path: an unknown rule or a missing fact is a fault of ours, caught by the catalogue test.
    """
    row = CATALOGUE[rule]
    quoted = {k: citer(v) for k, v in {"found": found, "expected": expected, "member": member, **facts}.items() if v is not None}
    quoted |= {k: visible(v) for k, v in (entiers or {}).items()}
    return Anomalie(
        code=row.code,
        rule=row.rule,
        severity=row.severity,
        layer=row.layer,
        fr=row.fr.format_map(quoted),
        en=row.en.format_map(quoted),
        member=member,
        path=path,
        line=line,
        column=column,
        found=None if found is None else citer(found),
        expected=None if expected is None else citer(expected),
    )
