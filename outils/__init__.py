"""Tools of the Makefile: not part of what is installed."""
