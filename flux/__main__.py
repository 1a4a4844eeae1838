"""The command ``flux``. The door of the SFTP server runs at each login, so it does not wait for the rest of the command line to load."""

from __future__ import annotations

import sys


def principal() -> None:
    """Run the command line."""
    if sys.argv[1:3] == ["raccordement", "cles"] and "--help" not in sys.argv:
        from raccordement.porte import principal as porte  # noqa: PLC0415 - the point of this module

        sys.exit(porte(sys.argv[3:]))
    from flux.cli import principal as ligne_de_commande  # noqa: PLC0415 - same

    ligne_de_commande()


if __name__ == "__main__":
    principal()
