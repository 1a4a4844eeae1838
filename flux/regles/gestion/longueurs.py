"""Lengths of texts, in characters: how such a rule is made, and those of the classic era. The reform's stand with BR-FR-CPRO."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flux.modele.facture import Facture
from flux.regles.gestion.regle import CLASSIQUE, EDI, PIVOT, Constat, ContexteRegles, Regle, Verifier


def longueur(terme: str, limite: int, lire: Callable[[Facture], str | None]) -> Verifier:
    """Return the rule that refuses a text of more than ``limite`` characters."""

    def verifier(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
        value = lire(f)
        return () if value is None or len(value) <= limite else (Constat(terme, value, limite, faits={"length": len(value)}),)

    return verifier


def longueurs(terme: str, limite: int, lire: Callable[[Facture], Iterable[str | None]]) -> Verifier:
    """Return the same for a term of a repeated group."""

    def verifier(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
        return [
            Constat(terme, value, limite, rang, faits={"length": len(value)})
            for rang, value in enumerate(lire(f))
            if value is not None and len(value) > limite
        ]

    return verifier


REGLES = (
    Regle("LNG-01", "G2.17", CLASSIQUE, ("BT-10",), f"{EDI}, G2.17 to G2.19", longueur("BT-10", 100, lambda f: f.reference_acheteur)),
    Regle("LNG-02", "G3.01", CLASSIQUE, ("BT-13",), f"{EDI}, G3.01, G3.04; {PIVOT}", longueur("BT-13", 50, lambda f: f.engagement)),
    Regle("LNG-03", "", CLASSIQUE, ("BT-12",), f"{PIVOT}, NumeroMarche", longueur("BT-12", 50, lambda f: f.contrat)),
)  # fmt: skip
