"""The corpus is no part of the project: without it these tests are not collected, and nothing else depends on it."""

import os

collect_ignore = [] if os.environ.get("FLUX_CORPUS") else ["test_corpus.py", "test_cdar.py"]
