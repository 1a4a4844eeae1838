"""Invoices received before: the key that no two live invoices share, and what becomes of the second one.

The unique index on ``factures.cle_unicite`` holds the promise; what is done here is to say why, and to refuse that invoice alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, func, select

from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.doublon import IssueDoublon, issue_doublon
from flux.modele.facture import Facture, Partie
from flux.modele.statut import Motif
from flux.modele.temps import PARIS
from flux.modele.verdict import Decision
from flux.referentiel.motifs import MOTIFS
from flux.referentiel.schemas_identifiants import SCHEMAS_IDENTIFIANTS
from flux.registre import tables as t
from flux.registre.copie import propre
from flux.registre.projection import ETATS, identifiant_principal
from flux.registre.valeurs import ResultatMembre, StatutPose


@dataclass(frozen=True, slots=True)
class ResultatDeparte:
    """A result once duplicates are told. :ivar cle: what it holds in ``factures.cle_unicite``, ``None`` when it holds no number."""

    resultat: ResultatMembre
    cle: bytes | None


@dataclass(frozen=True, slots=True)
class _Tenante:
    """The invoice that holds a number. :ivar nom_flux: flow id, or the whole name of a flow that has none."""

    flux_id: int
    nom_flux: str
    recu_le: datetime
    membre: str


def fournisseur(partie: Partie) -> tuple[str, str] | None:
    """Return (scheme, identifier) of a supplier as uniqueness knows it; ``None`` when it has no identifier.

    The two eras write one scheme under two codes (SIRET: ``1`` and ``0009``, or ``0002`` with 14 digits): its name stands for both.
    """
    found = identifiant_principal(partie)
    if found is None:
        return None
    schema, valeur = propre(found.schema) or "", propre(found.valeur)
    if schema == "0002" and len(valeur) == 14:
        schema = "0009"
    row = SCHEMAS_IDENTIFIANTS.get(schema)
    return (row.nom if row is not None else schema, valeur)


def cle_unicite(facture: Facture, *, par_siren: bool = True) -> bytes | None:
    """Return the key of an invoice (BR-FR-CO-02): supplier, year of issue, number; ``None`` when one of them is missing.

    A digest, because a number may be longer than an index takes.

    :param par_siren: a SIRET (14 characters) stands for the company it belongs to, its first nine (BR-FR-CO-02 names the SIREN).
    """
    qui = fournisseur(facture.vendeur)
    if qui is None or facture.numero is None or facture.date_emission is None:
        return None
    if par_siren and qui[0] == "SIRET" and len(qui[1]) == 14:
        qui = ("SIREN", qui[1][:9])
    # Unit separators: no XML 1.0 document can hold one.
    texte = "\x1f".join((*qui, str(facture.date_emission.year), propre(facture.numero)))
    return sha256(texte.encode()).digest()


def cle_tenue(facture: Facture | None, decision: Decision, libere_par: Collection[str], *, par_siren: bool = True) -> bytes | None:
    """Return the key that an invoice just judged holds, ``None`` when it holds no number.

    :param libere_par: states whose invoices hold no number. :param par_siren: see :func:`cle_unicite`.
    """
    return None if facture is None or ETATS[decision] in libere_par else cle_unicite(facture, par_siren=par_siren)


def departager(
    conn: Connection, flux_id: int, resultats: Iterable[ResultatMembre], libere_par: Collection[str], *, par_siren: bool = True
) -> list[ResultatDeparte]:
    """Refuse the invoices of a tranche whose number another one holds: in the ledger, or before them in the tranche.

    :param libere_par: states whose invoices hold no number. :param par_siren: see :func:`cle_unicite`.
    :return: by rank; a refused one is ``NON_CONFORME`` with its anomaly, and holds nothing.
    """
    rendus = sorted(resultats, key=lambda r: r.rang)
    cles = [cle_tenue(r.facture, r.decision, libere_par, par_siren=par_siren) for r in rendus]
    tenues: dict[bytes, _Tenante | int] = {**_tenantes(conn, {cle for cle in cles if cle is not None})}
    neufs: list[ResultatDeparte] = []
    refuses: list[tuple[int, _Tenante | int]] = []
    for r, cle in zip(rendus, cles, strict=True):
        if cle is None:
            neufs.append(ResultatDeparte(r, None))
        elif issue_doublon(None, facture_tenue=cle in tenues) is IssueDoublon.NOUVEAU:
            tenues[cle] = r.rang
            neufs.append(ResultatDeparte(r, cle))
        else:
            if r.decision is Decision.ACCEPTE:  # one that is rejected already is told its own faults, and holds nothing
                refuses.append((len(neufs), tenues[cle]))
            neufs.append(ResultatDeparte(r, None))
    if refuses:
        rangs = {neufs[n].resultat.rang for n, _ in refuses} | {par for _, par in refuses if isinstance(par, int)}
        noms = _noms(conn, flux_id, rangs)
        for n, par in refuses:
            r = neufs[n].resultat
            neufs[n] = ResultatDeparte(_refuser(r, flux_id, noms.get(r.rang, ""), noms.get(par, "") if isinstance(par, int) else par), None)
    return neufs


def _tenantes(conn: Connection, cles: Collection[bytes]) -> dict[bytes, _Tenante]:
    """Return the invoices of the ledger that hold one of ``cles``."""
    if not cles:
        return {}
    f, x, m = t.factures.c, t.flux.c, t.membres.c
    rows = conn.execute(
        select(f.cle_unicite, x.id, func.coalesce(x.identifiant, x.nom).label("nom_flux"), x.recu_le, m.nom)
        .select_from(t.factures.join(t.flux, x.id == f.flux_id).join(t.membres, (m.flux_id == f.flux_id) & (m.rang == f.membre_rang)))
        .where(f.cle_unicite == func.any(list(cles)), f.cle_unicite.is_not(None))
    )
    return {bytes(row.cle_unicite): _Tenante(row.id, row.nom_flux, row.recu_le, row.nom) for row in rows}


def double_d_un_flux_anterieur(conn: Connection, facture: Facture, nom: str, flux_id: int, cle: bytes) -> Anomalie | None:
    """Say that an invoice of a flow that came before holds the number of the file ``nom``; ``None`` when none does.

    :param cle: the number's key, see :func:`cle_tenue`.
    """
    found = _tenantes(conn, {cle}).get(cle)
    return None if found is None or found.flux_id >= flux_id else _anomalie(facture, flux_id, nom, found)


def _noms(conn: Connection, flux_id: int, rangs: Collection[int]) -> dict[int, str]:
    m = t.membres.c
    return {row.rang: row.nom for row in conn.execute(select(m.rang, m.nom).where(m.flux_id == flux_id, m.rang == func.any(list(rangs))))}


def _refuser(r: ResultatMembre, flux_id: int, nom: str, par: _Tenante | str) -> ResultatMembre:
    """Return the same result, refused: ``par`` is the file of the same tranche, or the invoice of the ledger, that holds the number."""
    if r.facture is None or r.statut is None:  # only readable ones have a key
        return r
    one = _anomalie(r.facture, flux_id, nom, par)
    code = one.ligne.motif_213
    statut = StatutPose("NON_CONFORME", r.statut.horodatage, one.fr, one.fr, (Motif(code, MOTIFS[code].libelle),))
    return replace(r, decision=Decision.REJETE, anomalies=(*r.anomalies, one), statut=statut)


def double_du_flux(facture: Facture, nom: str, premier: str) -> Anomalie:
    """Say that the file ``nom`` holds the same invoice as ``premier``, another file of its flow."""
    return _anomalie(facture, 0, nom, premier)


def _anomalie(facture: Facture, flux_id: int, nom: str, par: _Tenante | str) -> Anomalie:
    _, qui = fournisseur(facture.vendeur) or ("", "")
    annee = "" if facture.date_emission is None else facture.date_emission.year
    if isinstance(par, str) or par.flux_id == flux_id:
        premier = par if isinstance(par, str) else par.membre
        return anomalie("DBL-02", member=nom, found=facture.numero, fournisseur=qui, annee=annee, premier=premier)
    date = f"{par.recu_le.astimezone(PARIS):%d/%m/%Y %H:%M}"
    return anomalie("DBL-01", member=nom, found=facture.numero, fournisseur=qui, annee=annee, premier=par.nom_flux, date=date)
