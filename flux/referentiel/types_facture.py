"""Types of invoice (BT-3, UNTDID 1001). Sources: annexe 7 V1.8 rule G1.01; CPPFacturePivot V2_02 for the classic formats."""

from __future__ import annotations

_TYPES = "261 262 380 381 384 386 389 393 396 471 472 473 500 501 502 503"

#: Reform: the sixteen types of G1.01.
TYPES_REFORME = frozenset(_TYPES.split())
#: Classic formats: invoice and credit note.
TYPES_CLASSIQUES = frozenset({"380", "381"})

AVOIRS = frozenset({"261", "262", "381", "396", "502", "503"})
RECTIFICATIVES = frozenset({"384", "471", "472", "473"})
ACOMPTES = frozenset({"386", "500", "503"})
