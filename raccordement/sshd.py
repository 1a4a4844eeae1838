"""The files of an OpenSSH server that lets partners in by their certificates and shuts each one up in its own folder.

``sshd_config``, the command that asks :mod:`raccordement.porte` for keys, and a script that makes accounts and folders. Written for
OpenSSH 9.2 and later. SFTP facts: general dossier, p. 22 (RSA key pair, AES128_CBC and AES256_CBC); CBC is off unless a setting turns
it on, since it is the weakest of what clients can do today.

Who may do what follows from owners and modes alone; a partner cannot change a mode, the requests that do it are not served:

=============  ==================  ====  ==========================================================================================
folder         owner:group         mode  what it gives
=============  ==================  ====  ==========================================================================================
root           root:PLATFORM       0750  only the platform's group passes; partners are inside before it counts
root/ACCOUNT   root:root           0755  sshd asks for it of a chroot
…/in           root:PLATFORM       2777  the partner lists, creates, renames, removes; what it wrote it cannot read back (umask 0407)
…/out          PLATFORM:PLATFORM   0755  the partner lists and reads
…/traitement   root:PLATFORM       0770  the partner sees its name, nothing more
=============  ==================  ====  ==========================================================================================
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Keys partners may use (general dossier, p. 22: RSA; ECDSA on NIST curves is this platform's addition). ssh-rsa (SHA-1) is not there.
CLES_PARTENAIRES = (
    "rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
)  # fmt: skip
_CLES_HOTE = (*CLES_PARTENAIRES, "ssh-ed25519")
_KEX = (
    "sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
)  # fmt: skip
#: chacha20-poly1305 is left out: with a client that has no strict key exchange it is open to CVE-2023-48795 (Terrapin).
CHIFFREMENTS = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr")
CBC = ("aes256-cbc", "aes128-cbc")
_MACS = ("hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512", "hmac-sha2-256")
#: With CBC, encrypt-then-MAC is open to Terrapin too.
_MACS_CBC = ("hmac-sha2-512", "hmac-sha2-256")
#: What a partner may ask: no link, no folder, no change of mode, owner or date, no copy, no look at accounts.
REQUETES = (
    "open", "close", "read", "write", "lstat", "fstat", "stat", "opendir", "readdir", "remove", "realpath", "rename", "posix-rename",
    "statvfs", "fstatvfs", "fsync", "limits",
)  # fmt: skip


@dataclass(frozen=True)  # no slots: the command line reads its defaults
class Serveur:
    """What an operator chooses. Paths are absolute; every folder above them belongs to root and only root writes there (sshd asks it).

    :ivar dossier: where the files are written. :ivar racine: holds the partners' folders.
    :ivar ecoute: ``address:port``. :ivar cle_hote: private key of the host.
    :ivar groupe: Unix group(s) of the partners' accounts. :ivar plateforme: account of the platform. :ivar compte_cles: runs the door.
    :ivar commande: words that start ``flux``. :ivar environ: variables the door needs. :ivar cbc: let the CBC ciphers in.
    """

    dossier: Path
    racine: Path
    commande: tuple[str, ...]
    environ: Mapping[str, str]
    ecoute: str = "0.0.0.0:22"
    cle_hote: Path = Path("/etc/ssh/ssh_host_ed25519_key")
    groupe: str = "flux-partenaires"
    plateforme: str = "flux"
    compte_cles: str = "flux-cles"
    cbc: bool = False


def fichiers(serveur: Serveur, comptes: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return the files by name, each with its mode. :param comptes: accounts of the partners that use SFTP."""
    return {
        "sshd_config": (configuration(serveur), 0o644),
        "cles": (_commande(serveur), 0o750),  # it may hold the password of the ledger
        "comptes.sh": (_comptes(serveur, comptes), 0o755),
    }


def configuration(serveur: Serveur) -> str:
    """Return ``sshd_config``."""
    ciphers = (*CHIFFREMENTS, *(CBC if serveur.cbc else ()))
    return f"""\
# Written by `flux raccordement sshd`: change the command, not this file.
ListenAddress {serveur.ecoute}
HostKey {serveur.cle_hote}
PidFile none
LogLevel VERBOSE
UsePAM no
StrictModes yes

AuthenticationMethods publickey
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
HostbasedAuthentication no
PermitRootLogin no
AuthorizedKeysFile none
PubkeyAcceptedAlgorithms {",".join(CLES_PARTENAIRES)}
RequiredRSASize 2048
HostKeyAlgorithms {",".join(_CLES_HOTE)}
KexAlgorithms {",".join(_KEX)}
Ciphers {",".join(ciphers)}
MACs {",".join(_MACS_CBC if serveur.cbc else _MACS)}
Compression no

# Unauthenticated connections: 120 in all, 20 a source, 20 seconds each.
MaxStartups 60:30:120
PerSourceMaxStartups 20
LoginGraceTime 20
MaxAuthTries 3
MaxSessions 4
ClientAliveInterval 60
ClientAliveCountMax 3

DisableForwarding yes
PermitTTY no
PermitTunnel no
PermitUserRC no
PermitUserEnvironment no
X11Forwarding no
Subsystem sftp internal-sftp
ForceCommand /usr/sbin/nologin

Match User {serveur.plateforme}
    PubkeyAcceptedAlgorithms {",".join(_CLES_HOTE)}
    AuthorizedKeysFile {serveur.dossier}/plateforme.pub
    ChrootDirectory {serveur.racine}
    ForceCommand internal-sftp -u 0022

Match Group {serveur.groupe}
    AuthorizedKeysCommand {serveur.dossier}/cles %u
    AuthorizedKeysCommandUser {serveur.compte_cles}
    ChrootDirectory {serveur.racine}/%u
    ForceCommand internal-sftp -f AUTHPRIV -l INFO -u 0407 -p {",".join(REQUETES)}
"""


def _commande(serveur: Serveur) -> str:
    given = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(serveur.environ.items()))
    return f"""\
#!/bin/sh
# The keys of an account, for sshd. Written by `flux raccordement sshd`.
{given}
exec {shlex.join(serveur.commande)} raccordement cles --utilisateur "$1"
"""


def _comptes(serveur: Serveur, comptes: Iterable[str]) -> str:
    names = " ".join(shlex.quote(one) for one in sorted(comptes))
    racine, plateforme = shlex.quote(str(serveur.racine)), shlex.quote(serveur.plateforme)
    group = shlex.quote(serveur.groupe.split(",")[0])
    keys = shlex.quote(serveur.compte_cles)
    return f"""\
#!/bin/sh
# Accounts and folders of the partners; run it as root, again after each new partner. Written by `flux raccordement sshd`.
set -eu
getent group {group} >/dev/null || groupadd --system {group}
for compte in {plateforme} {keys}; do
  # '*' is a password that nothing opens; sshd without PAM refuses the '!' that useradd writes by itself.
  getent passwd "$compte" >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin --password '*' "$compte"
done
chgrp "$(id -gn {keys})" {shlex.quote(str(serveur.dossier))}/cles
groupe=$(id -gn {plateforme})
install -d -o root -g "$groupe" -m 0750 {racine}
for compte in {names}; do
  getent passwd "$compte" >/dev/null ||
    useradd --system --gid {group} --no-create-home --home-dir / --shell /usr/sbin/nologin --password '*' "$compte"
  install -d -o root -g root -m 0755 {racine}/"$compte"
  install -d -o root -g "$groupe" -m 2777 {racine}/"$compte"/in
  install -d -o {plateforme} -g "$groupe" -m 0755 {racine}/"$compte"/out
  install -d -o root -g "$groupe" -m 0770 {racine}/"$compte"/traitement
done
"""
