"""One file of deposited statuses in, its statuses and what is wrong with each out. The ledger decides the rest.

A file whose schema is broken says nothing that can be relied on: it is unreadable as a whole. Past the schema each status stands alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from lxml.etree import _Element

from flux.archive import Nature, nature
from flux.controle_cdv import FautesCdv, fautes_cdv, fautes_du_statut
from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.statut_lu import StatutDemande, StatutLu
from flux.modele.temps import PARIS
from flux.modele.verdict import VerdictDocument
from flux.parsers.cdar import lire_cdar
from flux.parsers.cpp_statut import lire_cpp_statut
from flux.parsers.valeurs import NombreDemesureError, texte
from flux.parsers.xml import dire_nombre, lire_xml
from flux.referentiel.interfaces_statuts import InterfaceStatuts
from flux.referentiel.statuts import STATUTS_FACTURE, code_cdar, code_cpp, statuts_du_cdar, statuts_du_cpp
from flux.xsd.validation import nom_court, valider

#: MDT-105 codes that Chorus Pro takes in and that change no status of its own (correspondence table: 212 encaissée).
SANS_EFFET = frozenset({"212"})
#: How far a partner's clock may run before ours.
AVANCE = timedelta(hours=1)
_AUCUN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class VerdictStatuts:
    """A file judged. :ivar anomalies: of the file itself; with ``statuts`` empty they say why it is unreadable."""

    nom: str
    sha256: str
    taille: int
    statuts: tuple[StatutDemande, ...]
    anomalies: tuple[Anomalie, ...]

    @property
    def document(self) -> VerdictDocument:
        """The same verdict, as that of any other document."""
        told = (*self.anomalies, *(one for status in self.statuts for one in status.anomalies))
        taken = sum(one.recevable for one in self.statuts)
        return VerdictDocument(self.nom, self.sha256, self.taille, None, told, statuts=len(self.statuts), recevables=taken)


def juger_statuts(
    nom: str,
    contenu: bytes,
    interface: InterfaceStatuts,
    limites: Limites,
    *,
    recu_le: datetime | None = None,
    choix: Mapping[str, str] = _AUCUN,
) -> VerdictStatuts:
    """Judge one file of statuses.

    :param nom: its name inside the archive, or the flow's. :param contenu: its bytes. :param interface: the row it was deposited under.
    :param recu_le: when the flow was received, aware; no status may be later. ``None`` asks nothing of times.
    :param choix: status → code put in place of the table's (settings ``codes_cpp``, ``codes_cdar``).
    """
    root, faults = _ouvrir(contenu, interface, limites)
    statuts: tuple[StatutDemande, ...] = ()
    if root is not None:
        try:
            read = tuple(lire_cdar(root) if interface.cdar else lire_cpp_statut(root))
        except NombreDemesureError as error:
            return VerdictStatuts(nom, hashlib.sha256(contenu).hexdigest(), len(contenu), (), (dire_nombre(root, error).au_membre(nom),))
        common = fautes_cdv(root, nom, limites.anomalies_fichier) if interface.cdar else {}
        statuts = tuple(_demande(one, interface, recu_le, choix, common, nom) for one in read)
        if not statuts:
            wanted = "ReferenceReferencedDocument" if interface.cdar else "CPPFactureStatuts"
            faults = (*faults, anomalie("STA-12", path="/*", expected=wanted))
    return VerdictStatuts(nom, hashlib.sha256(contenu).hexdigest(), len(contenu), statuts, tuple(one.au_membre(nom) for one in faults))


def _ouvrir(contenu: bytes, interface: InterfaceStatuts, limites: Limites) -> tuple[_Element | None, tuple[Anomalie, ...]]:
    """Return the root of a file valid by its schema, else what is wrong."""
    kind = nature(contenu[:1024])
    if kind is not Nature.XML:
        return None, (anomalie("ARC-11", found=kind, interface=interface.code, expected=Nature.XML),)
    root, found = lire_xml(contenu, limites)
    if root is None:
        return None, found
    if root.tag != interface.racine:
        expected = nom_court(interface.racine)
        return None, (anomalie("XML-06", path="/*", found=nom_court(str(root.tag)), interface=interface.code, expected=expected),)
    faults = valider(root, interface.schema, contenu, limites)
    return (None if any(one.bloquante for one in faults) else root), faults


def _demande(
    lu: StatutLu,
    interface: InterfaceStatuts,
    recu_le: datetime | None,
    choix: Mapping[str, str],
    communes: FautesCdv,
    nom: str,
) -> StatutDemande:
    rows = (statuts_du_cdar if interface.cdar else statuts_du_cpp)(lu.code, choix)
    faults: list[Anomalie] = []
    if not rows and not (interface.cdar and lu.code in SANS_EFFET):
        faults.append(anomalie("STA-08", path=lu.chemin, line=lu.ligne, found=lu.code or "—", expected=_connus(interface, choix)))
    if lu.horodatage is None or (recu_le is not None and lu.horodatage > recu_le + AVANCE):
        found = "—" if lu.horodatage is None else f"{lu.horodatage.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
        limit = "—" if recu_le is None else f"{recu_le.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
        faults.append(anomalie("STA-11", path=lu.chemin, line=lu.ligne, found=found, expected=limit))
    if rows and rows[0].motif_obligatoire and not (lu.motifs or texte(lu.complement) or texte(lu.commentaire)):  # blanks alone say nothing
        where = "ReasonCode (MDT-113)" if interface.cdar else "ComplementStatut"
        faults.append(anomalie("STA-09", path=lu.chemin, line=lu.ligne, found=rows[0].code, expected=where))
    return StatutDemande(
        lu, tuple(row.code for row in rows), (*fautes_du_statut(communes, lu.chemin), *(one.au_membre(nom) for one in faults))
    )


def _connus(interface: InterfaceStatuts, choix: Mapping[str, str]) -> str:
    if interface.cdar:
        codes = {cdar.code for row in STATUTS_FACTURE.values() if (cdar := code_cdar(row, choix))} | SANS_EFFET
    else:
        codes = {cpp for row in STATUTS_FACTURE.values() if (cpp := code_cpp(row, choix))}
    return ", ".join(sorted(codes))
