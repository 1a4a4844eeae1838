"""One deposited file of the disk, judged as the platform would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path

from flux.annuaire import Annuaire
from flux.archive import Membre, ouvrir_flux
from flux.config import Reglages
from flux.controle import juger
from flux.controle_statuts import juger_statuts
from flux.enveloppe import interface_du_nom, verifier_nom
from flux.errors import ErreurUsage
from flux.explication import Cause, regrouper
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.temps import PARIS
from flux.modele.verdict import Decision, VerdictDocument
from flux.referentiel.catalogue import Severite
from flux.referentiel.interfaces import INTERFACES, Interface
from flux.referentiel.interfaces_statuts import InterfaceStatuts
from flux.referentiel.jeux import jeu_en_vigueur
from flux.registre.doublons import cle_tenue, double_du_flux
from flux.regles.officielles.moteur import ReglesOfficielles
from raccordement.certificats.lecture import TAILLE_MAX, est_une_cle


@dataclass(frozen=True, slots=True)
class Jugement:
    """How files are judged.

    :ivar le: the day as of which (Europe/Paris). :ivar interface: row to judge under; ``None`` takes what each name says.
    :ivar annuaire: the directory that recipients are judged by, ``None`` to judge none.
    :ivar severites: severities in use where they are not the published ones, by key of a management rule.
    :ivar officielles: the official rules; ``None`` judges by none.
    """

    reglages: Reglages
    le: date
    interface: Interface | InterfaceStatuts | None = None
    annuaire: Annuaire | None = None
    severites: Mapping[str, Severite] = field(default_factory=dict)
    officielles: ReglesOfficielles | None = None


@dataclass(slots=True)
class VerdictFichier:
    """The verdict on one deposited file: its documents and the anomalies, those of the flow itself included.

    :ivar ecartes: files of an archive that gave no bytes to judge, empty or too large, each with its rank among the documents:
        :meth:`reunir` puts them there.
    """

    fichier: str
    interface: Interface | InterfaceStatuts | None
    le: date
    documents: list[VerdictDocument] = field(default_factory=list)
    anomalies: list[Anomalie] = field(default_factory=list)
    ecartes: list[tuple[int, VerdictDocument]] = field(default_factory=list)

    @property
    def jeu(self) -> str:
        """Code of the rule set that judged it."""
        return jeu_en_vigueur(self.le).code

    @property
    def decision(self) -> Decision:
        """Accepted when nothing blocks; unreadable when no document could be read."""
        if not any(a.bloquante for a in self.anomalies):
            return Decision.ACCEPTE
        readable = any(d.lisible for d in self.documents)
        return Decision.REJETE if readable else Decision.ILLISIBLE

    @property
    def valide(self) -> bool:
        """True when no published rule is broken, whatever the severities in use make of it."""
        return not any(a.invalidante for a in self.anomalies)

    @property
    def refuse_entier(self) -> bool:
        """True when the flow itself is at fault: none of its invoices is integrated."""
        return any(a.bloquante and a.member is None for a in self.anomalies)

    @property
    def de_statuts(self) -> bool:
        """True for a flow of statuses."""
        return isinstance(self.interface, InterfaceStatuts)

    @property
    def total(self) -> int:
        """Number of invoices; of a flow of statuses the statuses, a file that gave none counted as one."""
        return sum(max(one.statuts, 1) for one in self.documents)

    @property
    def acceptees(self) -> int:
        """Number of those accepted; statuses that the ledger will be asked to apply."""
        return sum(one.recevables if one.statuts else one.decision is Decision.ACCEPTE for one in self.documents)

    def causes(self) -> list[Cause]:
        """Return the anomalies by root cause, the most frequent first."""
        documents = (*self.documents, *(one for _, one in self.ecartes))
        return regrouper((one for one in self.anomalies if one.member is None), (one.anomalies for one in documents))

    def reunir(self) -> None:
        """Put the files that gave no bytes among the documents, unreadable ones, as the platform counts them in its answer."""
        for rang, one in self.ecartes:
            self.documents.insert(rang, one)
        self.ecartes.clear()

    def ecarter(self, une: Anomalie) -> None:
        """Note what is no document to judge: a file without bytes, or a fault that refuses the whole flow and all that was judged of it."""
        if une.member is None:
            self.documents.clear()
            self.ecartes.clear()
            self.anomalies[:] = [une]
            return
        self.anomalies.append(une)
        rang = len(self.documents) + len(self.ecartes)
        self.ecartes.append((rang, VerdictDocument(une.member, sha256="", taille=0, facture=None, anomalies=(une,))))


def verifier_fichier(chemin: Path, jugement: Jugement) -> VerdictFichier:
    """Judge one file of the disk as a deposit.

    :raises ErreurUsage: when nothing says the interface, or the file cannot be read.
    """
    verdict = ouvrir_verdict(chemin, jugement)
    for _ in parcourir(chemin, verdict, jugement):
        pass
    verdict.reunir()
    return verdict


def ouvrir_verdict(chemin: Path, jugement: Jugement) -> VerdictFichier:
    """Judge the name of a file; its content is left to :func:`parcourir`.

    :raises ErreurUsage: when it is no file, or nothing says the interface.
    """
    if not chemin.is_file():
        raise ErreurUsage(f"{chemin} n'est pas un fichier / is not a file", file=str(chemin))
    verdict = VerdictFichier(str(chemin), jugement.interface, jugement.le)
    dite = interface_du_nom(chemin.name)
    if jugement.interface is None and dite is None:
        codes = ", ".join(INTERFACES)
        raise ErreurUsage(
            f"le nom de {chemin} ne dit pas l'interface : ajoutez --interface CODE ({codes}) / the name does not say the interface: "
            f"add --interface CODE",
            file=str(chemin),
        )
    nom, row, found = verifier_nom(chemin.name, environnement=jugement.reglages.environnement)
    if jugement.interface is None:
        verdict.interface = row
        verdict.anomalies += found
    elif nom is None and dite is not None and not chemin.suffix:  # a name with a suffix is that of a document, which is free
        verdict.anomalies += found
    return verdict


def parcourir(chemin: Path, verdict: VerdictFichier, jugement: Jugement) -> Iterator[Membre]:
    """Judge each document of a file into ``verdict``; yield those that are not accepted, one in memory at a time.

    :raises ErreurUsage: the file cannot be read.
    """
    row, settings = verdict.interface, jugement.reglages
    if row is None:
        return
    ceiling = settings.limites.factures_structurees if row.limite_factures else None
    tenues: dict[bytes, str] = {}
    try:
        with chemin.open("rb") as source:
            if est_une_cle(source.read(TAILLE_MAX)):
                verdict.anomalies[:] = [anomalie("ARC-12")]
                return
            source.seek(0)
            for found in ouvrir_flux(source, chemin.stat().st_size, chemin.name, settings.limites, factures_max=ceiling):
                if isinstance(found, Anomalie):
                    verdict.ecarter(found)
                    continue
                document = _double(_juger(found, row, jugement), tenues, settings)
                verdict.documents.append(document)
                verdict.anomalies += document.anomalies
                if document.decision is not Decision.ACCEPTE:
                    yield found
    except OSError as error:
        raise ErreurUsage(f"{chemin} ne peut pas être lu / cannot be read: {error.strerror}", file=str(chemin)) from error


def _juger(found: Membre, row: Interface | InterfaceStatuts, jugement: Jugement) -> VerdictDocument:
    settings = jugement.reglages
    if isinstance(row, InterfaceStatuts):
        choix = settings.codes_cdar if row.cdar else settings.codes_cpp
        recu_le = datetime.combine(jugement.le, time.max, PARIS)  # deposited on that day, at the latest
        return juger_statuts(found.nom, found.contenu, row, settings.limites, recu_le=recu_le, choix=choix).document
    return juger(
        found.nom,
        found.contenu,
        row,
        settings.limites,
        le=jugement.le,
        annuaire=jugement.annuaire,
        severites=jugement.severites,
        officielles=jugement.officielles,
    )


def _double(document: VerdictDocument, tenues: dict[bytes, str], reglages: Reglages) -> VerdictDocument:
    """Refuse an invoice that the flow already holds, as the platform will; what other flows hold only the ledger knows.

    :param tenues: key of an invoice → file that holds it; this one is added.
    """
    facture = document.facture
    cle = cle_tenue(facture, document.decision, reglages.numero_libere_par, par_siren=reglages.unicite_par_siren)
    if cle is None or facture is None:
        return document
    if cle in tenues and document.decision is Decision.ACCEPTE:
        return replace(document, anomalies=(*document.anomalies, double_du_flux(facture, document.nom, tenues[cle])))
    tenues.setdefault(cle, document.nom)
    return document
