"""The whole stack under faults: see :mod:`tests.chaos.pile.__main__`."""
