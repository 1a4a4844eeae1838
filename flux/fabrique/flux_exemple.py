"""A whole example flow: invoices, faults, name, file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flux.enveloppe import NomFlux, verifier_application
from flux.errors import ErreurUsage
from flux.fabrique.classique import classique
from flux.fabrique.defauts import DEFAUTS, Cible, Defaut
from flux.fabrique.ecrire_cii import ecrire_cii
from flux.fabrique.ecrire_cpp import ecrire_cpp_facture
from flux.fabrique.ecrire_ubl import ecrire_ubl
from flux.fabrique.facture import fabriquer_facture
from flux.fabrique.fichier import ecrire_flux
from flux.fabrique.niveaux import Niveau
from flux.modele.facture import Facture
from flux.referentiel.interfaces import INTERFACES, RETIREES, Ere, Format, Interface

#: Latest issue date of the invoices unless asked otherwise: fixed, so that a seed gives the same bytes on any day.
LE = date(2026, 9, 30)
#: Days that an invoice of the examples may bear: some of its dates are before, some after.
PREMIER, DERNIER = date(1900, 1, 1), date(2999, 12, 31)

#: Format → what writes the XML of an invoice at a level, which Factur-X alone has.
_ECRITURES: dict[Format, Callable[[Facture, Niveau], bytes]] = {
    Format.UBL: lambda facture, _: ecrire_ubl(facture),
    Format.CII: lambda facture, _: ecrire_cii(facture),
    Format.FACTURX: ecrire_cii,
    Format.CPP_FACTURE: lambda facture, _: ecrire_cpp_facture(facture),
}


def verifier_exemples(rows: Iterable[Interface]) -> None:
    """Stop the import on an interface of which no sample can be made.

    :raises RuntimeError: names the row.
    """
    for row in rows:
        if row.format not in _ECRITURES:
            raise RuntimeError(f"interface {row.code} has no sample: nothing writes {row.format}")


verifier_exemples(INTERFACES.values())


@dataclass(frozen=True, slots=True)
class Demande:
    """What to make.

    :ivar interface: a code of the interface table. :ivar factures: number of invoices, from 1. :ivar lignes: lines of each, from 1.
    :ivar graine: seed. :ivar application: application code, three capitals and three digits. :ivar sequence: sequence of the flow id.
    :ivar niveau: level of the XML, Factur-X only. :ivar avoirs: only credit notes (True), none (False), some (None).
    :ivar defauts: names of faults, see :mod:`flux.fabrique.defauts`. :ivar part_fautive: part of the invoices that bear one, 0 to 1.
    :ivar le: latest issue date, from :data:`PREMIER` to :data:`DERNIER`.
    """

    interface: str
    factures: int = 1
    lignes: int = 5
    graine: int = 0
    application: str = "ABC123"
    sequence: int = 1
    niveau: Niveau = Niveau.EN16931
    avoirs: bool | None = None
    defauts: tuple[str, ...] = ()
    part_fautive: float = 0.1
    le: date = LE

    @property
    def ligne(self) -> Interface:
        """The interface's row."""
        return INTERFACES[self.interface]


@dataclass(frozen=True, slots=True)
class Ecrit:
    """What was made: the file, its size in bytes, and the rank and fault of each faulty invoice."""

    chemin: Path
    taille: int
    fautives: tuple[tuple[int, str], ...]


def ecrire_exemple(demande: Demande, dossier: Path) -> Ecrit:
    """Make the flow that ``demande`` describes and write it in ``dossier``, which is made if needed.

    :raises ErreurUsage: when an interface, a fault, a number or a day cannot be used, or the folder be written in. Facts name it.
    """
    defauts = _verifier(demande)
    nom = str(NomFlux.construire(demande.interface, demande.application, demande.sequence))
    for one in defauts:
        if one.texte is not None:
            nom = one.texte(nom)
    du_flux = [one for one in defauts if one.cible is Cible.FLUX]
    fautives = _repartir(demande, [one for one in defauts if one.cible not in {Cible.FLUX, Cible.NOM}])
    chemin = dossier / nom
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        taille = ecrire_flux(chemin, _documents(demande, fautives), archive=demande.factures > 1 or bool(du_flux))
        for one in du_flux:
            if one.octets is not None:
                taille = chemin.write_bytes(one.octets(chemin.read_bytes()))
    except OSError as error:
        raise ErreurUsage(
            f"{dossier} : le flux n'a pas pu y être écrit, choisissez un dossier où écrire / the flow could not be written there, choose "
            f"a folder to write in: {error.strerror or error}",
            path=str(dossier),
        ) from error
    return Ecrit(chemin, taille, tuple((rang, one.nom) for rang, one in fautives.items()))


def _verifier(demande: Demande) -> list[Defaut]:
    if demande.interface not in INTERFACES:
        raise _sans_interface(demande.interface)
    verifier_application(demande.application, "--application")
    if demande.factures < 1 or demande.lignes < 1 or not 0 <= demande.part_fautive <= 1:
        raise ErreurUsage("invoices and lines count from 1, the faulty part goes from 0 to 1", invoices=demande.factures)
    if not PREMIER <= demande.le <= DERNIER:
        raise ErreurUsage(
            f"--le {demande.le} : choisissez un jour du {PREMIER} au {DERNIER} / choose a day from {PREMIER} to {DERNIER}", le=demande.le
        )
    for nom in demande.defauts:
        if nom not in DEFAUTS:
            raise ErreurUsage(
                f"--defauts {nom} : défaut inconnu, choisissez parmi ceux-ci / unknown fault, choose one of these: {', '.join(DEFAUTS)}",
                fault=nom,
            )
        if not DEFAUTS[nom].convient(demande.ligne):
            raise ErreurUsage(
                f"--defauts {nom} : ce défaut ne s'applique pas à {demande.interface}, choisissez-en un autre / does not apply to "
                f"{demande.interface}, choose another one",
                fault=nom,
            )
    return [DEFAUTS[nom] for nom in demande.defauts]


def _sans_interface(code: str) -> ErreurUsage:
    fermee = RETIREES.get(code)
    if fermee is None:
        fr, en, codes = "inconnue", "unknown interface", tuple(INTERFACES)
    else:
        fr, en, codes = f"fermée ({fermee.quand_fr})", f"closed interface ({fermee.quand_en})", fermee.remplacee_par
    return ErreurUsage(
        f"--interface {code} : interface {fr}, donnez l'un de ces codes / {en}, give one of these codes: {', '.join(codes)}", interface=code
    )


def _repartir(demande: Demande, defauts: list[Defaut]) -> dict[int, Defaut]:
    """Spread the faults over the invoices, evenly; at least each fault once while there are invoices for them."""
    if not defauts:
        return {}
    combien = min(demande.factures, max(len(defauts), round(demande.factures * demande.part_fautive)))
    return {i * demande.factures // combien: defauts[i % len(defauts)] for i in range(combien)}


def _documents(demande: Demande, fautives: dict[int, Defaut]) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each invoice; the names follow the ones of Chorus Pro's own sample archive."""
    suffixe = "pdf" if demande.ligne.pdf else "xml"
    chiffres = demande.ligne.chiffres
    for rang in range(demande.factures):
        nom = f"{demande.interface}_{demande.application}_{demande.application}{chiffres}{rang + 1:09d}.{suffixe}"
        yield nom, _document(demande, rang, fautives.get(rang))


def _document(demande: Demande, rang: int, defaut: Defaut | None) -> bytes:
    facture = fabriquer_facture(demande.graine, rang, demande.lignes, demande.le, avoir=demande.avoirs)
    cible = defaut.cible if defaut else None
    if defaut and defaut.facture:
        facture = defaut.facture(facture)
    if demande.ligne.ere is Ere.CLASSIQUE:
        facture = classique(facture, demande.ligne)
    contenu = _ECRITURES[demande.ligne.format](facture, demande.niveau)
    if defaut and defaut.octets and cible is Cible.XML:
        contenu = defaut.octets(contenu)
    if demande.ligne.pdf:
        from flux.fabrique.ecrire_facturx import assembler  # noqa: PLC0415 - its libraries take 0.5 s to load, XML needs none

        contenu = assembler(facture, contenu, demande.niveau)
    if defaut and defaut.octets and cible in {Cible.PDF, Cible.DOCUMENT}:
        contenu = defaut.octets(contenu)
    return contenu
