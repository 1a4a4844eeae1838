"""Mail to partners, by SMTP, one message for one contact."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from flux.errors import ErreurConfiguration, ErreurTransitoire, ErreurUsage
from flux.reglages_certificats import ReglagesCertificats

#: Sends messages; raises :class:`ErreurCourriel` at the first that the server does not take: those before it have left.
Facteur = Callable[[list[EmailMessage]], None]


class ErreurCourriel(ErreurTransitoire):
    """The mail server refused or did not answer. Facts: ``serveur``."""


def message(expediteur: str, destinataire: str, sujet: str, texte: str, identifiant: str, le: datetime) -> EmailMessage:
    """Return a message. Its ``Message-ID`` depends on ``identifiant`` alone: the same notice sent again after a crash is the same mail.

    :raises ErreurUsage: an address that no header may hold. Facts: ``adresse``.
    """
    made = EmailMessage()
    made["Subject"] = sujet
    for cle, adresse in (("From", expediteur), ("To", destinataire)):
        try:
            made[cle] = Address(addr_spec=adresse)
        except (ValueError, IndexError, MessageError) as error:  # the parser of the standard library: empty local part, brackets
            raise ErreurUsage(f"{adresse!r} is not a mail address", adresse=adresse) from error
    made["Date"] = format_datetime(le)
    made["Message-ID"] = f"<{identifiant}@{expediteur.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(texte)
    return made


def facteur_smtp(reglages: ReglagesCertificats) -> Facteur | None:
    """Return what sends mail through the server of the settings, or ``None`` when none is set."""
    serveur = reglages.smtp_serveur
    if serveur is None:
        return None

    def envoyer(messages: list[EmailMessage]) -> None:
        try:
            contexte = ssl.create_default_context(cafile=None if reglages.smtp_ac is None else str(reglages.smtp_ac))
        except OSError as error:
            raise ErreurConfiguration(f"{reglages.smtp_ac} is not a readable PEM file: {error}", path=str(reglages.smtp_ac)) from error
        try:
            with _connexion(reglages, serveur, contexte) as lien:
                if reglages.smtp_securite == "starttls":
                    lien.starttls(context=contexte)
                if reglages.smtp_utilisateur is not None and reglages.smtp_mot_de_passe is not None:
                    lien.login(reglages.smtp_utilisateur, reglages.smtp_mot_de_passe.get_secret_value())
                for one in messages:
                    lien.send_message(one)
        except smtplib.SMTPRecipientsRefused as error:
            raise ErreurCourriel(_refus(serveur, error.recipients), serveur=serveur) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ErreurCourriel(f"the mail server {serveur} did not take the message: {type(error).__name__}", serveur=serveur) from error

    return envoyer


def _refus(serveur: str, refuses: Mapping[str, tuple[int, bytes]]) -> str:
    """Say which addresses a server refuses; for those it will never take (RFC 5321, 4.2.1: 5xx), what to do."""
    dit = ", ".join(f"{adresse} ({code})" for adresse, (code, _) in refuses.items())
    if all(code < 500 for code, _ in refuses.values()):
        return f"le serveur {serveur} ne prend pas encore {dit} / the mail server {serveur} does not take {dit} yet"
    return (
        f"le serveur {serveur} refuse {dit} : corrigez ce contact de la fiche / "
        f"the mail server {serveur} refuses {dit}: mend that contact of the record"
    )


def _connexion(reglages: ReglagesCertificats, serveur: str, contexte: ssl.SSLContext) -> smtplib.SMTP:
    if reglages.smtp_securite == "tls":
        return smtplib.SMTP_SSL(serveur, reglages.smtp_port, timeout=reglages.smtp_delai, context=contexte)
    return smtplib.SMTP(serveur, reglages.smtp_port, timeout=reglages.smtp_delai)
