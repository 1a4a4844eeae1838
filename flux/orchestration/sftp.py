"""The platform's SFTP client, from the Airflow connection ``flux_sftp``, for :mod:`flux.transport.sftp`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import structlog
from airflow.providers.sftp.hooks.sftp import SFTPHook
from paramiko import AuthenticationException, BadHostKeyException, SFTPClient, SSHException
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from flux.errors import ErreurConfiguration, ErreurTransport
from flux.orchestration.declencheur import CONNEXION

_ESSAIS = 4
_SILENCE = 60.0
"""Seconds without an answer after which the server is held for dead."""

_journal = structlog.get_logger(__name__)


@contextmanager
def connexion(conn_id: str = CONNEXION) -> Iterator[SFTPClient]:
    """Open one SFTP session; it closes with the block. The server's host key is always checked.

    :raises ErreurTransport: the server did not answer after a few tries. Facts: ``operation``, ``path``, ``tries``.
    :raises ErreurConfiguration: the server shows another key than the connection's ``host_key``, refuses the platform's key, or
        the connection switches the check off: trying again cannot help. Facts: ``conn_id``.
    """
    hook = SFTPHook(ssh_conn_id=conn_id, conn_retry_attempts=1)
    if hook.no_host_key_check or hook.allow_host_key_change:
        raise ErreurConfiguration(
            f"The connection {conn_id} does not check the server's host key: give its extra 'host_key' instead.", conn_id=conn_id
        )
    essais = Retrying(
        stop=stop_after_attempt(_ESSAIS),
        wait=wait_exponential_jitter(multiplier=0.5, max=8),
        retry=retry_if_exception(lambda panne: not _refus(panne)),
        before_sleep=_journaliser,
        reraise=True,
    )
    with ExitStack() as pile:
        try:
            sftp = essais(lambda: pile.enter_context(hook.get_managed_conn()))
        except (OSError, EOFError, SSHException) as panne:
            if _refus(panne):
                raise ErreurConfiguration(
                    f"The SFTP server of connection {conn_id} was not let in, or did not let in: {panne}. "
                    "Compare the connection's host_key and key_file with the server's, then run again.",
                    conn_id=conn_id,
                    cause=type(panne).__name__,
                ) from panne
            raise ErreurTransport(
                f"The SFTP server {hook.remote_host}:{hook.port} did not answer after {_ESSAIS} tries: {panne}. Check that it runs.",
                operation="connecter",
                path=f"{hook.remote_host}:{hook.port}",
                tries=_ESSAIS,
            ) from panne
        canal = sftp.get_channel()
        if canal is not None:
            canal.settimeout(_SILENCE)
        yield sftp


def _refus(panne: BaseException) -> bool:
    """Tell whether a key was refused. A session that dies, or stays silent, while the keys are shown was refused nothing."""
    if isinstance(panne, AuthenticationException):
        return not any(mort in str(panne) for mort in ("saw EOF", "timeout"))
    return isinstance(panne, BadHostKeyException)


def _journaliser(etat: RetryCallState) -> None:
    panne = etat.outcome.exception() if etat.outcome else None
    _journal.warning("sftp_connexion_reprise", essai=etat.attempt_number, panne=str(panne))
