"""Who the parties are: schemes of the era, form and key of each identifier, VAT numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flux.modele.facture import Facture, Identifiant, Partie
from flux.referentiel.catalogue import Severite
from flux.referentiel.interfaces import Ere
from flux.referentiel.schemas_identifiants import PROPRES_A, SCHEMAS_IDENTIFIANTS, Schema, tva_valide
from flux.regles.gestion.regle import (
    AIFE,
    ANNEXE_7,
    CLASSIQUE,
    PIVOT,
    REFORME,
    TOUTES,
    XP,
    Constat,
    ContexteRegles,
    Regle,
)

#: Schemes known in the classic formats beside :data:`PROPRES_A`: Factur-X towards Chorus Pro writes a SIRET under 0002.
_SIREN_OU_SIRET = "0002"
#: Characters of a SIRET.
_SIRET = 14
_TERMES = ("BT-29", "BT-30", "BT-46", "BT-47", "BT-60", "BT-61")


def parties(f: Facture) -> Iterator[tuple[Partie, str, str]]:
    """Yield each party with the terms of its identifiers and of its legal identifier."""
    yield f.vendeur, "BT-29", "BT-30"
    yield f.acheteur, "BT-46", "BT-47"
    if f.beneficiaire is not None:
        yield f.beneficiaire, "BT-60", "BT-61"


def _identifiants(f: Facture) -> list[tuple[str, Identifiant]]:
    found = []
    for partie, terme, legal in parties(f):
        found += [(terme, one) for one in partie.identifiants]
        if partie.identifiant_legal is not None:
            found.append((legal, partie.identifiant_legal))
    return found


def _schema_juge(one: Identifiant, ere: Ere) -> Schema | None:
    """Return the scheme that an identifier is judged by; ``None`` for one that the era does not know, which other rules tell."""
    schema = SCHEMAS_IDENTIFIANTS.get(one.schema or "")
    if schema is None or schema.ere is ere:
        return schema
    return SCHEMAS_IDENTIFIANTS["1"] if one.schema == _SIREN_OU_SIRET and len(one.valeur) == _SIRET else None


def _formes(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """One walk tells the rules of every scheme of the era."""
    ere, found = c.interface.ere, []
    for terme, one in _identifiants(f):
        schema = _schema_juge(one, ere)
        if schema is None or schema.valide is None or schema.valide(one.valeur):
            continue
        faits = {"schema": one.schema, "nom": schema.nom, "forme_fr": schema.forme_fr, "forme_en": schema.forme_en}
        found.append(Constat(terme, one.valeur, schema.forme_fr, regle=schema.regle, faits=faits))
    return found


def _autre_ere(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    autre = PROPRES_A[Ere.CLASSIQUE if c.interface.ere is Ere.REFORME else Ere.REFORME]
    return [
        Constat(terme, one.valeur, faits={"schema": one.schema, "nom": _nom(one.schema), "interface": c.interface.code})
        for terme, one in _identifiants(f)
        if one.schema in autre
    ]


def _nom(schema: str | None) -> str:
    row = SCHEMAS_IDENTIFIANTS.get(schema or "")
    return "SERVICE" if row is None else row.nom


def _schema_inconnu(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    connus = PROPRES_A[Ere.CLASSIQUE]
    return [
        Constat(terme, one.valeur, "1, 2, 3, 4, 5, 6, 7", faits={"schema": one.schema})
        for terme, one in _identifiants(f)
        if one.schema is not None
        and one.schema not in connus
        and one.schema != _SIREN_OU_SIRET
        and one.schema not in PROPRES_A[Ere.REFORME]
    ]


def _siren_du_siret(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    found = []
    for partie, terme, _legal in parties(f):
        siret, siren = partie.identifiant("0009"), partie.identifiant("0002")
        if siret is not None and siren is not None and not siret.startswith(siren[:9]):
            found.append(Constat(terme, siret, siren, faits={"siren": siren}))
    return found


def _fournisseur_absent(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.vendeur.identifiants or f.vendeur.identifiant_legal is not None:
        return ()
    return (Constat("BT-29", absent=True),)


def _destinataire_absent(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return () if f.siret_destinataire is not None else (Constat("BT-46", absent=True),)


def _tva(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    representant = None if f.representant_fiscal is None else f.representant_fiscal.tva
    return [
        Constat(terme, value)
        for terme, value in (("BT-31", f.vendeur.tva), ("BT-48", f.acheteur.tva), ("BT-63", representant))
        if value is not None and not tva_valide(value)
    ]


_W = Severite.AVERTISSEMENT
_TYPES = "CPPStatutPivot V1_19, TypeIdentifiant"
_TVA = ("BT-31", "BT-48", "BT-63")


def _forme(cle: str, publie: str, ere: frozenset[Ere], source: str) -> Regle:
    return Regle(cle, publie, ere, _TERMES, source, None)


REGLES = (
    Regle("ERE-03", "", REFORME, _TERMES, f"{ANNEXE_7}, G1.73", _autre_ere),
    Regle("ERE-04", "", CLASSIQUE, _TERMES, _TYPES, _autre_ere),
    Regle("GES-G2.07", "G2.07", TOUTES, _TERMES, f"{ANNEXE_7}, G2.07; INSEE, key of the SIRET", _formes),
    _forme("GES-G1.89", "G1.89", REFORME, f"{ANNEXE_7}, G1.89; INSEE, key of the SIREN"),
    _forme("IDT-02", "", CLASSIQUE, _TYPES),
    _forme("IDT-03", "", CLASSIQUE, _TYPES),
    _forme("IDT-04", "", CLASSIQUE, _TYPES),
    _forme("IDT-05", "", CLASSIQUE, _TYPES),
    _forme("CPRO-04", "BR-FR-CPRO-04", REFORME, XP),
    _forme("CPRO-05", "BR-FR-CPRO-05", REFORME, XP),
    _forme("CPRO-06", "BR-FR-CPRO-06", REFORME, XP),
    _forme("CPRO-07", "BR-FR-CPRO-07", REFORME, XP),
    _forme("CPRO-08", "BR-FR-CPRO-08", REFORME, XP),
    Regle("IDT-01", "", CLASSIQUE, _TERMES, _TYPES, _schema_inconnu),
    Regle("GES-G1.80", "G1.80", REFORME, ("BT-29", "BT-46", "BT-60"), f"{ANNEXE_7}, G1.80", _siren_du_siret, officielle="BR-FR-09"),
    Regle("IDT-11", "", CLASSIQUE, ("BT-29",), f"{PIVOT}, Fournisseur/Identifiant", _fournisseur_absent),
    Regle("IDT-12", "", CLASSIQUE, ("BT-46",), f"{PIVOT}, Debiteur/Identifiant", _destinataire_absent),
    Regle("IDT-10", "", TOUTES, _TVA, f"keys of the VAT numbers (VIES); no published rule rejects; {AIFE} (FSO1117A P07)", _tva),
)  # fmt: skip
