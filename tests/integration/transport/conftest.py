"""The servers of tests/services.py for the tests of this folder."""

from tests.services import serveur, serveur_asyncssh

__all__ = ["serveur", "serveur_asyncssh"]
