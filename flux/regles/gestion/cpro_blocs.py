"""BR-FR-CPRO on blocks that the model does not hold: the supplier's agent, blocks that Chorus Pro does not read, blocks it reads once.

Their paths are compiled once: most invoices have none of these blocks, and looking for them is all that these rules cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lxml import etree
from lxml.etree import _Element

from flux.modele.facture import Facture
from flux.referentiel.cadres import CADRES_AVEC_AGENT, SOUS_TRAITANCE_DIRECTE
from flux.regles.gestion.cpro import FOURNISSEUR, noms_des_schemas
from flux.regles.gestion.regle import FEV_2026, REFORME, XP, Constat, ContexteRegles, Regle, Syntaxe, Verifier, recherche

_ACCORD = "*/ram:ApplicableHeaderTradeAgreement"
_REGLEMENT = "*/ram:ApplicableHeaderTradeSettlement"


def _chemins(ubl: str, cii: str) -> dict[Syntaxe, Callable[[_Element], list[_Element]]]:
    """Compile a path for each syntax of the reform."""
    return {Syntaxe.UBL: recherche(ubl), Syntaxe.CII: recherche(cii)}


_AGENT = _chemins("cac:AccountingSupplierParty/cac:Party/cac:AgentParty", f"{_ACCORD}/ram:SalesAgentTradeParty")
_IDENTITES = _chemins(
    "cac:PartyIdentification/cbc:ID | cac:PartyLegalEntity/cbc:CompanyID", "ram:GlobalID | ram:SpecifiedLegalOrganization/ram:ID"
)


def _agent(c: ContexteRegles) -> tuple[_Element | None, dict[str, _Element]]:
    """Return the supplier's agent and the elements of its identifiers, by scheme."""
    found = _AGENT[c.syntaxe](c.root)
    if not found:
        return None, {}
    nodes = _IDENTITES[c.syntaxe](found[0])
    return found[0], {node.get("schemeID", ""): node for node in nodes if _texte(node)}


def _texte(node: _Element | None) -> str | None:
    return None if node is None else (node.text or "").strip() or None


def _identite_de_l_agent(_: Facture, c: ContexteRegles) -> Sequence[Constat]:
    agent, ids = _agent(c)
    if agent is None:
        return ()
    admis = frozenset({"0009"}) if "0002" in ids else FOURNISSEUR
    return () if ids.keys() & admis else (Constat("EXT-FR-FE-69", expected=noms_des_schemas(admis), absent=True, noeud=agent),)


def _agent_obligatoire(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    if f.cadre not in CADRES_AVEC_AGENT:
        return ()
    agent, ids = _agent(c)
    if ids.keys() >= {"0002", "0009"}:
        return ()
    return (Constat("EXT-FR-FE-BG-03", absent=True, noeud=agent, faits={"cadre": f.cadre}),)


def _agent_connu(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """22, which the standard itself calls not verifiable: the directory holds public structures, and few main contractors are any."""
    if f.cadre not in CADRES_AVEC_AGENT:
        return ()
    node = _agent(c)[1].get("0009")
    siret = _texte(node)
    if siret is None or (c.annuaire is not None and c.annuaire.version and c.annuaire.structure(siret) is not None):
        return ()
    return (Constat("EXT-FR-FE-69", siret, noeud=node),)


def _acheteur_direct(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """23, where the invoice alone shows it; a recipient that the directory does not know is told by :mod:`.destinataire`."""
    siret = f.siret_destinataire
    if f.cadre != SOUS_TRAITANCE_DIRECTE or siret is None or _texte(_agent(c)[1].get("0009")) != siret:
        return ()
    if c.annuaire is not None and c.annuaire.version and c.annuaire.structure(siret) is None:
        return ()
    return (Constat("BT-46", siret),)


_IGNORES = _chemins(
    "cac:AccountingCustomerParty/cac:Party/*[self::cac:AgentParty or self::cac:ServiceProviderParty]",
    f"{_ACCORD}/ram:BuyerAgentTradeParty | {_REGLEMENT}/ram:InvoiceeTradeParty",
)
_TERME_IGNORE = {
    "AgentParty": "EXT-FR-FE-BG-01",
    "BuyerAgentTradeParty": "EXT-FR-FE-BG-01",
    "ServiceProviderParty": "EXT-FR-FE-BG-04",
    "InvoiceeTradeParty": "EXT-FR-FE-BG-04",
}


def _ignores(_: Facture, c: ContexteRegles) -> Sequence[Constat]:
    return [Constat(_TERME_IGNORE[etree.QName(node).localname], noeud=node) for node in _IGNORES[c.syntaxe](c.root)]


#: In UBL the schema refuses a second contact.
_SECONDS = _chemins(
    "cac:PaymentTerms[2]",
    f"{_REGLEMENT}/ram:SpecifiedTradePaymentTerms[2] | {_ACCORD}/*[self::ram:SellerTradeParty or self::ram:BuyerTradeParty or "
    "self::ram:SalesAgentTradeParty]/ram:DefinedTradeContact[2]",
)
_REGLE_DU_SECOND = {
    "SellerTradeParty": ("CPRO-26", "BG-6"),
    "BuyerTradeParty": ("CPRO-27", "BG-9"),
    "SalesAgentTradeParty": ("CPRO-28", "EXT-FR-FE-BG-03"),
}


def _seconds(_: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """25 to 28, in one look."""
    found = []
    for node in _SECONDS[c.syntaxe](c.root):
        parent = node.getparent()
        name = "" if parent is None else etree.QName(parent).localname
        regle, terme = _REGLE_DU_SECOND.get(name, ("CPRO-25", "BT-20"))
        found.append(Constat(terme, expected=1, noeud=node, regle=regle))
    return found


def _r(numero: str, termes: tuple[str, ...], verifier: Verifier | None) -> Regle:
    return Regle(f"CPRO-{numero}", f"BR-FR-CPRO-{numero}", REFORME, termes, XP, verifier, depuis=FEV_2026)


REGLES = (
    _r("16", ("EXT-FR-FE-BG-01", "EXT-FR-FE-BG-04"), _ignores),
    _r("18", ("EXT-FR-FE-69",), _identite_de_l_agent),
    _r("21", ("EXT-FR-FE-BG-03",), _agent_obligatoire),
    _r("22", ("EXT-FR-FE-69",), _agent_connu),
    _r("23", ("BT-46",), _acheteur_direct),
    _r("25", ("BT-20",), _seconds),
    _r("26", ("BG-6",), None),
    _r("27", ("BG-9",), None),
    _r("28", ("EXT-FR-FE-BG-03",), None),
)
