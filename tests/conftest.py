"""What every test may use."""

import os
from pathlib import Path

from hypothesis import settings

pytest_plugins = ["tests.bases", "tests.conservation"]

# The official rules are compiled once for all runs of the tests, beside pytest's own cache, not in the user's.
os.environ.setdefault("FLUX_REGLES_CACHE", str(Path(__file__).parent.parent / ".pytest_cache" / "regles"))

# On CI the same examples every time: a landing does not depend on luck. Everywhere else new ones are drawn at each run.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
