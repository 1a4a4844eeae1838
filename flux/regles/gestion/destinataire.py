"""The recipient: a public entity, which the directory knows and which gets what it asks for."""

from __future__ import annotations

from collections.abc import Sequence

from flux.annuaire import Adressage, Annuaire, verifier_adressage
from flux.annuaire import ConstatDestinataire as C
from flux.annuaire.destinataire import Constat as ConstatAnnuaire
from flux.annuaire.modele import SIRET_NON_RENSEIGNE
from flux.modele.facture import Facture
from flux.referentiel.cadres import CADRES_TRAVAUX, SOUS_TRAITANCE_DIRECTE
from flux.referentiel.interfaces import Ere
from flux.regles.gestion.regle import REFORME, SANS_JOUR, TOUTES, XP, Constat, ContexteRegles, Regle

#: What the directory says → key of the rule that tells it. A missing SIRET is told by IDT-12 and CPRO-10, with or without a directory.
_REGLE_DE = {
    C.STRUCTURE_INCONNUE: "DST-01",
    C.STRUCTURE_INACTIVE: "DST-02",
    C.SERVICE_MANQUANT: "DST-03",
    C.SERVICE_INCONNU: "DST-04",
    C.SERVICE_AUTRE_STRUCTURE: "DST-05",
    C.SERVICE_INACTIF: "DST-06",
    C.ENGAGEMENT_MANQUANT_STRUCTURE: "DST-07",
    C.ENGAGEMENT_MANQUANT_SERVICE: "DST-08",
    C.SERVICE_OU_ENGAGEMENT_MANQUANT: "DST-09",
    C.MOA_UNIQUE: "DST-10",
    C.ETAT_SERVICE_MANQUANT: "DST-11",
    C.ETAT_SERVICE_INCONNU: "DST-12",
    C.ENGAGEMENT_PAR_CONTRAT: "DST-13",
}


def _annuaire(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    if c.annuaire is None:
        return ()
    classique = c.interface.ere is Ere.CLASSIQUE
    travaux = classique and f.cadre in CADRES_TRAVAUX
    code = f.code_service if classique else _service_de_la_reforme(f, c.annuaire)
    adressage = Adressage(f.siret_destinataire, code, f.engagement, f.contrat)
    return [
        _constat(found, f, classique=classique)
        for found in verifier_adressage(adressage, c.annuaire, travaux, le=None if c.le == SANS_JOUR else c.le)
        if found.nature in _REGLE_DE and c.annuaire.version
    ]


def _service_de_la_reforme(f: Facture, annuaire: Annuaire) -> str | None:
    """Return BT-46 of scheme 0224. Many write the service in BT-10, as the classic formats do; but BT-10 is any reference of the buyer's:
    it counts where it is a service, or where the recipient asks for one.
    """
    code, reference, siret = f.acheteur.identifiant("0224"), f.reference_acheteur, f.siret_destinataire
    if code is not None or reference is None or siret is None:
        return code
    if siret == SIRET_NON_RENSEIGNE:
        return reference
    structure = annuaire.structure(siret)
    asked = structure is not None and structure.service_requis
    return reference if asked or annuaire.service(siret, reference) is not None else None


def _terme(nature: C, f: Facture, *, classique: bool) -> str:
    """Return the term a finding speaks of: the one that the invoice uses, among the two where a SIRET or a service code may stand."""
    terme = (nature.termes_classiques if classique else nature.termes)[0]
    if nature in (C.STRUCTURE_INCONNUE, C.STRUCTURE_INACTIVE):
        return terme if f.acheteur.identifiants else "BT-47"
    if terme == "BT-46":
        return "BT-10" if f.reference_acheteur is not None and f.acheteur.identifiant("0224") is None else "BT-46-service"
    return terme


def _constat(found: ConstatAnnuaire, f: Facture, *, classique: bool) -> Constat:
    nature = found.nature
    terme = _terme(nature, f, classique=classique)
    structure = "∅" if found.structure is None else f"{found.structure.nom} ({found.structure.siret})"
    faits = {
        "structure": structure,
        "service": "∅" if found.service is None else found.service.code,
        "drapeau": nature.drapeau or "∅",
        "autres": ", ".join(f"{one.nom} ({one.siret})" for one in found.autres) or "∅",
    }
    if nature is C.STRUCTURE_INCONNUE and not classique and f.cadre == SOUS_TRAITANCE_DIRECTE:
        return Constat(terme, found.trouve, regle="CPRO-23", faits=faits)
    if nature is C.MOA_UNIQUE:  # the framework is at fault, not the SIRET
        return Constat(terme, f.cadre, absent=f.cadre is None, regle=_REGLE_DE[nature], faits=faits)
    return Constat(terme, found.trouve, absent=found.trouve is None, regle=_REGLE_DE[nature], faits=faits)


def _perimetre(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """Without a directory, the invoice itself says that its recipient is public: a note ADN whose text is B2G."""
    if (c.annuaire is not None and c.annuaire.version) or not c.interface.destinataires_publics:
        return ()
    marks = [one.texte for one in f.notes if one.sujet == "ADN"]
    if "B2G" in marks:
        return ()
    return (Constat("BG-1", ", ".join(marks) or "∅", "ADN = B2G", absent=True),)


_F14 = "PPF annexe 3 (directory F14)"


def _r(cle: str, publie: str, termes: tuple[str, ...], source: str) -> Regle:
    return Regle(cle, publie, TOUTES, termes, source, None)


REGLES = (
    Regle("PER-01", "", REFORME, ("BG-1",), f"{XP}; Chorus Pro release notes V3.9.4 (invoices towards public entities only)", _perimetre),
    Regle("DST-01", "BR-FR-CPRO-10", TOUTES, ("BT-46", "BT-47"), XP, _annuaire),
    _r("DST-02", "", ("BT-46", "BT-47"), f"{_F14}, DT-4-2"),
    _r("DST-03", "BR-FR-CPRO-11", ("BT-46-service", "BT-10"), f"{XP}; {_F14}, DT-4-13-2"),
    _r("DST-04", "BR-FR-CPRO-11", ("BT-46-service", "BT-10"), XP),
    _r("DST-05", "BR-FR-CPRO-11", ("BT-46-service", "BT-10"), f"{XP}; {_F14}, DT-5-3"),
    _r("DST-06", "", ("BT-46-service", "BT-10"), "Chorus Pro release notes V3.9.4 (active services only)"),
    _r("DST-07", "BR-FR-CPRO-12", ("BT-13",), f"{XP}; {_F14}, DT-4-13-1"),
    _r("DST-08", "", ("BT-13",), f"{_F14}, DT-5-13"),
    _r("DST-09", "BR-FR-CPRO-13", ("BT-46-service", "BT-10"), f"{XP}; {_F14}, DT-4-13-3"),
    _r("DST-10", "", ("BT-23",), f"PPF general dossier §3.5.5.4; {_F14}, DT-4-13-5"),
    _r("DST-11", "", ("BT-46-service", "BT-10"), "AIFE's sample FSO1116A P46"),
    _r("DST-12", "", ("BT-46-service", "BT-10"), "AIFE's sample FSO1116A P46"),
    _r("DST-13", "BR-FR-CPRO-12", ("BT-12",), f"{XP}; AIFE's sample FSO1116A P42"),
)  # fmt: skip
