"""Certificates of the partners: read, judged, renewed without a gap. Who may connect with which one, and why.

``lecture`` reads what was deposited, ``verdict`` judges it line by line (``chaine``, ``controles``, ``revocation``, ``service``),
``autorites`` and ``tsl`` say which authorities are accepted, ``renouvellement`` and ``preavis`` keep partners connected.
"""
