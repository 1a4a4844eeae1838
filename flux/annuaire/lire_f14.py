"""The F14 directory export (PPF annexe 3), streamed: establishments and routing codes of public entities.

Names are those of ``AnnuaireConsultationF14``; whatever namespace they carry. No DOCTYPE, no entity, no network.

The export holds private companies too. A structure is taken as public when it has ``DonneesB2G`` (DG-4-13, public only) or when its
legal unit is of type ``P`` in the same file (DT-3-5); any other only updates a structure that the directory already has.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Literal, cast

from lxml import etree
from lxml.etree import _Element

from flux.annuaire import valeurs
from flux.annuaire.fautes import FauteAnnuaire, Illisible, faute
from flux.annuaire.modele import SIRETS_ETAT, Entree, Mode, Production, Service, Structure

_RACINE = "AnnuaireConsultationF14"
#: Elements looked at when they end; all are emptied then, so that memory does not grow with the file.
_BLOCS = ("UniteLegale", "Etablissement", "CodeRoutage", "IdPlateformeReception", "LigneAnnuaire")
_ENTETE = ("HorodateProduction", "DernierHorodateProduction", "TypeFlux")
_TYPES = {"C": Mode.COMPLET, "D": Mode.DIFFERENCE}
#: Bytes handed to the parser at a time, and before the root element at most (house).
_PAQUET = 65_536
_DEBUT_MAX = 16 * _PAQUET
#: Bytes without the end of a block at most (house): blocks have some kilobytes, and what stands between them grows in memory.
_SEUL_MAX = _DEBUT_MAX + 16 * _PAQUET


def lire_f14(source: BinaryIO, fichier: str) -> Iterator[Production | Entree | FauteAnnuaire]:
    """Yield the head of one export, then its structures, services and faults, as they come.

    ``ligne`` of an entry is the rank of its element in the block, from 1: files of this size outgrow the line numbers of libxml2.
    """
    lecture = _Lecture(fichier)
    try:
        parser = _analyseur(("end",), [f"{{*}}{nom}" for nom in (*_BLOCS, *_ENTETE)])
        for morceau in chain((_debut(source),), iter(lambda: source.read(_PAQUET), b"")):
            parser.feed(morceau)
            for _, element in cast("Iterator[tuple[str, _Element]]", parser.read_events()):
                yield from lecture.fin(element)
            lecture.avancer(len(morceau))
        parser.close()
    except Illisible as error:
        yield faute(error.code, fichier, None, **error.faits)
    except etree.XMLSyntaxError as error:
        yield faute("ANN-12", fichier, error.lineno, valeur=error.msg)


def _analyseur(events: tuple[Literal["start", "end"]], tag: list[str] | None = None) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=events,
        tag=tag,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )


def _debut(source: BinaryIO) -> bytes:
    """Return the first bytes, root included: another document is refused before its tree grows, one with a DOCTYPE too."""
    parser, lu = _analyseur(("start",)), b""
    while len(lu) < _DEBUT_MAX and (morceau := source.read(_PAQUET)):
        lu += morceau
        parser.feed(morceau)
        for _, racine in cast("Iterator[tuple[str, _Element]]", parser.read_events()):
            if racine.getroottree().docinfo.internalDTD is not None:
                raise Illisible("ANN-13")
            if (nom := _local(racine)) != _RACINE:
                raise Illisible("ANN-14", valeur=nom, attendu=_RACINE)
            return lu
    raise Illisible("ANN-14", valeur="?", attendu=_RACINE)


class _Lecture:
    """What has to be remembered along one export: its head, and the public legal units."""

    def __init__(self, fichier: str) -> None:
        self._fichier = fichier
        self._entete: dict[str, str] = {}
        self._siren_publics: set[str] = set()
        self._rangs = dict.fromkeys(_BLOCS, 0)
        self._seul = 0

    def avancer(self, octets: int) -> None:
        """Count bytes read. :raises Illisible: none of the elements that are emptied ended in too many of them."""
        self._seul += octets
        if self._seul > _SEUL_MAX:
            raise Illisible("ANN-23", maximum=_SEUL_MAX)

    def fin(self, element: _Element) -> Iterator[Production | Entree | FauteAnnuaire]:
        """Yield what an element that has just ended gives, and empty it."""
        nom, self._seul = _local(element), 0
        if nom in _ENTETE:
            self._entete[nom] = (element.text or "").strip()
            if nom == _ENTETE[-1]:
                yield self._production()
            _oublier(element)
            return
        self._rangs[nom] += 1
        try:
            valeur = self._valeur(nom, _champs(element))
            if valeur is not None:
                yield valeur
        except Illisible as error:
            yield faute(error.code, self._fichier, self._rangs[nom], **error.faits)
        _oublier(element)

    def _production(self) -> Production:
        """Build the head; ``TypeFlux`` is its last element."""
        mode = _TYPES.get(self._entete["TypeFlux"])
        if mode is None:
            raise Illisible("ANN-09", champ="TypeFlux (DT-2)", valeur=self._entete["TypeFlux"], admises="C, D")
        produit = valeurs.horodate("HorodateProduction (DT-0)", self._entete.get("HorodateProduction", ""))
        precedent = self._entete.get("DernierHorodateProduction")
        return Production(mode, produit, valeurs.horodate("DernierHorodateProduction (DT-1)", precedent) if precedent else None)

    def _valeur(self, nom: str, champs: dict[str, str]) -> Entree | None:
        if nom == "UniteLegale":
            if champs.get("TypeEntite") == "P":
                self._siren_publics.add(champs.get("IdSIREN", ""))
        elif nom == "Etablissement":
            structure = _structure(champs)
            publique = "DonneesB2G" in champs or structure.siret[:9] in self._siren_publics
            return Entree(structure, self._fichier, self._rangs[nom], partielle=True, publique=publique)
        elif nom == "CodeRoutage":
            return Entree(_service(champs), self._fichier, self._rangs[nom], partielle=True)
        return None


def _local(element: _Element) -> str:
    """Return the local name. Ten times faster than ``etree.QName``, and twenty million come in an export."""
    return str(element.tag).rpartition("}")[2]


def _oublier(element: _Element) -> None:
    """Empty an element that ended, and take away all that ended before it."""
    element.clear()
    noeud: _Element | None = element
    while noeud is not None:
        parent = noeud.getparent()
        while parent is not None and noeud.getprevious() is not None:
            del parent[0]
        noeud = parent


def _champs(element: _Element) -> dict[str, str]:
    """Return the texts of an element's children and of the children of ``DonneesB2G``, by local name."""
    champs = {}
    for enfant in element:
        nom = _local(enfant)
        champs[nom] = (enfant.text or "").strip()
        if nom == "DonneesB2G":
            for drapeau in enfant:
                champs[f"B2G/{_local(drapeau)}"] = (drapeau.text or "").strip()
    return champs


def _structure(champs: dict[str, str]) -> Structure:
    siret = valeurs.siret(champs.get("IdSIRET", ""))
    return Structure(
        siret,
        valeurs.nom(champs.get("Nom", "")),
        actif=_actif(champs),
        engagement_requis=_drapeau(champs, "B2G/EngagementJuridique"),
        service_requis=_drapeau(champs, "B2G/Service"),
        engagement_ou_service=_drapeau(champs, "B2G/EngJurServ"),
        moa=_drapeau(champs, "B2G/MOA"),
        moa_unique=_drapeau(champs, "B2G/MOAunique"),
        statut_mise_en_paiement=_drapeau(champs, "B2G/StatutMiseEnPaiement"),
        etat=siret in SIRETS_ETAT,
    )


def _service(champs: dict[str, str]) -> Service:
    return Service(
        valeurs.siret(champs.get("IdSIRET", "")),
        valeurs.code_service(champs.get("IdRoutage", "")),
        valeurs.nom(champs.get("Nom", "")),
        actif=_actif(champs),
        engagement_requis=_drapeau(champs, "EngagementJuridique"),
    )


def _actif(champs: dict[str, str]) -> bool:
    """Active by its state (DT-4-2, DT-5-2), unless the export says that it goes out of force (``S``: DT-4-1, DT-5-1)."""
    statut, motif = champs.get("Statut", ""), champs.get("MotifPresence", "")
    if statut not in ("A", "I"):
        raise Illisible("ANN-09", champ="Statut", valeur=statut, admises="A, I")
    if motif not in ("C", "P", "S"):
        raise Illisible("ANN-09", champ="MotifPresence", valeur=motif, admises="C, P, S")
    return statut == "A" and motif != "S"


def _drapeau(champs: dict[str, str], nom: str) -> bool:
    return valeurs.booleen(nom, champs.get(nom, ""), defaut=False)
