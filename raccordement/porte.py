"""The door: which public keys may open the account of a partner, right now. An OpenSSH ``AuthorizedKeysCommand``.

It runs at each login, so it imports the driver of the database and nothing else of weight: no SQLAlchemy, no pydantic, no lxml. It reads
two tables with one query. Whatever goes wrong, nothing is printed and nobody gets in.
"""

from __future__ import annotations

import binascii
import os
import sys
import syslog
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from flux.modele.raccordement import CERTIFICATS_OUVERTS, ETATS_OUVERTS, Protocole
from flux.modele.temps import PARIS

#: Bits of the smallest RSA key let in (RGS B1: 2,048 until 2030).
RSA_MIN = 2048
_ECDSA = frozenset(f"ecdsa-sha2-nistp{bits}" for bits in (256, 384, 521))
#: Seconds that a login waits for the ledger.
_ATTENTE = 5
_REQUETE = """
SELECT p.code_application, p.etat, p.environnement, p.protocole, p.fin, p.reseau -> 'adresses' AS adresses,
       c.empreinte, c.cle_ssh, c.etat AS etat_certificat, c.not_before, c.not_after, c.en_vigueur_de, c.en_vigueur_jusqu
FROM partenaires p LEFT JOIN certificats_partenaire c ON c.partenaire_id = p.id
WHERE p.{colonne} = %s ORDER BY c.en_vigueur_de DESC NULLS LAST, c.id DESC
"""


@dataclass(frozen=True, slots=True)
class Reponse:
    """What the door says. :ivar lignes: lines of ``authorized_keys``. :ivar raisons: why the rest stays out, for the log."""

    lignes: tuple[str, ...]
    raisons: tuple[str, ...]


def repondre(rows: Sequence[Mapping[str, Any]], maintenant: datetime, *, production: bool) -> Reponse:
    """Judge the rows of one partner: its record once for all, then each certificate.

    :param rows: as the query gives them, none for an unknown account. :param production: this platform is the production one.
    """
    if not rows:
        return Reponse((), ("compte inconnu",))
    fiche = rows[0]
    closed = _fiche_fermee(fiche, maintenant, production=production)
    if closed:
        return Reponse((), (closed,))
    lines, reasons = [], []
    for row in rows:
        refused = _certificat_ferme(row, maintenant)
        if refused is None:
            lines.append(f"{_options(fiche)} {row['cle_ssh']} {fiche['code_application']}:{row['empreinte'][:16]}")
        else:
            reasons.append(refused)
    return Reponse(tuple(lines), tuple(reasons))


def _fiche_fermee(fiche: Mapping[str, Any], maintenant: datetime, *, production: bool) -> str | None:
    if fiche["etat"] not in ETATS_OUVERTS:
        return f"fiche à l'état {fiche['etat']}"
    if production and fiche["environnement"] != "production":
        return "fiche ouverte en qualification seulement"
    if fiche["protocole"] != Protocole.SFTP:
        return f"protocole {fiche['protocole']}"
    if fiche["fin"] is not None and maintenant.astimezone(PARIS).date() > fiche["fin"]:
        return f"fiche finie le {fiche['fin']}"
    return None


def _certificat_ferme(row: Mapping[str, Any], maintenant: datetime) -> str | None:
    if row["empreinte"] is None:
        return "aucun certificat"
    said = f"certificat {row['empreinte'][:16]}"
    if row["etat_certificat"] not in CERTIFICATS_OUVERTS:
        return f"{said} à l'état {row['etat_certificat']}"
    if not row["not_before"] <= maintenant <= row["not_after"]:
        return f"{said} hors de ses dates"
    if row["en_vigueur_de"] > maintenant or (row["en_vigueur_jusqu"] is not None and row["en_vigueur_jusqu"] <= maintenant):
        return f"{said} hors de sa fenêtre"
    if not cle_admise(row["cle_ssh"]):
        return f"{said} : clé ni RSA de {RSA_MIN} bits ou plus, ni ECDSA"
    return None


def _options(fiche: Mapping[str, Any]) -> str:
    """``restrict`` closes the shell, terminals, forwardings and the agent; ``from`` closes the other networks."""
    return f'restrict,from="{",".join(fiche["adresses"])}"' if fiche["adresses"] else "restrict"


def cle_admise(cle_ssh: str) -> bool:
    """Return whether an OpenSSH public key is RSA of at least :data:`RSA_MIN` bits, or ECDSA on a NIST curve."""
    kind, _, body = cle_ssh.partition(" ")
    if not cle_ssh.isascii():
        return False
    try:
        fields = _champs(binascii.a2b_base64(body, strict_mode=True))
    except binascii.Error:
        return False
    if not fields or fields[0] != kind.encode():
        return False
    if kind == "ssh-rsa":
        return len(fields) == 3 and int.from_bytes(fields[2]).bit_length() >= RSA_MIN
    return kind in _ECDSA


def _champs(blob: bytes) -> list[bytes]:
    """Return the length-prefixed fields of a key (RFC 4251 §5); empty when they do not fill it exactly."""
    fields, at = [], 0
    while at + 4 <= len(blob):
        size = int.from_bytes(blob[at : at + 4])
        fields.append(blob[at + 4 : at + 4 + size])
        at += 4 + size
    return fields if at == len(blob) else []


def conninfo(environ: Mapping[str, str]) -> str:
    """Return the address of the ledger from ``FLUX_BASE``, else that of the embedded server of ``FLUX_DOSSIER`` (which must run)."""
    base = environ.get("FLUX_BASE")
    if base:
        return base.replace("postgresql+psycopg://", "postgresql://", 1)
    folder = Path(environ.get("FLUX_DOSSIER", ".demo")).expanduser().resolve() / "postgres"
    return psycopg.conninfo.make_conninfo(host=str(folder), user="postgres", dbname="registre")


def demander(adresse: str, colonne: str, valeur: str, maintenant: datetime, *, production: bool) -> Reponse:
    """Ask the ledger about one account.

    :param colonne: ``dossier`` (the account's name) or ``code_application``. Raises psycopg.Error when it does not answer.
    """
    options = f"-c statement_timeout={_ATTENTE * 1000} -c default_transaction_read_only=on"
    with psycopg.connect(adresse, connect_timeout=_ATTENTE, options=options, row_factory=dict_row) as conn:
        rows = conn.execute(_REQUETE.format(colonne=colonne), (valeur,)).fetchall()
    return repondre(rows, maintenant, production=production)


def principal(arguments: Sequence[str]) -> int:
    """Print the keys of a partner; return the exit code: 0 asked (perhaps no key), 1 the ledger did not answer, 2 unusable arguments.

    :param arguments: ``AAA999``, or ``--utilisateur COMPTE`` as sshd gives it with ``%u``.
    """
    match arguments:
        case ["--utilisateur", account]:
            column, value = "dossier", account
        case [code] if not code.startswith("-"):
            column, value = "code_application", code
        case _:
            sys.stderr.write("flux : flux raccordement cles CODE | --utilisateur COMPTE\n")
            return 2
    try:
        production = os.environ.get("FLUX_ENVIRONNEMENT") == "production"
        found = demander(conninfo(os.environ), column, value, datetime.now(tz=UTC), production=production)
    except (psycopg.Error, OSError) as error:
        cause = (str(error).splitlines() or [type(error).__name__])[0]
        _journaliser(value, f"le registre ne répond pas : {cause}")
        return 1
    for reason in found.raisons:
        _journaliser(value, reason)
    sys.stdout.write("".join(f"{line}\n" for line in found.lignes))
    return 0


def _journaliser(compte: str, raison: str) -> None:
    """To the system's log, since sshd throws away what its command writes to stderr; and to stderr, for who tries it by hand."""
    line = f"flux cles {compte!r} : {raison}"
    syslog.openlog("flux-cles", facility=syslog.LOG_AUTH)
    syslog.syslog(syslog.LOG_WARNING, line)
    sys.stderr.write(f"{line}\n")
