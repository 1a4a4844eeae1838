"""What every test may use."""

import os

from hypothesis import settings

pytest_plugins = ["tests.bases"]

# On CI the same examples every time: a landing does not depend on luck. Everywhere else new ones are drawn at each run.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
