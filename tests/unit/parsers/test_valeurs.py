from datetime import date
from decimal import Decimal

import pytest

from flux.parsers.valeurs import decimal, jour_102, jour_iso, octets_base64, texte


@pytest.mark.parametrize(("written", "read"), [(None, None), ("", None), (" \n", None), (" a b ", "a b")])
def test_text(written, read):
    assert texte(written) == read


@pytest.mark.parametrize("written", ["0", "1.50", "+1", "-0.5", ".5", "5.", " 12\n", "9" * 40])
def test_decimals_are_read_as_written(written):
    assert str(decimal(written)) == str(Decimal(written.strip()))


@pytest.mark.parametrize("written", [None, "", "1e9", "NaN", "Infinity", "1_000", "1 000", "1,5", "٣", "0x1", "--1", "."])
def test_what_is_no_decimal_is_absent(written):
    assert decimal(written) is None


@pytest.mark.parametrize("written", ["2026-02-28", " 2026-02-28\n", "2026-02-28Z", "2026-02-28+01:00"])
def test_iso_days(written):
    assert jour_iso(written) == date(2026, 2, 28)


@pytest.mark.parametrize(
    "written", [None, "", "20260228", "2026-2-28", "2026-02-30", "2026-W09-1", "2026-02-28T10:00:00", "28/02/2026", "2026-02-28 x"]
)
def test_what_is_no_iso_day_is_absent(written):
    assert jour_iso(written) is None


def test_days_in_format_102():
    assert jour_102(" 20260228 ") == date(2026, 2, 28)


@pytest.mark.parametrize("written", [None, "", "2026-02-28", "20260230", "202602", "2026022８", "00000101"])
def test_what_is_no_day_in_format_102_is_absent(written):
    assert jour_102(written) is None


@pytest.mark.parametrize("written", ["YWJj", " YWJj\n", "YW\nJj", "Y W J j"])
def test_base64_may_hold_blanks(written):
    assert octets_base64(written) == b"abc"


@pytest.mark.parametrize("written", [None, "", "YWJ", "YW=Jj", "YWJj!", "é", "===="])
def test_wrong_base64_is_absent(written):
    assert octets_base64(written) is None
