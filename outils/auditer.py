"""``make audit``: known vulnerabilities of the locked packages, by pip-audit. What was not looked up is never called clean.

pip-audit ends with 0 when the service knows none of the packages (a mirror without vulnerabilities, say): this reads its report instead.
Exit codes: 0 all looked up and clean, 1 vulnerabilities found, 3 not audited, or not wholly.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

VERROU = Path(__file__).resolve().parents[1] / "requirements.lock"
#: What `make sbom` installs, in an environment of its own.
VERROU_SBOM = VERROU.with_name("requirements-sbom.lock")
SAIN, VULNERABLE, NON_AUDITE = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Bilan:
    """What an audit says. :ivar code: exit code. :ivar lignes: what is printed."""

    code: int
    lignes: tuple[str, ...]


def juger(rapport: str, erreur: str = "") -> Bilan:
    """Return what a report of pip-audit (JSON) means. :param erreur: what it wrote beside, told when there is no report."""
    try:
        rows = json.loads(rapport)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = (erreur.strip().splitlines() or ["no report"])[-1]
        return Bilan(NON_AUDITE, (f"NOT AUDITED: the vulnerability service did not answer ({said[:200]}).", _SUITE))
    skipped = [one["name"] for one in rows if "skip_reason" in one]
    found = [
        f"{one['name']} {one['version']}: {vuln['id']}, fixed in {', '.join(vuln['fix_versions']) or 'no version yet'}"
        for one in rows
        for vuln in one.get("vulns", ())
    ]
    lines = list(found)
    if skipped or not rows:
        lines.append(f"NOT AUDITED: {len(skipped)} of {len(rows)} packages ({', '.join(skipped[:5])}{'…' if len(skipped) > 5 else ''}).")
        lines.append(_SUITE)
    code = VULNERABLE if found else NON_AUDITE if skipped or not rows else SAIN
    if code == SAIN:
        lines.append(f"{len(rows)} packages audited, no known vulnerability.")
    return Bilan(code, tuple(lines))


_SUITE = "Run it again where the service can be reached: make audit, or make audit SERVICE=osv."


def principal(service: str = "pypi") -> int:
    """Audit the locks, print what was found, return the exit code. :param service: ``pypi`` or ``osv``."""
    verrous = [option for one in (VERROU, VERROU_SBOM) for option in ("--requirement", str(one))]
    command = [
        sys.executable, "-m", "pip_audit", *verrous, "--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off",
        "--vulnerability-service", service,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    bilan = juger(done.stdout, done.stderr)
    sys.stdout.write("\n".join(bilan.lignes) + "\n")
    return bilan.code


if __name__ == "__main__":
    sys.exit(principal(*sys.argv[1:]))
