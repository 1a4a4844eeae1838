"""Public example files, where they are present: ``FLUX_CORPUS`` names their folder, which holds ``INDEX.tsv``."""
