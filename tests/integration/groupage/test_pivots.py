"""Invoices handed over to their recipients, and what these say of them, back to the supplier."""

import hashlib
import zipfile
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from lxml import etree

from flux.emitters.fso1301a import ecrire_fso1301a
from flux.enveloppe import NomFlux
from flux.errors import ErreurTransport
from flux.etapes import grouper
from flux.etapes.sujet import statut_de
from flux.modele.statut import Enveloppe, Motif
from flux.registre.lectures import statuts_du_flux
from flux.xsd.catalogue import schema
from tests.integration.groupage.conftest import LE


@pytest.mark.parametrize("interface", ["FSO1140A", "FSO1146A", "FSO1147A", "FSO1113A", "FSO1117A"])
def test_an_integrated_invoice_reaches_its_recipient_with_its_attachments(mairie, interface):
    plateforme = mairie
    flow = plateforme.integrer(4, interface)
    accepted = plateforme.un(f"SELECT count(*) FROM membres WHERE flux_id = {flow} AND decision = 'accepted'")
    assert accepted
    grouper(plateforme.contexte, tout=True)
    roots = [etree.fromstring(one) for name in plateforme.groupes("FEN0111A") for one in plateforme.fichier(name).values()]
    assert [int(one.findtext(".//IdCPRO")) for one in roots] == [flow * 10**7 + n for n in range(accepted)]
    for root in roots:
        schema("cpp-facture-pivot").assertValid(root)
        assert root.findtext(".//Recepteur/Id") == "MAI001"
        for piece in root.iter("PJ"):
            with zipfile.ZipFile(BytesIO(b64decode(piece.findtext("Contenu")))) as archive:
                assert archive.namelist() == [piece.findtext("NomPJ")]
    jointes = plateforme.un(f"SELECT count(*) FROM pieces_jointes WHERE flux_id = {flow} AND sha256 IS NOT NULL")
    assert sum(len(list(root.iter("PJ"))) for root in roots) == accepted + jointes


def test_the_original_in_a_pivot_is_the_deposited_file_byte_for_byte(mairie):
    mairie.integrer(1)
    grouper(mairie.contexte, tout=True)
    (name,) = mairie.groupes("FEN0111A")
    ((_, data),) = mairie.fichier(name).items()
    with zipfile.ZipFile(BytesIO(b64decode(etree.fromstring(data).find(".//PJ").findtext("Contenu")))) as archive:
        original = archive.read(archive.namelist()[0])
    assert mairie.lignes("SELECT sha256 FROM membres") == [(hashlib.sha256(original).hexdigest(),)]


def test_an_invoice_lost_in_the_store_holds_up_no_file_of_the_others(mairie):
    flow = mairie.integrer(2)
    mairie.poser("MISE_A_DISPOSITION", (flow, 0))
    ((cle,),) = mairie.lignes("SELECT cle FROM tranches")
    with mairie.contexte.entrepot.ouvrir(cle) as data:
        kept = data.read()
    mairie.contexte.entrepot.supprimer(cle)
    for _ in range(2):
        with pytest.raises(ErreurTransport, match="tranches"):
            grouper(mairie.contexte, tout=True)
        assert (len(mairie.groupes("FEN0111A")), len(mairie.groupes("FEN1202A"))) == (0, 1)
    with mairie.contexte.entrepot.ecrire_sous(cle) as out:
        out.write(kept)
    assert grouper(mairie.contexte, tout=True) == 1
    assert len(mairie.groupes("FEN0111A")) == 1


def test_pivots_are_cut_by_their_size(mairie):
    mairie.integrer(4)
    here = mairie.avec(groupage_octets=1)
    assert grouper(here, tout=True) == 4
    assert [len(mairie.fichier(one)) for one in mairie.groupes("FEN0111A")] == [1, 1, 1, 1]


def test_an_invoice_for_nobody_here_is_not_handed_over(plateforme):
    plateforme.integrer(4)
    assert plateforme.un("SELECT count(*) FROM envois") == 0


def test_a_rejected_invoice_is_not_handed_over(mairie):
    mairie.integrer(4, defauts=("montant-illisible",), part_fautive=0.5)
    assert mairie.lignes("SELECT count(*) FROM factures WHERE etat = 'NON_CONFORME'") == [(2,)]
    assert (
        mairie.un(
            "SELECT count(*) FROM envois e JOIN membres m ON (m.flux_id, m.rang) = (e.flux_id, e.membre_rang) WHERE m.decision = 'accepted'"
        )
        == 2
    )
    assert mairie.un("SELECT count(*) FROM envois") == 2


def test_an_invoice_that_its_supplier_completed_is_handed_over_once_more(mairie):
    flow = mairie.integrer(1)
    mairie.poser("MISE_A_DISPOSITION", (flow, 0))
    mairie.poser("SUSPENDUE", (flow, 0), motifs=(Motif("JUSTIF_ABS", "Bon absent"),))
    mairie.poser("COMPLETEE", (flow, 0))
    for _ in range(2):
        grouper(mairie.contexte, tout=True)
    (name,) = mairie.groupes("FEN0111A")
    assert [etree.fromstring(one).findtext(".//Renvoi") for one in mairie.fichier(name).values()] == ["Non", "Complétée"]


def test_pivots_can_be_switched_off(mairie):
    mairie.contexte = mairie.avec(interface_pivot="")
    mairie.integrer(4)
    assert mairie.un("SELECT count(*) FROM envois") == 0


# ------------------------------------------------------------------------------------------- from recipient to supplier


def test_a_status_that_a_recipient_deposits_reaches_the_supplier_with_every_field(mairie):
    flow = mairie.integrer(2)
    rows = [statut_de(row) for row in statuts_du_flux(mairie.contexte.engine, flow)]
    said = [
        replace(
            rows[0], code="SUSPENDUE", horodatage=LE + timedelta(hours=1), complement="Bon de livraison absent", commentaire="Merci de le joindre",
            producteur="HELIOS01", id_mandat="M-77", actions=(),
        ),
        replace(rows[1], code="MISE_EN_PAIEMENT", horodatage=LE + timedelta(hours=2), complement="Payé", id_mandat="M-78", montants=()),
    ]  # fmt: skip
    nom = NomFlux.construire("FSO1301A", "MAI001", 1)
    deposit = mairie.dossier / str(nom)
    with deposit.open("wb") as out:
        ecrire_fso1301a(out, Enveloppe(str(nom), nom.identifiant, "MAI001", "CPP001", LE), said, len(said))
    mairie.deposer(deposit)
    grouper(mairie.contexte, tout=True)
    (name,) = mairie.groupes("FEN1201A")
    ((_, data),) = mairie.fichier(name).items()
    sent, got = (_unites(one) for one in (deposit.read_bytes(), data))
    assert got == sent


def _unites(data: bytes) -> list[list[tuple[str, str | None]]]:
    root = etree.fromstring(data)
    return [
        [(one.tag, one.get("Id") or one.text) for one in unite.iter() if len(one) == 0] for unite in root.iter("CPPFactureStatutUnitaire")
    ]
