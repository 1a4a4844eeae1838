"""A directory as CSV: UTF-8, separator ``;``, one title line; one file for both kinds of rows, or one for each.

A row with an empty (or no) ``code_service`` is a structure; the others are services of the structure ``siret``.

==========================  =========================================================  ==========
column                      value                                                      default
==========================  =========================================================  ==========
siret                       14 digits                                                  mandatory
code_service                1 to 100 characters; empty for a structure                 structure
nom                         name                                                       mandatory
actif                       oui/non, true/false, 1/0                                   oui
engagement_requis           DT-4-13-1 of a structure, DT-5-13 of a service             non
service_requis              DT-4-13-2, structures only                                 non
engagement_ou_service       DT-4-13-3, structures only                                 non
moa                         DT-4-13-4, structures only                                 non
moa_unique                  DT-4-13-5, structures only                                 non
statut_mise_en_paiement     DT-4-13-6, structures only                                 non
etat                        a State structure; structures only                         non
debut, fin                  first and last day in force, AAAA-MM-JJ                    none
==========================  =========================================================  ==========

In a difference, a row replaces what was known of that structure or service; nothing is deleted: a row with ``actif`` = non ends one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO

from flux.annuaire import valeurs
from flux.annuaire.fautes import FauteAnnuaire, Illisible, faute
from flux.annuaire.modele import Entree, Service, Structure

#: Flags that only a structure has.
_DE_STRUCTURE = ("service_requis", "engagement_ou_service", "moa", "moa_unique", "statut_mise_en_paiement", "etat")
COLONNES = ("siret", "code_service", "nom", "actif", "engagement_requis", *_DE_STRUCTURE, "debut", "fin")
_OBLIGATOIRES = ("siret", "nom")
#: Bytes of one line at most (house): thirteen fields, of which the longest has 255 characters.
LIGNE_MAX = 16_384


def lire_csv(source: BinaryIO, fichier: str) -> Iterator[Entree | FauteAnnuaire]:
    """Yield the rows and the faults of one file, in order, a line at a time."""
    lignes = _Lignes(source)
    reader = csv.reader(lignes, delimiter=";", strict=True)
    titres: list[str] = []
    try:
        titres = _titres(next(reader, []))
        for row in reader:
            if row:
                try:
                    yield Entree(_valeur(titres, row), fichier, lignes.numero)
                except Illisible as error:
                    yield faute(error.code, fichier, lignes.numero, **error.faits)
    except Illisible as error:
        yield faute(error.code, fichier, lignes.numero, **error.faits)
    except csv.Error:
        yield faute("ANN-02", fichier, lignes.numero, maximum=LIGNE_MAX)


class _Lignes:
    """The lines of a file as text, each bounded. :ivar numero: of the last one given, from 1."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.numero = 0

    def __iter__(self) -> _Lignes:
        return self

    def __next__(self) -> str:
        octets = self._source.readline(LIGNE_MAX + 1)
        if not octets:
            raise StopIteration
        self.numero += 1
        if len(octets) > LIGNE_MAX:
            raise Illisible("ANN-02", maximum=LIGNE_MAX)
        try:
            return octets.decode("utf-8-sig" if self.numero == 1 else "utf-8")
        except UnicodeDecodeError:
            raise Illisible("ANN-01") from None


def _titres(row: list[str]) -> list[str]:
    titres = [titre.strip().lower() for titre in row]
    if not titres:
        raise Illisible("ANN-22")
    for titre in titres:
        if titre not in COLONNES or titres.count(titre) > 1:
            raise Illisible("ANN-03", colonne=titre, admises=", ".join(COLONNES))
    for titre in _OBLIGATOIRES:
        if titre not in titres:
            raise Illisible("ANN-04", colonne=titre)
    return titres


def _valeur(titres: list[str], row: list[str]) -> Structure | Service:
    if len(row) != len(titres):
        raise Illisible("ANN-05", nombre=len(row), attendu=len(titres))
    champs = dict(zip(titres, map(str.strip, row), strict=True))
    siret, nom = valeurs.siret(champs["siret"]), valeurs.nom(champs["nom"])
    debut, fin = (valeurs.jour(champ, champs.get(champ, "")) for champ in ("debut", "fin"))
    if debut and fin and fin < debut:
        raise Illisible("ANN-10", champ="fin", valeur=fin)
    actif = valeurs.booleen("actif", champs.get("actif", ""), defaut=True)
    engagement = _drapeau(champs, "engagement_requis")
    if champs.get("code_service"):
        for champ in _DE_STRUCTURE:
            if champs.get(champ):
                raise Illisible("ANN-11", champ=champ)
        return Service(siret, valeurs.code_service(champs["code_service"]), nom, actif, engagement, debut, fin)
    drapeaux = {champ: _drapeau(champs, champ) for champ in _DE_STRUCTURE}
    return Structure(siret, nom, actif, engagement, debut=debut, fin=fin, **drapeaux)


def _drapeau(champs: dict[str, str], champ: str) -> bool:
    return valeurs.booleen(champ, champs.get(champ, ""), defaut=False)
