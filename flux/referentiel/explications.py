"""What an official rule means, in our words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explication:
    """One rule explained. :ivar calcul: it is about a sum, a product or a rounding."""

    fr: str
    en: str
    calcul: bool = False


def expliquer(regle: str) -> Explication | None:  # noqa: ARG001
    """Return the explanation of a published rule."""
    return None


def expliquer_message(message: str) -> Explication | None:  # noqa: ARG001
    """Return the explanation of a structural rule by its text."""
    return None
