"""Every test that moves files through the real transport and ledger ends with the full balance: what came in is somewhere."""

import inspect
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from flux.contexte import Contexte
from flux.errors import ErreurInvariant
from flux.etapes.bilan import verifier_bilan_complet


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Check while the test's services still run; a test marked ``desequilibre`` breaks the balance on purpose, and must."""
    yield
    marked = item.get_closest_marker("desequilibre") is not None
    for one in getattr(item, "funcargs", {}).values():
        # Some objects (pikepdf's) answer any name with a look into a document: only what is there to see is asked for.
        here = one.contexte if inspect.getattr_static(one, "contexte", None) is not None else None
        if isinstance(here, Contexte) and hasattr(one, "serveur"):
            if marked:
                _tombe(here)
            else:
                verifier_bilan_complet(here)
            return


def _tombe(here: Contexte) -> None:
    with capture_logs() as said, pytest.raises(ErreurInvariant, match="do not balance"):
        verifier_bilan_complet(here)
    assert all(one["event"] == "bilan_faux" for one in said)
    assert said
