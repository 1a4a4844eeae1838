"""Rules: the management rules of the project (gestion) and the compiled official sets (officielles)."""
