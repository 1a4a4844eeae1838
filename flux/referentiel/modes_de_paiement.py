"""Payment means (BT-81, UNTDID 4461) that Chorus Pro admits. Source: Annexe EDI V4.20, rule S2.05."""

from __future__ import annotations

#: Code → French, English name.
MODES_DE_PAIEMENT: dict[str, tuple[str, str]] = {
    "01": ("non défini", "not defined"),
    "10": ("espèces", "cash"),
    "20": ("chèque", "cheque"),
    "30": ("virement", "credit transfer"),
    "31": ("virement au débit", "debit transfer"),
    "42": ("virement sur compte", "payment to bank account"),
    "48": ("carte", "bank card"),
    "49": ("prélèvement", "direct debit"),
    "58": ("virement SEPA", "SEPA credit transfer"),
    "59": ("prélèvement SEPA", "SEPA direct debit"),
    "97": ("compensation ou report", "clearing between partners"),
}

#: Codes that pay into an account of the supplier (BG-17).
VERS_UN_COMPTE = frozenset({"30", "31", "42", "58"})
