"""The small valid documents of this folder, and the schemas that judge them."""

from pathlib import Path

DOSSIER = Path(__file__).parent / "exemplaires"

#: (file, key of the schema)
COUPLES = (
    ("ubl-invoice", "ubl-invoice"),
    ("ubl-creditnote", "ubl-creditnote"),
    ("cii", "cii-d22b"),
    ("cii", "facturx-basic"),
    ("cii", "facturx-en16931"),
    ("cii", "facturx-extended"),
    ("facturx-basicwl", "facturx-basicwl"),
    ("facturx-minimum", "facturx-minimum"),
    ("cdar", "cdar-d22b"),
    ("cpp-statut-facture", "cpp-statut"),
    ("cpp-statut-flux", "cpp-statut"),
    ("cpp-facture-mixte", "cpp-facture-mixte"),
    ("cpp-facture-pivot", "cpp-facture-pivot"),
)


def exemplaire(nom: str) -> bytes:
    return (DOSSIER / f"{nom}.xml").read_bytes()


def modifie(nom: str, *remplacements: tuple[str, str]) -> bytes:
    """The document with each text replaced once; a text that is not there is a fault of the test."""
    text = exemplaire(nom).decode()
    for old, new in remplacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()
