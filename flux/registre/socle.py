"""What every table of the ledger is made of: one metadata, and columns that come again and again."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import CheckConstraint, Column, DateTime, MetaData

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def instant(name: str, *, nullable: bool = True) -> Column[object]:
    """A column of instants, with their time zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def parmi(column: str, values: Iterable[str]) -> CheckConstraint:
    """A CHECK that ``column`` is NULL or one of ``values``; the values come from our own tables, never from outside."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=column)
