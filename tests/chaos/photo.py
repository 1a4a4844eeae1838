"""What must not differ between a run with faults and one without: the ledger and every published message, less ids, numbers and instants."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from tests.chaos.promesses import publies
from tests.chaos.scenario import PARTENAIRES

Photo = dict[str, list[object]]

_FLUX = "JOIN flux f ON f.id = x.flux_id"
_REQUETES = {
    "flux": "SELECT p.dossier, x.nom, x.sha256, x.statut, x.acceptees, x.rejetees, x.illisibles, x.membres FROM flux x "
    "JOIN partenaires p ON p.id = x.partenaire_id",
    "factures": f"SELECT f.nom, x.membre_rang, x.numero, x.etat, x.ttc::text, x.detail::text FROM factures x {_FLUX}",
    "statuts": f"SELECT f.nom, x.membre_rang, x.rang, x.code, x.complement FROM statuts x {_FLUX}",
    "anomalies": f"SELECT f.nom, x.membre_rang, x.rule, x.code, x.member, x.path, x.found FROM anomalies x {_FLUX}",
    "envois": f"SELECT p.dossier, x.interface, f.nom, x.membre_rang, x.statut_rang, x.refus FROM envois x {_FLUX} "
    "JOIN partenaires p ON p.id = x.partenaire_id",
    # Not grouped files: which one a message is in may differ.
    "journal": f"SELECT f.nom, f.sha256, x.genre, count(*) FROM journal x {_FLUX} WHERE x.genre <> 'envoi' "
    "AND NOT EXISTS (SELECT FROM sorties s WHERE s.flux_id IS NULL AND x.sujet LIKE s.nom || ' %') GROUP BY f.id, x.genre",
}
#: Names, ids and instants of what the platform writes: those of the process that wrote it.
_PROPRES = re.compile(
    rb"[A-Z]{3}[0-9]{4}[A-Z]_[A-Z0-9]{6}_CPP001[0-9]{19}|CPP001[0-9]{19}"
    rb"|2026-11-2[34]T[0-9:.]+(?:Z|[+-][0-9:]{5})?|2026112[34][0-9]{6}|[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}"
)
_ID_CPRO = re.compile(rb"(?<=<IdCPRO>)([0-9]+)(?=</IdCPRO>)")
_UNITE = re.compile(rb"<CPPFactureStatutUnitaire.*?</CPPFactureStatutUnitaire>", re.DOTALL)
_ORDRE = re.compile(rb"(<CPPFactureStatutUnitaire[^>]*?NumOrdre=)\"[0-9]+\"|<NumOrdre>[0-9]+</NumOrdre>")


def photographier(engine: Engine, dossier: Path) -> Photo:
    """Return it, sorted. :param dossier: the workshop's, with its folders ``sftp`` and ``releve``."""
    with engine.connect() as conn:
        found: Photo = {nom: _lignes(conn, requete) for nom, requete in _REQUETES.items()}
        sorties = {
            str(nom): (str(interface), flux)
            for nom, interface, flux in conn.execute(
                text("SELECT s.nom, s.interface, f.nom FROM sorties s LEFT JOIN flux f ON f.id = s.flux_id")
            )
        }
        factures = {
            str(flux_id * 10**7 + rang).encode(): f"<{nom}/{rang}>".encode()
            for flux_id, rang, nom in conn.execute(text("SELECT x.flux_id, x.membre_rang, f.nom FROM factures x " + _FLUX))
        }
    seen: list[object] = []
    for compte, noms in publies(dossier / "sftp", PARTENAIRES, dossier / "releve").items():
        for nom, contents in noms.items():
            interface, flux = sorties.get(nom, ("?", nom))
            for content in contents:
                seen += [(compte, interface, flux or "", _neutre(one, factures)) for one in _messages(content, seul=flux is not None)]
    found["messages"] = sorted(seen, key=repr)
    return found


def _lignes(conn: Connection, requete: str) -> list[object]:
    rows = ([_neutre(one.encode(), {}) if isinstance(one, str) else one for one in row] for row in conn.execute(text(requete)))
    return sorted(rows, key=repr)


def _messages(contenu: bytes, *, seul: bool) -> Iterator[bytes]:
    """Yield the messages of a file. In a grouped one a CPPStatut is its units: which file a unit is in may differ."""
    if not contenu.startswith(b"\x1f\x8b"):
        yield contenu
        return
    with tarfile.open(fileobj=io.BytesIO(contenu), mode="r:gz") as archive:
        for member in archive:
            opened = archive.extractfile(member)
            data = opened.read() if opened else b""
            units = [] if seul else _UNITE.findall(data)
            yield from units or [data]


def _neutre(data: bytes, factures: dict[bytes, bytes]) -> bytes:
    data = _ID_CPRO.sub(lambda found: factures.get(found[1], found[1]), data)
    return _ORDRE.sub(rb"\1", _PROPRES.sub(b"<>", data))
