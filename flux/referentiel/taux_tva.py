"""VAT rates and categories that France admits. Sources: annexe 7 V1.8, rules G1.24 (rates) and G2.31 (categories)."""

from __future__ import annotations

from decimal import Decimal

_TAUX = "0 0.9 1.05 1.75 2.1 5.5 7 8.5 9.2 9.6 10 13 19.6 20 20.6"

#: Rates in per cent, those in force and those that older invoices may bear; compared by value (20 and 20.00 are one).
TAUX_TVA = frozenset(map(Decimal, _TAUX.split()))

#: Categories of UNTDID 5305 that are admitted.
CATEGORIES_TVA = frozenset({"S", "E", "AE", "K", "G", "O", "Z"})

#: Code of an exemption reason that only a credit note may bear (G6.21).
AVOIR_NET_DE_TAXE = "VATEX-FR-CNWVAT"
