"""Proofs by accident: the platform is killed, cut and doubled, then every promise is checked."""
