"""For each management rule, an invoice that breaks it, made from a good one, and where it matters one that just keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flux.annuaire import AnnuaireMemoire, Service, Structure
from flux.fabrique import ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.fabrique.classique import classique
from flux.fabrique.ecrire_cpp import ecrire_cpp_facture
from flux.fabrique.identifiants import iban, siren, siret
from flux.limites import Limites
from flux.modele.facture import (
    Adresse,
    Compte,
    Facture,
    FactureAnterieure,
    Identifiant,
    Livraison,
    Note,
    Paiement,
    Partie,
    PieceJointe,
    RemiseCharge,
)
from flux.parsers.chorus_cii import lire_chorus_cii
from flux.parsers.cii import lire_cii
from flux.parsers.cpp_facture import lire_cpp_facture
from flux.parsers.ubl import lire_ubl
from flux.parsers.xml import lire_xml
from flux.referentiel.interfaces import INTERFACES, Ere
from flux.regles.gestion import ContexteRegles, controler

LE = date(2026, 7, 20)
C, R = Ere.CLASSIQUE, Ere.REFORME

#: Era and syntax → interface, writer, reader. ``avoir`` is a UBL CreditNote.
SYNTAXES: dict[tuple[Ere, str], tuple[str, Callable[[Facture], bytes], Callable[..., Any]]] = {
    (R, "ubl"): ("FSO1140A", ecrire_ubl, lire_ubl),
    (R, "avoir"): ("FSO1140A", ecrire_ubl, lire_ubl),
    (R, "cii"): ("FSO1146A", ecrire_cii, lire_cii),
    (C, "ubl"): ("FSO1100A", ecrire_ubl, lire_ubl),
    (C, "avoir"): ("FSO1100A", ecrire_ubl, lire_ubl),
    (C, "cii"): ("FSO1106A", ecrire_cii, lire_chorus_cii),
    (C, "cpp"): ("FSO1113A", ecrire_cpp_facture, lire_cpp_facture),
    (C, "cii-e2"): ("FSO1116A", ecrire_cii, lire_chorus_cii),
    (C, "facturx"): ("FSO1117A", ecrire_cii, lire_chorus_cii),
}
TOUTES = ("ubl", "avoir", "cii")
FACTURES = ("ubl", "cii")
CPP = ("ubl", "cii", "cpp")
SOMMES = (*TOUTES, "cii-e2", "facturx")
SOMMES_CPP = (*CPP, "cii-e2", "facturx")

Changement = dict[str, object] | Callable[[Facture], Facture]


@dataclass(frozen=True)
class Cas:
    """One rule broken.

    :ivar ere: the era; ``regle`` is the key looked for. :ivar casse: change of the good invoice that breaks the rule: by path in the
        model, or a function. :ivar bon: change after which it is kept, nothing by default. :ivar xml: change of the bytes, by syntax.
    :ivar contexte: fields of the context while it is broken. :ivar lu: change of what was read, for what no file can hold.
    """

    regle: str
    ere: Ere
    casse: Changement = field(default_factory=dict)
    syntaxes: tuple[str, ...] = TOUTES
    bon: Changement = field(default_factory=dict)
    xml: Callable[[bytes, str], bytes] | None = None
    contexte: dict[str, Any] = field(default_factory=dict)
    lu: Callable[[Facture], Facture] | None = None
    bon_contexte: dict[str, Any] = field(default_factory=dict)


def avec(value: Any, path: str, new: object) -> Any:
    """Return a copy of a frozen value with the field at ``path`` (``lignes.0.tva_taux``) replaced; missing groups are made."""
    head, _, rest = path.partition(".")
    if isinstance(value, tuple):
        rank = int(head)
        return (*value[:rank], avec(value[rank], rest, new) if rest else new, *value[rank + 1 :])
    if not rest:
        return replace(value, **{head: new})
    below = getattr(value, head)
    if below is None:
        below = {"adresse": Adresse, "livraison": Livraison, "beneficiaire": lambda: Partie(identifiants=(SIRET_TIERS,))}[head]()
    return replace(value, **{head: avec(below, rest, new)})


def appliquer(facture: Facture, changement: Changement) -> Facture:
    if callable(changement):
        return changement(facture)
    for path, new in changement.items():
        facture = avec(facture, path, new(facture) if callable(new) else new)
    return facture


def bonne(ere: Ere, syntaxe: str) -> Facture:
    """A good invoice with an attachment and an allowance."""
    facture = fabriquer_facture(11, 4, 3, LE, avoir=syntaxe == "avoir")
    piece = PieceJointe("BL-1", description="BON_LIVRAISON", contenu=b"abc", mime="text/csv", nom="BL-1.csv")
    facture = replace(facture, pieces_jointes=(piece,))
    if ere is R:
        return facture
    return replace(classique(facture, INTERFACES[SYNTAXES[C, syntaxe][0]]), pieces_jointes=(piece,))


def juger(cas: Cas, syntaxe: str, *, casse: bool) -> tuple[tuple[Any, ...], Any, bytes]:
    """Write, read and judge the broken or the good invoice of a case: anomalies, root, bytes."""
    code, ecrire, lire = SYNTAXES[cas.ere, syntaxe]
    facture = appliquer(bonne(cas.ere, syntaxe), cas.casse if casse else cas.bon)
    data = ecrire(facture)
    if casse and cas.xml is not None:
        data = cas.xml(data, syntaxe)
    root, anomalies = lire_xml(data, Limites())
    assert root is not None, anomalies
    read = lire(root)
    if casse and cas.lu is not None:
        read = cas.lu(read)
    options = {"le": LE, **(cas.contexte if casse else cas.bon_contexte)}
    options = {k: v(read) if callable(v) else v for k, v in options.items()}
    return controler(read, ContexteRegles(INTERFACES[code], root=root, data=data, **options)), root, data


# --- helpers of the table ----------------------------------------------------------------------------------------------

SIRET_TIERS = Identifiant(siret(siren(9001)), "0009")
IBAN = iban(123)
_D = Decimal


def _identite(valeur: str, schema: str) -> Callable[[Facture], Facture]:
    """The supplier's identifier, wherever the era's syntax keeps it."""

    def changer(f: Facture) -> Facture:
        one = Identifiant(valeur, schema)
        where = {"identifiants": (one,)} if f.vendeur.identifiants else {"identifiant_legal": one}
        return replace(f, vendeur=replace(f.vendeur, **where))

    return changer


def _de_plus(valeur: str, schema: str) -> dict[str, object]:
    return {"vendeur.identifiants": lambda f: (*f.vendeur.identifiants, Identifiant(valeur, schema))}


def _paiement(code: str, *comptes: Compte) -> dict[str, object]:
    return {"paiements": (Paiement(code=code, comptes=comptes),)}


def _plus(path: str, amount: str) -> dict[str, object]:
    def value(f: Facture) -> Decimal:
        here: Any = f
        for step in path.split("."):
            here = here[int(step)] if step.isdigit() else getattr(here, step)
        return (here or _D(0)) + _D(amount)

    return {path: value}


def _zip(*names: str, content: bytes = b"x") -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def _doubler(ubl: bytes, cii: bytes) -> Callable[[bytes, str], bytes]:
    """Repeat the first element of that name (with what it holds)."""

    def changer(data: bytes, syntaxe: str) -> bytes:
        tag = cii if syntaxe == "cii" else ubl
        start, end = data.index(b"<" + tag + b">"), data.index(b"</" + tag + b">") + len(tag) + 3
        return data[:end] + data[start:end] + data[end:]

    return changer


def _agent(*identifiants: tuple[str, str]) -> Callable[[bytes, str], bytes]:
    """Give the supplier an agent with a contact (CII) and the identifiers given (scheme, value)."""
    ids = "".join(f'<ram:GlobalID schemeID="{schema}">{value}</ram:GlobalID>' for schema, value in identifiants)
    cii = f"<ram:SalesAgentTradeParty>{ids}<ram:Name>A</ram:Name><ram:DefinedTradeContact/></ram:SalesAgentTradeParty>".encode()
    ids = "".join(
        f'<cac:PartyIdentification><cbc:ID schemeID="{schema}">{value}</cbc:ID></cac:PartyIdentification>' for schema, value in identifiants
    )
    ubl = f"<cac:AgentParty>{ids}<cac:PartyName><cbc:Name>A</cbc:Name></cac:PartyName></cac:AgentParty>".encode()

    def changer(data: bytes, syntaxe: str) -> bytes:
        mark, new = (b"</ram:SellerTradeParty>", cii) if syntaxe == "cii" else (b"</cac:Party>\n</cac:AccountingSupplierParty>", ubl)
        at = data.index(mark)
        return data[: at + len(mark)] + new + data[at + len(mark) :] if syntaxe == "cii" else data[:at] + new + data[at:]

    return changer


def _bloc_ignore(ubl: bytes, cii: bytes, avant: bytes) -> Callable[[bytes, str], bytes]:
    """Put an empty block at the end of the buyer (UBL) or before the element named (CII)."""

    def changer(data: bytes, syntaxe: str) -> bytes:
        mark = b"<" + avant if syntaxe == "cii" else b"</cac:Party>\n</cac:AccountingCustomerParty>"
        at = data.index(mark)
        return data[:at] + (cii if syntaxe == "cii" else ubl) + data[at:]

    return changer


def _remplacer(before: bytes, after: bytes) -> Callable[[bytes, str], bytes]:
    def changer(data: bytes, _syntaxe: str) -> bytes:
        assert before in data
        return data.replace(before, after, 1)

    return changer


def _dernier(before: bytes, after: bytes) -> Callable[[bytes, str], bytes]:
    def changer(data: bytes, _syntaxe: str) -> bytes:
        head, found, tail = data.rpartition(before)
        assert found
        return head + after + tail

    return changer


_SANS_SERVICE = {
    "reference_acheteur": None,
    "acheteur.identifiants": lambda f: tuple(one for one in f.acheteur.identifiants if one.schema != "0224"),
}


def _service(code: str) -> dict[str, object]:
    """The recipient's service: an identifier of scheme 0224 in the reform, BT-10 in the classic era."""

    def reforme(f: Facture) -> bool:
        return f.acheteur.identifiant("0009") is not None

    def identifiants(f: Facture) -> tuple[Identifiant, ...]:
        others = tuple(one for one in f.acheteur.identifiants if one.schema != "0224")
        return (*others, Identifiant(code, "0224")) if reforme(f) else others

    return {"reference_acheteur": lambda f: None if reforme(f) else code, "acheteur.identifiants": identifiants}


def _annuaire(*services: Service, **structure: Any) -> Callable[[Facture], AnnuaireMemoire]:
    """A directory that holds the recipient, with these properties, and services written with SIRET ``-`` for its own."""

    def faire(f: Facture) -> AnnuaireMemoire:
        one = Structure(f.siret_destinataire or "", "Mairie", **structure)
        others = [Structure(siret(siren(77)), "Autre"), Structure("11000201100044", "État", etat=True)]
        return AnnuaireMemoire([one, *others, *(replace(s, siret=one.siret) if s.siret == "-" else s for s in services)])

    return faire


def _vide(_: Facture) -> AnnuaireMemoire:
    return AnnuaireMemoire([Structure(siret(siren(77)), "Autre")])


def _destinataire(valeur: str) -> Callable[[Facture], Facture]:
    def changer(f: Facture) -> Facture:
        def autre(one: Identifiant | None) -> Identifiant | None:
            return one if one is None or one.schema not in ("0009", "1") else replace(one, valeur=valeur)

        acheteur = f.acheteur
        ids = tuple(autre(one) for one in acheteur.identifiants if one.schema != "0224")
        acheteur = replace(acheteur, identifiants=ids, identifiant_legal=autre(acheteur.identifiant_legal))
        return replace(f, acheteur=acheteur, reference_acheteur=None)

    return changer


def _titulaire_destinataire(f: Facture) -> Facture:
    return replace(_destinataire(siret(siren(5)))(f), cadre="S3")


def _etat_et_service(f: Facture) -> Facture:
    return replace(_destinataire("0" * 14)(f), reference_acheteur="NULLE-PART")


_OUVERT: dict[str, Any] = {"annuaire": _annuaire(Service("-", "S1", "S"))}


def _dst(regle: str, casse: Changement, contexte: dict[str, Any], bon: Changement | None = None) -> tuple[Cas, ...]:
    """A rule of the directory, in both eras."""
    return tuple(
        Cas(regle, ere, casse, bon=_service("S1") if bon is None else bon, contexte=contexte, bon_contexte=_OUVERT) for ere in (R, C)
    )


def _longueur(regle: str, path: str, size: int, syntaxes: tuple[str, ...] = TOUTES) -> Cas:
    return Cas(regle, R, {path: "x" * (size + 1)}, syntaxes, bon={path: "x" * size})


_AVANT = LE - timedelta(days=400)
_A21 = {"cadre": "A21", "vendeur.adresse": Adresse("1 rue du Port", code_postal="17000", ville="Port", pays="FR"), "beneficiaire": None}
_VALIDEUR = Partie(nom="Moe", identifiants=(Identifiant(siret(siren(5)), "1"),))
_ANTERIEURE = FactureAnterieure("P" * 21, _AVANT)

CAS: tuple[Cas, ...] = (
    *(Cas("GES-G1.05a", ere, {"numero": None}) for ere in (R, C)),
    Cas("GES-G1.05b", C, {"numero": "F" * 21}, CPP, bon={"numero": "F" * 20}),
    *(Cas("GES-G1.05c", ere, {"numero": "F#é"}, bon={"numero": "F 1+2_3/4-5"}) for ere in (R, C)),
    Cas("GES-G1.05d", C, {"factures_anterieures": (_ANTERIEURE,)}, CPP),
    Cas("CPRO-02a", R, {"numero": "F" * 21}, bon={"numero": "F" * 20}),
    Cas("CPRO-02b", R, {"factures_anterieures": (_ANTERIEURE,)}, bon={"factures_anterieures": (FactureAnterieure("P" * 20, _AVANT),)}),
    *(Cas("GES-G1.09a", ere, {"date_emission": None}) for ere in (R, C)),
    *(Cas("GES-G1.09b", ere, {"date_emission": date(2026, 7, 1)}, ("cii",), xml=_remplacer(b"20260701", b"20261301")) for ere in (R, C)),
    *(Cas("GES-G1.07", ere, contexte={"le": date(2026, 1, 1)}) for ere in (R, C)),
    *(Cas("GES-G1.36", ere, {"date_emission": date(1999, 12, 31)}) for ere in (R, C)),
    *(Cas("GES-G1.01", ere, {"type_code": "751"}, FACTURES) for ere in (R, C)),
    Cas("ERE-01", R, {"cadre": "A1"}),
    Cas("ERE-02", C, {"cadre": "B1"}, CPP),
    Cas("ERE-03", R, _identite(siret(siren(5)), "1")),
    Cas("ERE-04", C, _identite(siret(siren(5)), "0009"), CPP),
    *(Cas("GES-G1.02a", ere, {"cadre": "Z9"}) for ere in (R, C)),
    *(Cas("GES-G1.02b", ere, {"cadre": None}) for ere in (R, C)),
    Cas("GES-G1.60", R, {"cadre": "B4", "type_code": "386"}, FACTURES, bon={"cadre": "B4"}),
    *(Cas("GES-G1.10", ere, {"devise": "EUX"}, bon={"devise": "RSD"}) for ere in (R, C)),
    Cas("GES-G1.12", R, {"devise": "USD"}, bon={"devise": "USD", "devise_comptable": "EUR", "totaux.tva_comptable": _D("1.00")}),
    *(Cas("GES-G2.01", ere, {"vendeur.adresse.pays": "ZZ"}) for ere in (R, C)),
    Cas("LNG-01", C, {"reference_acheteur": "x" * 101}, CPP, bon={"reference_acheteur": "x" * 100}),
    Cas("LNG-02", C, {"engagement": "x" * 51}, CPP, bon={"engagement": "x" * 50}),
    Cas("LNG-03", C, {"contrat": "x" * 51}, CPP, bon={"contrat": "x" * 50}),
    # --- identity
    Cas("GES-G2.07", R, _identite("12345678901234", "0009"), bon=_identite("35600000049837", "0009")),
    Cas("GES-G2.07", C, _identite("12345678901234", "1"), CPP, bon=_identite("35600000049837", "1")),
    Cas("GES-G1.89", R, {"vendeur.identifiant_legal": Identifiant("123456789", "0002")}),
    Cas("IDT-01", C, _identite("X", "99"), FACTURES),
    Cas("IDT-02", C, _identite("BE0429958043", "2"), CPP, bon=_identite("BE0429958042", "2")),
    Cas("IDT-03", C, _identite("1X", "3"), CPP, bon=_identite("KRSAMSUNGMOBILEPHO", "3")),
    Cas("IDT-04", C, _identite("12", "4"), CPP, bon=_identite("1234567890", "4")),
    Cas("IDT-05", C, _identite("12", "5"), CPP, bon=_identite("350041679", "5")),
    Cas("CPRO-04", R, _de_plus("FR00000000000", "0223"), bon=_de_plus("BE0429958042", "0223")),
    Cas("CPRO-05", R, _de_plus("KR" + "X" * 17, "0227"), bon=_de_plus("KR" + "X" * 16, "0227")),
    Cas("CPRO-06", R, _de_plus("12345678", "0228"), bon=_de_plus("123456789", "0228")),
    Cas("CPRO-07", R, _de_plus("12345678", "0229"), bon=_de_plus("123456789", "0229")),
    Cas("CPRO-08", R, _de_plus("1DURAND", "0226"), bon=_de_plus("1800175056DURANDPAUL", "0226")),
    Cas("GES-G1.80", R, {"vendeur.identifiant_legal": Identifiant(siren(5), "0002")}),
    *(Cas("IDT-10", ere, {"vendeur.tva": "FR00123456789"}, bon={"vendeur.tva": "US123"}) for ere in (R, C)),
    Cas("IDT-11", C, {"vendeur.identifiants": (), "vendeur.identifiant_legal": None}, CPP),
    Cas("IDT-12", C, {"acheteur.identifiants": (), "acheteur.identifiant_legal": None}, CPP),
    # --- recipient
    Cas("PER-01", R, {"notes": (Note("B2B", "BAR"),)}),
    *_dst("DST-01", {}, {"annuaire": _vide}),
    *_dst("DST-02", {}, {"annuaire": _annuaire(actif=False)}),
    *_dst("DST-03", _SANS_SERVICE, {"annuaire": _annuaire(service_requis=True)}),
    *_dst("DST-04", _service("NULLE-PART"), {"annuaire": _annuaire()}),
    *_dst("DST-05", _service("S9"), {"annuaire": _annuaire(Service(siret(siren(77)), "S9", "S"))}),
    *_dst("DST-06", _service("S1"), {"annuaire": _annuaire(Service("-", "S1", "S", actif=False))}),
    *_dst("DST-07", {"engagement": None, "contrat": None}, {"annuaire": _annuaire(engagement_requis=True)}),
    *_dst(
        "DST-08",
        _service("S1") | {"engagement": None, "contrat": None},
        {"annuaire": _annuaire(Service("-", "S1", "S", engagement_requis=True))},
    ),
    *_dst("DST-09", _SANS_SERVICE | {"engagement": None}, {"annuaire": _annuaire(engagement_ou_service=True)}),
    *_dst("DST-10", {}, {"annuaire": _annuaire(moa_unique=True)}),
    *_dst("DST-11", _destinataire("0" * 14), {"annuaire": _vide}),
    *_dst("DST-12", _etat_et_service, {"annuaire": _vide}),
    *_dst("DST-13", {"engagement": None, "contrat": "M-1"}, {"annuaire": _annuaire(engagement_requis=True)}),
    # --- amounts
    *(Cas("MNT-01", ere, {"totaux.ttc": None}, CPP if ere is C else TOUTES) for ere in (R, C)),
    Cas("GES-G1.14a", R, {"lignes.1.montant": _D("1.234")}),
    Cas("GES-G1.14b", C, {"lignes.1.quantite": _D("1.1234567")}, CPP),
    Cas("GES-G1.15", R, {"lignes.1.quantite": _D("1.12345")}, bon={"lignes.1.quantite": _D("1.1234")}),
    Cas("GES-G1.16", R, {"lignes.1.prix_net": _D(-1)}, bon={"lignes.1.prix_net": _D("1.123456")}),
    *(Cas("GES-CO-10", ere, {"profil": None, **_plus("totaux.lignes", "1")}, syntaxes=SOMMES if ere is C else TOUTES, bon={"profil": None}) for ere in (R, C)),
    *(Cas("GES-CO-13", ere, _plus("totaux.remises", "1")) for ere in (R, C)),
    *(Cas("GES-G1.53a", ere, _plus("tva.0.base", "1"), SOMMES_CPP if ere is C else TOUTES) for ere in (R, C)),
    *(Cas("GES-G1.53b", ere, _plus("totaux.tva", "5"), syntaxes=SOMMES if ere is C else TOUTES) for ere in (R, C)),
    *(Cas("GES-G1.53c", ere, _plus("tva.0.montant", "5"), SOMMES_CPP if ere is C else TOUTES, bon=_plus("tva.0.montant", "0.01")) for ere in (R, C)),
    *(Cas("GES-CO-15", ere, _plus("totaux.ttc", "1"), SOMMES_CPP if ere is C else TOUTES) for ere in (R, C)),
    *(Cas("GES-CO-16", ere, _plus("totaux.net_a_payer", "1"), CPP if ere is C else TOUTES) for ere in (R, C)),
    *(Cas("MNT-02", ere, {"totaux.ttc": _D(-1)}, CPP if ere is C else TOUTES) for ere in (R, C)),
    *(Cas("MNT-03", ere, syntaxes=("ubl", "avoir"), xml=_remplacer(b'<cbc:PayableAmount currencyID="EUR">', b'<cbc:PayableAmount currencyID="USD">')) for ere in (R, C)),
    *(Cas("MNT-03", ere, syntaxes=("ubl", "avoir"), xml=_remplacer(b'<cbc:TaxAmount currencyID="EUR">', b'<cbc:TaxAmount currencyID="USD">')) for ere in (R, C)),
    Cas("GES-G1.55", R, {"lignes.0.prix_brut": _D(10), "lignes.0.prix_remise": _D(1), "lignes.0.prix_net": _D(5)}),
    # --- VAT
    *(Cas("GES-G1.24", ere, {"tva.0.taux": _D(15)}, CPP if ere is C else TOUTES) for ere in (R, C)),
    *(Cas("GES-G2.31", ere, {"tva.0.categorie": "L"}) for ere in (R, C)),
    Cas("GES-G1.41", R, {"tva.0.categorie": "E", "tva.0.exoneration": "Art. 261"}, bon={"tva.0.categorie": "E", "type_code": "384"}),
    Cas("GES-G1.47", R, {"tva.0.categorie": "E", "vendeur.tva": None}, bon={"tva.0.categorie": "Z", "vendeur.tva": None}),
    Cas("GES-G6.10", R, {"remises_charges": (RemiseCharge(False, _D(1), tva_categorie="S"),)}),
    Cas("GES-G6.21", R, {"tva.0.exoneration_code": "VATEX-FR-CNWVAT"}, FACTURES, bon={"type_code": "381"}),
    Cas(
        "GES-S1.13", R, lambda f: replace(f, code_exigibilite="72", tva=f.tva + f.tva[:1]), ("cii",),
        xml=_dernier(b"<ram:DueDateTypeCode>72<", b"<ram:DueDateTypeCode>5<"), bon=lambda f: replace(f, code_exigibilite="72"),
    ),
    # --- payment
    Cas("GES-S2.05a", C, {"paiements": ()}, CPP),
    Cas("GES-S2.05b", C, _paiement("70"), CPP),
    Cas("GES-S2.05c", C, _paiement("48"), ("avoir",), bon={"paiements": ()}),
    *(Cas("BAN-01", ere, _paiement(code, Compte(IBAN[:-1] + "X")), FACTURES) for ere, code in ((R, "58"), (C, "30"))),
    *(Cas("BAN-02", ere, _paiement("30", Compte("12345678")), FACTURES) for ere in (R, C)),
    *(Cas("BAN-03", ere, _paiement("30"), FACTURES, bon=_paiement("48")) for ere in (R, C)),
    *(Cas("BAN-04", ere, _paiement("30", Compte(IBAN, bic="BIC_FAUX")), FACTURES) for ere in (R, C)),
    # --- attachments
    Cas("PJ-01", C, {"pieces_jointes.0.nom": "n" * 47 + ".pdf"}, CPP, bon={"pieces_jointes.0.nom": "n" * 46 + ".pdf"}),
    Cas("CPRO-41", R, {"pieces_jointes.0.nom": "n" * 47 + ".pdf"}, bon={"pieces_jointes.0.nom": "n" * 46 + ".pdf"}),
    *(Cas("PJ-02", ere, {"pieces_jointes.0.nom": "x.exe"}, CPP if ere is C else TOUTES, bon={"pieces_jointes.0.nom": "X.PDF"}) for ere in (R, C)),
    Cas("PJ-03", R, {"pieces_jointes.0.nom": None}),
    Cas("PJ-03", C, {"pieces_jointes.0.nom": None, "pieces_jointes.0.reference": None}, CPP),
    *(Cas("PJ-04", ere, {"pieces_jointes.0.contenu": b""}, CPP if ere is C else TOUTES) for ere in (R, C)),
    *(Cas("PJ-05", ere, syntaxes=CPP if ere is C else TOUTES, xml=_remplacer(b"YWJj", b"Y!")) for ere in (R, C)),
    *(Cas("PJ-06", ere, contexte={"limites": Limites(piece_jointe=3)}, bon_contexte={"limites": Limites(piece_jointe=4)}) for ere in (R, C)),
    *(Cas("PJ-07", ere, contexte={"limites": Limites(taille_fichier=2)}) for ere in (R, C)),
    *(
        Cas("PJ-08", ere, {"pieces_jointes.0.contenu": _zip("autre.csv")}, CPP if ere is C else TOUTES, bon={"pieces_jointes.0.contenu": _zip("BL-1.csv")})
        for ere in (R, C)
    ),
    # --- BR-FR-CPRO
    Cas("CPRO-01", R, {"contrat": "C1", "contrat_type": "BON"}, bon={"contrat": "C1", "contrat_type": "MARCHE"}),
    Cas("CPRO-03", R, {"vendeur.identifiants": (), "vendeur.identifiant_legal": None}),
    Cas("CPRO-09", R, {"vendeur.identifiants": ()}),
    Cas("CPRO-10", R, {"acheteur.identifiants": (Identifiant("S1", "0224"),)}),
    _longueur("CPRO-14", "contrat", 50),
    _longueur("CPRO-15", "engagement", 50),
    Cas("CPRO-17", R, {"beneficiaire": Partie(nom="F", identifiant_legal=Identifiant(siren(5), "0002"))}, bon={"beneficiaire": Partie(nom="F", identifiants=(SIRET_TIERS,))}),
    Cas("CPRO-18", R, xml=_agent()),
    Cas("CPRO-19", R, lu=lambda f: replace(f, lignes=f.lignes[:1] * 1_000_000), syntaxes=("ubl",)),
    Cas("CPRO-20", R, {"factures_anterieures": (FactureAnterieure("P1", _AVANT), FactureAnterieure("P2", _AVANT))}),
    Cas("CPRO-21", R, {"cadre": "S3"}),
    Cas("CPRO-16", R, xml=_bloc_ignore(b"<cac:AgentParty/>", b"<ram:BuyerAgentTradeParty/>", b"ram:BuyerOrderReferencedDocument>")),
    Cas("CPRO-16", R, xml=_bloc_ignore(b"<cac:ServiceProviderParty><cac:Party/></cac:ServiceProviderParty>", b"<ram:InvoiceeTradeParty/>", b"ram:PayeeTradeParty>"), casse={"beneficiaire": Partie(nom="F", identifiants=(SIRET_TIERS,))}),
    Cas("CPRO-22", R, {"cadre": "S6"}, xml=_agent(("0002", siren(5)), ("0009", siret(siren(5))))),
    Cas("CPRO-23", R, {"cadre": "S3"}, contexte={"annuaire": _vide}, bon_contexte=_OUVERT),
    Cas("CPRO-23", R, _titulaire_destinataire, xml=_agent(("0002", siren(5)), ("0009", siret(siren(5))))),
    Cas("CPRO-24", R, {"cadre": "S5"}),
    Cas("CPRO-25", R, xml=_doubler(b"cac:PaymentTerms", b"ram:SpecifiedTradePaymentTerms")),
    Cas("CPRO-26", R, syntaxes=("cii",), xml=_doubler(b"", b"ram:DefinedTradeContact")),
    Cas("CPRO-27", R, syntaxes=("cii",), xml=_dernier(b"</ram:BuyerTradeParty>", b"<ram:DefinedTradeContact/><ram:DefinedTradeContact/></ram:BuyerTradeParty>")),
    Cas("CPRO-28", R, syntaxes=("cii",), xml=lambda data, s: _agent()(data, s).replace(b"<ram:DefinedTradeContact/>", b"<ram:DefinedTradeContact/>" * 2)),
    _longueur("CPRO-29", "tva.0.exoneration", 1024),
    _longueur("CPRO-30", "pieces_jointes.0.reference", 50),
    _longueur("CPRO-31", "lignes.1.description", 1024),
    _longueur("CPRO-32", "vendeur.adresse.ligne1", 400),
    _longueur("CPRO-33", "vendeur.adresse.ville", 400),
    _longueur("CPRO-34", "acheteur.nom_commercial", 99),
    _longueur("CPRO-35", "conditions_paiement", 1024),
    _longueur("CPRO-36", "vendeur.nom_commercial", 99),
    _longueur("CPRO-37", "beneficiaire.nom", 99),
    Cas("CPRO-38", R, {"livraison.lieu": Identifiant("x" * 21, None)}, bon={"livraison.lieu": Identifiant("x" * 20, None)}),
    Cas("CPRO-39", R, _paiement("30", Compte("MT84MALT011000012345MTLCAST001S")), FACTURES),
    Cas("CPRO-40", R, {"lignes.1.lieu_livraison": Identifiant("x" * 21)}, bon={"lignes.1.lieu_livraison": Identifiant("x" * 20)}),
    Cas("CPRO-42", R, {"notes": lambda f: (*f.notes, Note("x" * 1025))}, bon={"notes": lambda f: (*f.notes, Note("x" * 1024))}),
    _longueur("CPRO-43", "vendeur.nom", 99),
    _longueur("CPRO-44", "acheteur.nom", 99),
    # --- frameworks
    Cas("CAD-03a", C, {"cadre": "A3", "acheteur.nom": None, "reference_acheteur": None}, bon={"cadre": "A3", "reference_acheteur": "TJ"}),
    Cas("CAD-03b", C, {"cadre": "A3", "lignes": ()}, bon={"cadre": "A3"}),
    Cas("CAD-21a", C, {**_A21, "vendeur.adresse.ligne1": None}, bon=_A21),
    Cas("CAD-21b", C, {**_A21, "vendeur.adresse.ville": None}, bon=_A21),
    Cas("CAD-21c", C, {**_A21, "lignes.0.nom": "Année 2025", "lignes.1.nom": "Année 2024"}, bon={**_A21, "lignes.0.nom": "2024", "lignes.1.nom": "2025"}),
    Cas("CAD-09", C, {"cadre": "A9"}, FACTURES, bon={"cadre": "A9", "valideur": _VALIDEUR}),
)  # fmt: skip
