"""Frozen values that the whole house shares. No input or output here."""
