"""An invoice whose texts all bear a marker: what of it is found where none of it should be?"""

from pathlib import Path

from lxml import etree

from flux.fabrique import Demande, ecrire_exemple

MARQUEUR = "MARQUEUR-SECRET"
#: Texts that may hold anything in an invoice that is accepted.
_LIBRES = {"Note", "Name", "StreetName", "CityName", "RegistrationName", "Description", "Telephone", "PaymentID", "AllowanceChargeReason"}
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


def facture_marquee(dossier: Path, graine: int, *, partout: bool) -> Path:
    """Write a UBL flow of one invoice. :param partout: in every text and attribute, which makes it unacceptable; else where text is free."""
    flux = ecrire_exemple(Demande(interface="FSO1140A", graine=graine, sequence=graine, avoirs=False), dossier).chemin
    tree = etree.parse(str(flux))
    root = tree.getroot()
    if partout:
        for one in root.iter():
            if len(one) == 0:
                one.text = f"{one.text}{MARQUEUR}"
            for name, value in one.attrib.items():
                one.set(name, f"{value}{MARQUEUR}")
    else:
        root.find(f"{_CBC}ID").text = f"{MARQUEUR}-{graine}"
        for one in root.iter():
            if len(one) == 0 and etree.QName(one).localname in _LIBRES and not (one.text or "").startswith(("#ADN#", "#BAR#")):
                one.text = f"{one.text}{MARQUEUR}"
    tree.write(str(flux), encoding="UTF-8", xml_declaration=True)
    return flux
