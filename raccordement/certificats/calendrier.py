"""The ends of certificates as a calendar (RFC 5545), with an alarm at each notice: for the diaries of partners and operators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from flux.modele.temps import PARIS
from raccordement.certificats_partenaire import CertificatPartenaire


def calendrier(echeances: Iterable[tuple[str, CertificatPartenaire]], jours: Iterable[int], le: datetime) -> bytes:
    """Return the calendar. :param echeances: application code and certificate. :param jours: days before the end, one alarm each."""
    rappels = tuple(jours)
    made = Calendar()
    made.add("prodid", "-//chorus-flux//certificats//FR")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Certificats de raccordement")
    for code, un in echeances:
        evenement = Event()
        jour = un.not_after.astimezone(PARIS).date()
        evenement.add("uid", f"certificat-{un.empreinte}@chorus-flux")
        evenement.add("dtstamp", le)
        evenement.add("dtstart", jour)
        evenement.add("dtend", jour + timedelta(days=1))
        evenement.add("summary", f"{code} : fin du certificat / certificate ends")
        evenement.add("description", f"SHA-256 {un.empreinte}\n{un.not_after.astimezone(PARIS):%d/%m/%Y %H:%M} (Paris)")
        evenement.add("transp", "TRANSPARENT")
        for rappel in rappels:
            alarme = Alarm()
            alarme.add("action", "DISPLAY")
            alarme.add("description", f"{code} : certificat, {rappel} j")
            alarme.add("trigger", timedelta(days=-rappel))
            evenement.add_component(alarme)
        made.add_component(evenement)
    return bytes(made.to_ical())
