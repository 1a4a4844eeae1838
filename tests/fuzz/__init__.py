"""Fuzzing: one target a parser, a corpus made by this project; run by seeded mutations in CI and by atheris with ``make fuzz``."""
