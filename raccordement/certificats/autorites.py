"""Which authorities are accepted: files put in a folder by the operator, and trusted lists imported into the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, transaction, verrouiller
from raccordement.certificats.chaine import Ancre
from raccordement.certificats.dossier import lire_dossier
from raccordement.certificats.noms import empreinte
from raccordement.certificats.tsl import ListeDeConfiance, MotifTsl, RefusTsl


def ancres(source: Source, dossier: Path) -> tuple[Ancre, ...]:
    """Return every accepted authority, the folder's first. Raises as ``lire_dossier``, and ErreurRegistre."""
    a, li = t.autorites.c, t.listes_de_confiance.c
    requete = select(a.der, a.nom, a.territoire, li.numero).join(t.listes_de_confiance, a.territoire == li.territoire).order_by(*_ORDRE)
    with lecture(source, "autorites") as conn:
        rows = conn.execute(requete).all()
    listees = tuple(Ancre(x509.load_der_x509_certificate(bytes(der)), f"TSL {pays} n° {numero} : {nom}") for der, nom, pays, numero in rows)
    return (*lire_dossier(dossier), *listees)


_ORDRE = (t.autorites.c.territoire, t.autorites.c.empreinte)


@dataclass(frozen=True, slots=True)
class Import:
    """What an import changed. :ivar total: authorities of the list. :ivar ajoutees: :ivar retirees: names of those that came and went."""

    territoire: str
    numero: int
    prochaine: datetime
    total: int
    ajoutees: tuple[str, ...]
    retirees: tuple[str, ...]


def importer(engine: Engine, liste: ListeDeConfiance, data: bytes, source: str, le: datetime) -> Import | RefusTsl:
    """Put a list, already checked, in place of the former one of its territory: at once, or not at all when it is older.

    :param source: where it comes from: an address or a file.
    :raises ErreurRegistre: the ledger did not answer.
    """
    li, a = t.listes_de_confiance, t.autorites
    with transaction(engine, "importer_liste") as conn:
        verrouiller(conn, f"liste-de-confiance:{liste.territoire}")
        dernier = conn.execute(select(li.c.numero).where(li.c.territoire == liste.territoire)).scalar_one_or_none()
        if dernier is not None and liste.numero < dernier:
            return RefusTsl(MotifTsl.RECUL, f"{liste.numero} < {dernier}")
        values = {
            "numero": liste.numero, "source": source, "sha256": hashlib.sha256(data).hexdigest(), "emise_le": liste.emise_le,
            "prochaine": liste.prochaine, "importee_le": le,
        }  # fmt: skip
        conn.execute(
            upsert(li).values(territoire=liste.territoire, **values).on_conflict_do_update(index_elements=["territoire"], set_=values)
        )
        avant = {row.empreinte: row.nom for row in conn.execute(select(a.c.empreinte, a.c.nom).where(a.c.territoire == liste.territoire))}
        conn.execute(delete(a).where(a.c.territoire == liste.territoire))
        rows = [
            {"territoire": liste.territoire, "empreinte": empreinte(one.certificat), "prestataire": one.prestataire, "nom": one.nom,
             "der": one.certificat.public_bytes(Encoding.DER), "statut": one.statut}
            for one in liste.services
        ]  # fmt: skip
        if rows:
            conn.execute(insert(a), rows)
    apres = {str(row["empreinte"]): str(row["nom"]) for row in rows}
    return Import(
        liste.territoire, liste.numero, liste.prochaine, len(rows),
        tuple(apres[one] for one in sorted(apres.keys() - avant.keys())), tuple(avant[one] for one in sorted(avant.keys() - apres.keys())),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListeImportee:
    """A list in use. :ivar prochaine: when the next one is due: past it, the list still serves and the report says so."""

    territoire: str
    numero: int
    source: str
    prochaine: datetime
    importee_le: datetime


def listes(source: Source) -> list[ListeImportee]:
    """Return the lists in use, by territory."""
    c = t.listes_de_confiance.c
    with lecture(source, "listes_de_confiance") as conn:
        rows = conn.execute(select(c.territoire, c.numero, c.source, c.prochaine, c.importee_le).order_by(c.territoire)).mappings()
        return [ListeImportee(**row) for row in rows]
