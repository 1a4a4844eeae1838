"""Values shared by the tests of the emitters."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache

from lxml import etree

from flux.modele.statut import Acteur, Enveloppe, Motif, Statut
from tests.saxon import dossier

INSTANT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
FOURNISSEUR = Acteur(1, "10000000900015", "Atelier Lumière", "FR", siren="100000009", adresse_electronique="100000009_STATUTS")
DESTINATAIRE = Acteur(1, "20000000800012", "Commune d'Exemple", "FR", code_service="VOIRIE")
DEPOSEE = Statut("DEPOSEE", INSTANT, "F2026-0001", date(2026, 11, 20), "380", INSTANT, FOURNISSEUR, DESTINATAIRE, "Facture déposée")
REJETEE = replace(
    DEPOSEE,
    code="NON_CONFORME",
    complement="Facture rejetée",
    commentaire="Voir le retour d'intégration",
    motifs=(Motif("REJ_SEMAN", "BR-CO-15 : total TTC attendu 120.00, trouvé 102.00"), Motif("DOUBLON", "Facture déjà reçue le 01/11/2026")),
)
#: Texts that break careless writers: markup, controls, lone surrogates, non-characters, both ends of the planes, ends of lines.
HOSTILES = (
    "]]><x a='1'>&amp;\"</x>",
    "a\x00b\x0bc\x1f",
    "\ud800 seul \udfff",
    "\ufffe\uffff",
    "\U0010ffff\U0001f9fe",
    "a\r\nb\rc\td",
    "<!--",
    " ",
)


def enveloppe(interface: str = "FSO1301A", produit_le: datetime = INSTANT) -> Enveloppe:
    identifiant = f"CPP001{interface[3:7]}{1:015d}"
    return Enveloppe(f"{interface}_ABC123_{identifiant}", identifiant, "CPP001", "ABC123", produit_le)


def lu(texte: str) -> str:
    """``texte`` as a reader finds it: what XML forbids is made visible."""
    visible = (0x9, 0xA, 0xD)
    return "".join(
        c
        if ord(c) in visible or (ord(c) >= 0x20 and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) not in (0xFFFE, 0xFFFF))
        else f"\\u{ord(c):04x}"
        for c in texte
    )


@lru_cache(maxsize=1)
def schema_cdar() -> etree.XMLSchema:
    return etree.XMLSchema(file=str(dossier("pyfrctc") / "cdar-xsd/CrossDomainAcknowledgementAndResponse_100pD22B.xsd"))
