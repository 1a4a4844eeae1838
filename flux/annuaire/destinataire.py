"""What an invoice must say to reach its recipient, told as typed facts: the rules turn them into anomalies with their texts.

Sources: BR-FR-CPRO-10 to 13 (XP Z12-012 §4.5.3), PPF annexe 3 for the flags, PPF general dossier §3.5.5.4 for *MOA unique*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from flux.annuaire.modele import SIRET_NON_RENSEIGNE, Annuaire, Service, Structure

_SIRET, _ENGAGEMENT = ("BT-46",), ("BT-13",)
#: Terms whose place differs between the eras: reform, classic.
_TERMES = {
    "service": (("BT-46",), ("BT-10",)),
    "service_ou_engagement": (("BT-46", "BT-13"), ("BT-10", "BT-13")),
}


class ConstatDestinataire(Enum):
    """One thing found about a recipient. A missing service code and a missing engagement number never share one.

    :ivar termes: invoice terms it speaks of, reform era (a service code is BT-46 of scheme 0224).
    :ivar termes_classiques: the same in the classic era (a service code is BT-10).
    :ivar drapeau: field of the directory that asks for it (annexe 3), ``None`` when none does.
    :ivar bloquant: False when it only informs.
    """

    #: No SIRET at all for the recipient (BR-FR-CPRO-10).
    SIRET_ABSENT = ("siret_absent", _SIRET, None)
    STRUCTURE_INCONNUE = ("structure_inconnue", _SIRET, None)
    STRUCTURE_INACTIVE = ("structure_inactive", _SIRET, "DT-4-2")
    #: The structure asks for a service code and the invoice has none.
    SERVICE_MANQUANT = ("service_manquant", "service", "DT-4-13-2")
    #: The code is of no service of this structure, nor of any other.
    SERVICE_INCONNU = ("service_inconnu", "service", None)
    #: The code is of a service of other structures: see :attr:`Constat.autres`.
    SERVICE_AUTRE_STRUCTURE = ("service_autre_structure", "service", "DT-5-3")
    SERVICE_INACTIF = ("service_inactif", "service", "DT-5-2")
    #: The structure asks for an engagement number and the invoice has none.
    ENGAGEMENT_MANQUANT_STRUCTURE = ("engagement_manquant_structure", _ENGAGEMENT, "DT-4-13-1")
    #: The service asks for an engagement number and the invoice has none.
    ENGAGEMENT_MANQUANT_SERVICE = ("engagement_manquant_service", _ENGAGEMENT, "DT-5-13")
    #: An engagement number is asked for; the contract number stands in its place (BR-FR-CPRO-12, sample FSO1116A_P42).
    ENGAGEMENT_PAR_CONTRAT = ("engagement_par_contrat", ("BT-12",), None, False)
    SERVICE_OU_ENGAGEMENT_MANQUANT = ("service_ou_engagement_manquant", "service_ou_engagement", "DT-4-13-3")
    #: The structure takes works invoices only, and this is not one.
    MOA_UNIQUE = ("moa_unique", ("BT-23",), "DT-4-13-5")
    #: The zero SIRET is for State services; the invoice names none.
    ETAT_SERVICE_MANQUANT = ("etat_service_manquant", "service", None)
    #: The zero SIRET is for State services; the code is of none of them.
    ETAT_SERVICE_INCONNU = ("etat_service_inconnu", "service", None)
    #: The zero SIRET and a State service code: the recipient is :attr:`Constat.structure`.
    ETAT_PAR_SERVICE = ("etat_par_service", "service", None, False)

    def __init__(self, code: str, termes: tuple[str, ...] | str, drapeau: str | None, bloquant: bool = True) -> None:
        self.code = code
        self.drapeau = drapeau
        self.bloquant = bloquant
        self.termes, self.termes_classiques = _TERMES[termes] if isinstance(termes, str) else (termes, termes)


@dataclass(frozen=True, slots=True)
class Adressage:
    """What an invoice says of its recipient; ``None`` for what it does not say. :ivar contrat: BT-12."""

    siret: str | None
    code_service: str | None = None
    engagement: str | None = None
    contrat: str | None = None


@dataclass(frozen=True, slots=True)
class Constat:
    """One thing found, with its facts.

    :ivar trouve: the value of the invoice it speaks of, ``None`` when that value is missing.
    :ivar structure: the recipient, when known. :ivar service: its service, when known.
    :ivar autres: structures that do have the service code (:data:`ConstatDestinataire.SERVICE_AUTRE_STRUCTURE`).
    """

    nature: ConstatDestinataire
    trouve: str | None = None
    structure: Structure | None = None
    service: Service | None = None
    autres: tuple[Structure, ...] = ()


def verifier_adressage(adressage: Adressage, annuaire: Annuaire, travaux: bool, *, le: date | None = None) -> Iterator[Constat]:
    """Yield what is found about a recipient; nothing when it can be reached as it is. One that is unknown or inactive is told alone.

    :param travaux: a works invoice (by its cadre or interface: the caller knows). :param le: day of the judgement, which the dates of
        structures and services are compared with; ``None`` leaves them alone.
    """
    siret = adressage.siret
    if siret is None:
        yield Constat(ConstatDestinataire.SIRET_ABSENT)
        return
    if siret == SIRET_NON_RENSEIGNE:
        structure, constat = _destinataire_etat(adressage.code_service, annuaire)
        yield constat
        if structure is None:
            return
    else:
        found = annuaire.structure(siret)
        if found is None:
            yield Constat(ConstatDestinataire.STRUCTURE_INCONNUE, siret)
            return
        structure = found
    if not structure.en_vigueur(le):
        yield Constat(ConstatDestinataire.STRUCTURE_INACTIVE, siret, structure)
        return
    if structure.moa_unique and not travaux:
        yield Constat(ConstatDestinataire.MOA_UNIQUE, siret, structure)
    service = None
    if adressage.code_service is not None:
        service = annuaire.service(structure.siret, adressage.code_service)
        yield from _service_donne(adressage.code_service, structure, service, annuaire, le)
    yield from _manques(adressage, structure, service)


def _destinataire_etat(code: str | None, annuaire: Annuaire) -> tuple[Structure | None, Constat]:
    if code is None:
        return None, Constat(ConstatDestinataire.ETAT_SERVICE_MANQUANT)
    structure = annuaire.structure_du_service_etat(code)
    if structure is None:
        return None, Constat(ConstatDestinataire.ETAT_SERVICE_INCONNU, code)
    return structure, Constat(ConstatDestinataire.ETAT_PAR_SERVICE, code, structure)


def _service_donne(code: str, structure: Structure, service: Service | None, annuaire: Annuaire, le: date | None) -> Iterator[Constat]:
    if service is None:
        autres = annuaire.structures_du_service(code)
        nature = ConstatDestinataire.SERVICE_AUTRE_STRUCTURE if autres else ConstatDestinataire.SERVICE_INCONNU
        yield Constat(nature, code, structure, autres=autres)
    elif not service.en_vigueur(le):
        yield Constat(ConstatDestinataire.SERVICE_INACTIF, code, structure, service)


def _manques(adressage: Adressage, structure: Structure, service: Service | None) -> Iterator[Constat]:
    """Yield what is missing. One thing to mend is told once: the structure's flag before the service's, both before *either*."""
    sans_service, sans_engagement = adressage.code_service is None, adressage.engagement is None
    if structure.service_requis and sans_service:
        yield Constat(ConstatDestinataire.SERVICE_MANQUANT, None, structure)
    par_service = service is not None and service.engagement_requis
    if sans_engagement and (structure.engagement_requis or par_service):
        if adressage.contrat is not None:
            nature = ConstatDestinataire.ENGAGEMENT_PAR_CONTRAT
        elif structure.engagement_requis:
            nature = ConstatDestinataire.ENGAGEMENT_MANQUANT_STRUCTURE
        else:
            nature = ConstatDestinataire.ENGAGEMENT_MANQUANT_SERVICE
        yield Constat(nature, adressage.contrat, structure, service)
    deja_dit = structure.service_requis or structure.engagement_requis
    if structure.engagement_ou_service and sans_service and sans_engagement and not deja_dit:
        yield Constat(ConstatDestinataire.SERVICE_OU_ENGAGEMENT_MANQUANT, None, structure)
