"""What can go wrong in the rules engine: a set that cannot be read, a document that breaks XPath, a fault of ours."""

from __future__ import annotations

from flux.errors import ErreurConfiguration, ErreurFlux


class ErreurRegles(ErreurConfiguration):
    """A rule file holds a construct this engine does not know: the set goes to the reference engine.

    Facts: ``fichier`` (name of the rule file), ``ligne`` (1-based, ``None`` when unknown), ``construction``.
    """

    def __init__(self, construction: str, *, fichier: str = "", ligne: int | None = None) -> None:
        super().__init__(f"{fichier}:{ligne}: unknown construct: {construction}", fichier=fichier, ligne=ligne, construction=construction)
        self.construction = construction
        self.fichier = fichier
        self.ligne = ligne

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle through the keyword arguments (the base class pickles facts only)."""
        return (_rebuild, (self.construction, self.fichier, self.ligne))


def _rebuild(construction: str, fichier: str, ligne: int | None) -> ErreurRegles:
    return ErreurRegles(construction, fichier=fichier, ligne=ligne)


class ErreurMoteur(ErreurFlux):
    """The compiled engine failed on one document: a fault of ours. Facts: ``jeu``, ``cause``. Use the reference engine."""


class ErreurXPath(ErreurFlux):
    """An XPath 2.0 dynamic error, as Saxon raises it. It never leaves the engine: it becomes an ``ErreurDynamique`` result.

    :ivar code: W3C error code without prefix (``FORG0001``, ``XPTY0004``, ``FOAR0001``, ``FORG0006``…).
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"dynamic error {code}", code=code)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle through the code."""
        return (ErreurXPath, (self.code,))
