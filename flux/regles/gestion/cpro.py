"""BR-FR-CPRO: what Chorus Pro asks of invoices of the reform towards public entities (XP Z12-012 §4.5.3).

Told elsewhere: 02 (document), 04 to 08 (identifiants), 10 to 13 and 23 (destinataire), 16, 18, 21 to 23, 25 to 28 (cpro_blocs),
41 (pieces_jointes).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from flux.modele.facture import Facture, Identifiant, Partie
from flux.referentiel.interfaces import Ere
from flux.referentiel.schemas_identifiants import SCHEMAS_IDENTIFIANTS
from flux.regles.gestion.longueurs import longueur, longueurs
from flux.regles.gestion.regle import FEV_2026, REFORME, XP, Constat, ContexteRegles, Regle, Verifier

#: Schemes that may identify a supplier, a payee or an agent (BR-FR-CPRO-03, 17, 18).
FOURNISSEUR: frozenset[str] = frozenset(code for code, row in SCHEMAS_IDENTIFIANTS.items() if row.ere is Ere.REFORME and row.fournisseur)
_LIGNES_MAX = 1_000_000
_TYPES_DE_CONTRAT = ("CONTRAT", "MARCHE")


# --- identity ---------------------------------------------------------------------------------------------------------


def noms_des_schemas(codes: Iterable[str]) -> str:
    """Return ``0009 (SIRET), 0223 (UE_HORS_FRANCE)…``."""
    return ", ".join(f"{code} ({SCHEMAS_IDENTIFIANTS[code].nom})" for code in sorted(codes))


def _a_un_schema(partie: Partie, schemas: Container[str | None]) -> bool:
    return any(one.schema in schemas for one in partie.identifiants)


def _fournisseur(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    """03. A supplier with a SIREN is told by 09."""
    if _a_un_schema(f.vendeur, FOURNISSEUR) or f.vendeur.identifiant("0002") is not None:
        return ()
    return (Constat("BT-29", expected=noms_des_schemas(FOURNISSEUR), absent=True),)


def _siret_du_fournisseur(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    siren = f.vendeur.identifiant("0002")
    if siren is None or _a_un_schema(f.vendeur, ("0009",)):
        return ()
    return (Constat("BT-29", absent=True, faits={"siren": siren}),)


def _siret_du_destinataire(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return () if _a_un_schema(f.acheteur, ("0009",)) else (Constat("BT-46", absent=True),)


def _beneficiaire(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.beneficiaire is None:
        return ()
    admis = ("0009",) if f.beneficiaire.identifiant("0002") is not None else FOURNISSEUR
    return () if _a_un_schema(f.beneficiaire, admis) else (Constat("BT-60", expected=noms_des_schemas(admis), absent=True),)


def _cadre_interdit(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return (Constat("BT-23", "S5"),) if f.cadre == "S5" else ()


# --- how many ----------------------------------------------------------------------------------------------------------


def _trop_de_lignes(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return () if len(f.lignes) < _LIGNES_MAX else (Constat("BG-25", len(f.lignes), _LIGNES_MAX - 1, absent=True),)


def _une_anterieure(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    references = f.factures_anterieures
    return () if len(references) <= 1 else (Constat("BT-25", references[1].numero, 1, 1, faits={"nombre": len(references)}),)


# --- texts -------------------------------------------------------------------------------------------------------------


def _comptes(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    """39: blanks of an IBAN do not count."""
    return [
        Constat("BT-84", compte.numero, 27, faits={"length": len(compte.numero.replace(" ", ""))})
        for one in f.paiements
        for compte in one.comptes
        if len(compte.numero) > 27 and len(compte.numero.replace(" ", "")) > 27
    ]


def _valeur(one: Identifiant | None) -> str | None:
    return None if one is None else one.valeur


def _type_de_contrat(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.contrat_type is None or f.contrat_type in _TYPES_DE_CONTRAT:
        return ()
    return (Constat("EXT-FR-FE-01", f.contrat_type, ", ".join(_TYPES_DE_CONTRAT)),)


def _r(numero: str, termes: tuple[str, ...] | str, verifier: Verifier, suffixe: str = "") -> Regle:
    publie = (termes,) if isinstance(termes, str) else termes
    return Regle(f"CPRO-{numero}{suffixe}", f"BR-FR-CPRO-{numero}", REFORME, publie, XP, verifier, depuis=FEV_2026)


REGLES = (
    _r("01", "EXT-FR-FE-01", _type_de_contrat),
    _r("03", "BT-29", _fournisseur),
    _r("09", "BT-29", _siret_du_fournisseur),
    _r("10", "BT-46", _siret_du_destinataire),
    _r("14", "BT-12", longueur("BT-12", 50, lambda f: f.contrat)),
    _r("15", "BT-13", longueur("BT-13", 50, lambda f: f.engagement)),
    _r("17", "BT-60", _beneficiaire),
    _r("19", "BG-25", _trop_de_lignes),
    _r("20", "BT-25", _une_anterieure),
    _r("24", "BT-23", _cadre_interdit),
    _r("29", "BT-120", longueurs("BT-120", 1024, lambda f: [one.exoneration for one in f.tva])),
    _r("30", "BT-122", longueurs("BT-122", 50, lambda f: [one.reference for one in f.pieces_jointes])),
    _r("31", "BT-154", longueurs("BT-154", 1024, lambda f: [one.description for one in f.lignes])),
    _r("32", "BT-35", longueur("BT-35", 400, lambda f: None if f.vendeur.adresse is None else f.vendeur.adresse.ligne1)),
    _r("33", "BT-37", longueur("BT-37", 400, lambda f: None if f.vendeur.adresse is None else f.vendeur.adresse.ville)),
    _r("34", "BT-45", longueur("BT-45", 99, lambda f: f.acheteur.nom_commercial)),
    _r("35", "BT-20", longueur("BT-20", 1024, lambda f: f.conditions_paiement)),
    _r("36", "BT-28", longueur("BT-28", 99, lambda f: f.vendeur.nom_commercial)),
    _r("37", "BT-59", longueur("BT-59", 99, lambda f: None if f.beneficiaire is None else f.beneficiaire.nom)),
    _r("38", "BT-71", longueur("BT-71", 20, lambda f: None if f.livraison is None else _valeur(f.livraison.lieu))),
    _r("39", "BT-84", _comptes),
    _r("40", "EXT-FR-FE-146", longueurs("EXT-FR-FE-146", 20, lambda f: [_valeur(one.lieu_livraison) for one in f.lignes])),
    _r("42", "BT-22", longueurs("BT-22", 1024, lambda f: [one.texte for one in f.notes])),
    _r("43", "BT-27", longueur("BT-27", 99, lambda f: f.vendeur.nom)),
    _r("44", "BT-44", longueur("BT-44", 99, lambda f: f.acheteur.nom)),
)  # fmt: skip
