"""Currencies of ISO 4217, with the day from which a withdrawn one can no longer be used (rule G1.10)."""

from __future__ import annotations

from datetime import date

#: The list of 1 January 2026.
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY
COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA
XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG
"""

#: Codes in force.
_EN_VIGUEUR = frozenset(_CODES.split())

#: Withdrawn code → first day without it: an invoice of an earlier date may still bear it.
_RETIREES = {"ANG": date(2025, 7, 1), "BGN": date(2026, 2, 1), "HRK": date(2023, 1, 15)}


#: Currencies without decimals (minor unit 0 of ISO 4217): their tax is rounded to the unit. XPF is that of the RIDET and TAHITI suppliers.
SANS_DECIMALE = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"]
)


def devise_connue(code: str, le: date | None) -> bool:
    """Return whether ``code`` could be used on day ``le``; without a day, whether it ever could."""
    if code in _EN_VIGUEUR:
        return True
    until = _RETIREES.get(code)
    return until is not None and (le is None or le < until)
