"""Payment: means, accounts, banks."""

from __future__ import annotations

from collections.abc import Sequence

from flux.modele.facture import Facture
from flux.referentiel.cadres import MEMOIRE_JUSTICE
from flux.referentiel.catalogue import Severite
from flux.referentiel.modes_de_paiement import MODES_DE_PAIEMENT, VERS_UN_COMPTE
from flux.referentiel.schemas_identifiants import BIC, RESSEMBLE_IBAN, iban_valide
from flux.referentiel.types_facture import AVOIRS
from flux.regles.gestion.regle import AIFE, CLASSIQUE, EDI, OCA, TOUTES, Constat, ContexteRegles, Regle

#: SEPA transfer: its account is an IBAN and nothing else.
_SEPA = "58"


def _mode_absent(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.type_code in AVOIRS or any(one.code is not None for one in f.paiements):
        return ()
    return (Constat("BT-81", expected=", ".join(MODES_DE_PAIEMENT), absent=True),)


def _mode_inconnu(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return [
        Constat("BT-81", one.code, ", ".join(MODES_DE_PAIEMENT))
        for one in f.paiements
        if one.code is not None and one.code not in MODES_DE_PAIEMENT
    ]


def _mode_sur_avoir(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    if f.type_code not in AVOIRS:
        return ()
    return [Constat("BT-81", one.code) for one in f.paiements[:1] if one.code is not None]


def _iban(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    """An account that looks like an IBAN is one; a SEPA transfer takes nothing else."""
    found = []
    for one in f.paiements:
        if one.code in VERS_UN_COMPTE:
            for compte in one.comptes:
                numero = compte.numero
                if not iban_valide(numero) and (one.code == _SEPA or RESSEMBLE_IBAN(numero)):
                    found.append(Constat("BT-84", numero, faits={"mode": one.code}))
    return found


def _compte_sans_iban(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return [
        Constat("BT-84", compte.numero, faits={"mode": one.code})
        for one in f.paiements
        if one.code in VERS_UN_COMPTE and one.code != _SEPA
        for compte in one.comptes
        if not RESSEMBLE_IBAN(compte.numero)
    ]


def _compte_absent(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    """Justice costs are out: 30 is their constant (G8.20), whatever account they are paid into."""
    if f.type_code in AVOIRS or f.cadre == MEMOIRE_JUSTICE:
        return ()
    return [
        Constat("BT-84", absent=True, faits={"mode": one.code}) for one in f.paiements if one.code in VERS_UN_COMPTE and not one.comptes
    ]


def _bic(f: Facture, _: ContexteRegles) -> Sequence[Constat]:
    return [
        Constat("BT-86", compte.bic)
        for one in f.paiements
        if one.code in VERS_UN_COMPTE
        for compte in one.comptes
        if compte.bic is not None and not BIC(compte.bic)
    ]


_W = Severite.AVERTISSEMENT
_S205 = f"{EDI}, S2.05 p.168-170"
_BANQUE = f"{EDI}, G1.16 to G1.19 (bank coordinates); ISO 13616, ISO 9362"

REGLES = (
    Regle("GES-S2.05a", "S2.05", CLASSIQUE, ("BT-81",), f"{_S205}; semantic table p.22", _mode_absent),
    Regle("GES-S2.05b", "S2.05", CLASSIQUE, ("BT-81",), _S205, _mode_inconnu),
    Regle("GES-S2.05c", "", CLASSIQUE, ("BT-81",), f"{OCA}; contradicted by {AIFE} (P92, P95 to P97)", _mode_sur_avoir, severite=_W),
    Regle("BAN-01", "G1.16-G1.19", TOUTES, ("BT-84",), _BANQUE, _iban),
    Regle("BAN-02", "G1.16-G1.19", TOUTES, ("BT-84",), _BANQUE, _compte_sans_iban),
    Regle("BAN-03", "", TOUTES, ("BT-84",), f"{OCA}; BR-61", _compte_absent, officielle="BR-61"),
    Regle("BAN-04", "G1.16-G1.19", TOUTES, ("BT-86",), _BANQUE, _bic),
)  # fmt: skip
