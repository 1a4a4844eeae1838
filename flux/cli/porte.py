"""``flux raccordement cles`` and ``flux raccordement sshd``: the door of the SFTP server, and the files that put it in place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.ecran import dire, tableau
from flux.cli.rendu import contexte_migre
from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatFiche, Protocole
from raccordement.fiches import fiches
from raccordement.porte import principal as porte
from raccordement.sshd import Serveur, fichiers

_SUITE = """Ensuite, en root / then, as root:
  1. sh {ici}/comptes.sh                 comptes et dossiers ; de nouveau à chaque partenaire / again for each new partner
  2. {ici}/plateforme.pub                y mettre la clé publique de la plateforme / the platform's public key goes there
  3. sshd -t -f {ici}/sshd_config        vérifier, puis lancer sans -t / check, then start without -t"""


def cles(
    code: Annotated[str | None, typer.Argument(help="Code application, AAA999. / Application code.")] = None,
    utilisateur: Annotated[str | None, typer.Option(help="Compte SFTP, %u de sshd. / SFTP account, sshd's %u.")] = None,
) -> None:
    """Dire les clés qui ouvrent la porte maintenant : AuthorizedKeysCommand d'OpenSSH. / The keys that open the door now.

    Code retour : 0 répondu (peut-être aucune clé), 1 le registre ne répond pas, 2 arguments inutilisables.
    """
    arguments = ["--utilisateur", utilisateur] if utilisateur is not None else []
    raise typer.Exit(porte([*arguments, *([code] if code is not None else [])]))


def sshd(
    dossier: Annotated[Path, typer.Argument(help="Dossier à écrire, à root seul. / Folder to write, root's alone.")],
    racine: Annotated[Path, typer.Option(help="Dossier des partenaires. / Folder of the partners.")] = Path("/srv/flux/sftp"),
    ecoute: Annotated[str, typer.Option(help="Adresse:port d'écoute. / Address:port to listen on.")] = Serveur.ecoute,
    cle_hote: Annotated[Path, typer.Option(help="Clé privée du serveur. / Private key of the host.")] = Serveur.cle_hote,
    groupe: Annotated[str, typer.Option(help="Groupe Unix des partenaires. / Unix group of the partners.")] = Serveur.groupe,
    plateforme: Annotated[str, typer.Option(help="Compte de la plateforme. / Account of the platform.")] = Serveur.plateforme,
    compte_cles: Annotated[str, typer.Option(help="Compte qui demande les clés. / Account that asks for keys.")] = Serveur.compte_cles,
) -> None:
    """Écrire la configuration d'un serveur OpenSSH pour les partenaires. / Write the files of an OpenSSH server for partners.

    Elle suit les réglages FLUX_BASE, FLUX_ENVIRONNEMENT et FLUX_SFTP_CBC.
    """
    ctx = contexte_migre()
    settings = ctx.reglages
    environ = {"FLUX_ENVIRONNEMENT": settings.environnement.value}
    environ |= (
        {"FLUX_BASE": settings.base.get_secret_value()} if settings.base else {"FLUX_DOSSIER": str(settings.dossier.expanduser().resolve())}
    )
    server = Serveur(
        dossier=dossier.resolve(), racine=racine.resolve(), commande=(sys.executable, "-m", "flux"), environ=environ, ecoute=ecoute,
        cle_hote=cle_hote, groupe=groupe, plateforme=plateforme, compte_cles=compte_cles, cbc=settings.sftp_cbc,
    )  # fmt: skip
    accounts = [one.dossier for one in fiches(ctx.engine) if one.protocole is Protocole.SFTP and one.etat is not EtatFiche.CLOS]
    written = fichiers(server, accounts)
    try:
        server.dossier.mkdir(parents=True, exist_ok=True)
        for name, (text, mode) in written.items():
            (server.dossier / name).touch(mode=mode)
            (server.dossier / name).write_text(text, encoding="utf-8")
            (server.dossier / name).chmod(mode)
    except OSError as error:
        raise ErreurUsage(f"{dossier} ne peut pas être écrit / cannot be written: {error.strerror}", path=str(dossier)) from error
    tableau(f"Écrit dans {server.dossier}", ("fichier", "mode"), [(name, f"{mode:04o}") for name, (_, mode) in written.items()])
    dire(*(line.format(ici=server.dossier) for line in _SUITE.split("\n")))
