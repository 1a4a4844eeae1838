"""Settings at their limits: what could not be used later is refused when it is read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, ValidationError

from flux.config import Reglages
from flux.reglages_certificats import ReglagesCertificats
from flux.reglages_retention import ReglagesRetention
from flux.reglages_sante import ReglagesSante


def durees() -> Iterator[tuple[type[BaseModel], str, str]]:
    """Yield each setting that is a span of time: model, name, unit."""
    for model in (Reglages, ReglagesCertificats, ReglagesRetention, ReglagesSante):
        for name, field in model.model_fields.items():
            unit = (field.description or "").partition(" ")[0]
            if unit in {"Seconds", "Days"}:
                yield model, name, unit


def plus_longue(model: type[BaseModel], name: str) -> int:
    """Return the longest span that a setting takes, by powers of ten."""
    default = model.model_fields[name].get_default(call_default_factory=True)
    key = {"bloque_apres": "recu", "silences": "recevoir"}.get(name)
    taken = 0
    for span in (10**n for n in range(1, 20)):
        given = {key: span} if key else (span,) if isinstance(default, tuple) else span
        try:
            model.model_validate({name: given})
        except ValidationError:
            continue
        taken = span
    return taken


@pytest.mark.parametrize(("model", "name", "unit"), list(durees()), ids=lambda one: getattr(one, "__name__", one))
def test_the_longest_span_of_a_setting_leads_to_a_day_that_sorts_as_it_is_written(model, name, unit):
    longest = timedelta(**{unit.lower(): plus_longue(model, name)})
    assert longest >= timedelta(seconds=10)
    limit = datetime(2026, 11, 26, tzinfo=UTC) - longest
    assert "00010101" < f"{limit:%Y%m%d}" <= "20261126"
    assert len(f"{limit:%Y%m%d}") == 8


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (Reglages, {"metriques_adresse": "127.0.0.1:65536"}),
        (ReglagesSante, {"sftp": "sftp://plateforme@hote:65536"}),
        (Reglages, {"interface_retour_inconnue": "CSO00000A"}),
        (Reglages, {"interface_retour_inconnue": "FSO0000A"}),  # what counts as an answer begins with C
        (Reglages, {"interface_flux_illisible": "CEN1202A"}),
    ],
)
def test_what_no_part_of_the_platform_could_use_is_refused(model, given):
    with pytest.raises(ValidationError):
        model.model_validate(given)
    assert model()
