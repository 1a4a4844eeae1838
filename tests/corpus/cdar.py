"""Official CDAR examples read into a status and written again: what of their business content differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date

from lxml import etree

from flux.emitters.cdar import cdar_facture
from flux.emitters.cdar_blocs import DIALECTE_PA, DIALECTE_PPF
from flux.modele.statut import Acteur, Enveloppe
from flux.modele.statut_lu import StatutLu
from flux.parsers.cdar import lire_cdar
from flux.parsers.xml import lire_xml
from flux.referentiel.statuts import STATUTS_FACTURE, statuts_du_cdar
from tests.corpus.__main__ import LIMITES

#: Statuses of the reform that Chorus Pro has no word for: nothing to write again. 205: no B2G status; 212: the supplier's own cashing.
SANS_STATUT = frozenset({"205", "212"})
_CHAMPS = ("code", "numero", "date_facture", "type_code", "horodatage", "recu_le", "actions", "montants", "commentaire", "role")


def lire(contenu: bytes) -> tuple[StatutLu, bool]:
    """Return what an example says, and whether it is for the PPF."""
    root, faults = lire_xml(contenu, LIMITES)
    assert root is not None, faults
    (lu,) = lire_cdar(root)
    return lu, b"einvoicingF2" in contenu


def reecrire(lu: StatutLu, *, ppf: bool) -> StatutLu:
    """Turn what was read into a status, write it, read it again."""
    row = statuts_du_cdar(lu.code)[0]
    supplier = replace(lu.fournisseur, nom=lu.fournisseur.nom or "Vendeur")
    said = replace(lu, fournisseur=supplier).statut(
        row.code, date_facture=date.min, type_code="", recu_le=lu.horodatage, destinataire=lu.auteur or Acteur(1, "", "")
    )
    # The example's label for a reason may begin with a blank; ours does not.
    said = replace(said, motifs=tuple(replace(one, texte=one.texte.strip()) for one in said.motifs))
    envelope = Enveloppe(
        "FEN1202A_ABC123_CPP0011202000000000000001", "CPP0011202000000000000001", "CPP001", "ABC123", lu.horodatage.astimezone(UTC)
    )
    (again,) = lire_cdar(etree.fromstring(cdar_facture(said, envelope, DIALECTE_PPF if ppf else DIALECTE_PA)))
    return again


def differences(avant: StatutLu, apres: StatutLu) -> set[str]:
    """Return the names of what differs."""
    found = {name for name in _CHAMPS if getattr(avant, name) != getattr(apres, name)}
    if [(m.code, m.texte.strip()) for m in avant.motifs] != [(m.code, m.texte) for m in apres.motifs]:
        found.add("motifs")
    if avant.fournisseur.siren != apres.fournisseur.siren:
        found.add("fournisseur")
    # Where the code is the nearest one only, the message also says Chorus Pro's own word: that is no loss.
    label = STATUTS_FACTURE[statuts_du_cdar(avant.code)[0].code].libelle
    if "commentaire" in found and apres.commentaire in (label, f"{label}\n{avant.commentaire}"):
        found.discard("commentaire")
    return found
