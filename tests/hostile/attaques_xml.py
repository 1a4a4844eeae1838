"""Attacks on the XML: entities, encodings, characters, depth, size."""

from __future__ import annotations

from tests.hostile.modele import ACCEPTE, CII, CPP, UBL, Attaque, avant_racine, dans_note, dans_racine, exemple, remplacer


def _dtd(interne: bytes, usage: bytes = b"&x;") -> bytes:
    return avant_racine(b"<!DOCTYPE Invoice [" + interne + b"]>\n").replace(b"<cbc:Note>", b"<cbc:Note>" + usage, 1)


def _milliard_de_rires() -> bytes:
    return _dtd(b'<!ENTITY a0 "rire">' + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 11)), b"&a10;")


def _quadratique() -> bytes:
    return _dtd(b'<!ENTITY x "' + b"A" * 100_000 + b'">', b"&x;" * 100_000)


def _parametres() -> bytes:
    return _dtd(b'<!ENTITY % a "<!ENTITY x \'%b;%b;%b;\'>"><!ENTITY % b "bbbb">%a;')


def _recode(codage: str, declare: str | None = None) -> bytes:
    texte = exemple(UBL).decode()
    return texte.replace('encoding="UTF-8"', f'encoding="{declare or codage}"', 1).encode(codage)


def _xinclude(href: bytes) -> bytes:
    return remplacer(rb"(?=</cbc:Note>)", b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="' + href + b'"/>')


def _profond(fois: int) -> bytes:
    return dans_note(b"<a>" * fois + b"</a>" * fois)


def _references_aux_c1() -> bytes:
    return dans_note(b"<![CDATA[&#128;]]>" * 200_000)


_SANS_FIN = b"<!-- "
XML: tuple[Attaque, ...] = (
    Attaque("milliard-de-rires", _milliard_de_rires, "XML-02"),
    Attaque("entite-quadratique", _quadratique, "XML-02"),
    Attaque("entites-parametres", _parametres, "XML-02"),
    Attaque("entite-recursive", lambda: _dtd(b'<!ENTITY x "&y;"><!ENTITY y "&x;">'), "XML-02"),
    Attaque("xxe-fichier", lambda: _dtd(b'<!ENTITY x SYSTEM "file:///etc/hostname">'), "XML-02"),
    Attaque("xxe-http", lambda: _dtd(b'<!ENTITY x SYSTEM "http://127.0.0.1:9/x">'), "XML-02"),
    Attaque("xxe-dev-zero", lambda: _dtd(b'<!ENTITY x SYSTEM "file:///dev/zero">'), "XML-02"),
    Attaque("dtd-externe", lambda: avant_racine(b'<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/x.dtd">'), "XML-02"),
    Attaque("dtd-publique", lambda: avant_racine(b'<!DOCTYPE Invoice PUBLIC "-//X//EN" "file:///dev/random">'), "XML-02"),
    Attaque("dtd-apres-commentaires", lambda: avant_racine(b"<!-- x -->" * 1000 + b'<!DOCTYPE Invoice [<!ENTITY x "y">]>'), "XML-02"),
    Attaque("dtd-attributs-par-defaut", lambda: avant_racine(b'<!DOCTYPE Invoice [<!ATTLIST Invoice a CDATA "b">]>'), "XML-02"),
    Attaque("entite-inconnue", lambda: dans_note(b"&xxe;"), "XML-01"),
    Attaque("xinclude-fichier", lambda: _xinclude(b"file:///etc/hostname"), "XSD-27"),
    Attaque("xinclude-http", lambda: _xinclude(b"http://127.0.0.1:9/x"), "XSD-27"),
    Attaque("schema-location", lambda: dans_racine(b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd"'), ACCEPTE),
    Attaque("xsi-type", lambda: remplacer(rb"<cbc:Note>", b'<cbc:Note xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x:y">'), "XSD-07"),
    Attaque("feuille-de-style", lambda: avant_racine(b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>'), ACCEPTE),
    Attaque("instructions-en-masse", lambda: avant_racine(b"<?p q?>" * 300_000), ACCEPTE),
    Attaque("commentaires-en-masse", lambda: dans_note(b"<!-- x -->" * 300_000 + b"F"), "BR-FR-05_BT-22-1"),
    Attaque("commentaire-sans-fin", lambda: avant_racine(_SANS_FIN * 400_000), "XML-01"),
    Attaque("cdata-en-masse", lambda: dans_note(b"<![CDATA[x]]>" * 300_000), "CPRO-42"),
    Attaque("references-dans-cdata", _references_aux_c1, "CPRO-42"),
    Attaque("attribut-enorme", lambda: dans_racine(b'a="' + b"x" * 9_000_000 + b'"'), "XSD-05"),
    Attaque("attribut-au-dela-de-libxml2", lambda: dans_racine(b'a="' + b"x" * 20_000_000 + b'"'), "XSD-05"),
    Attaque("attributs-en-masse", lambda: dans_racine(b" ".join(b'a%d=""' % n for n in range(100_000))), "XML-08"),
    Attaque("espaces-de-noms-en-masse", lambda: dans_racine(b" ".join(b'xmlns:n%d="urn:%d"' % (n, n) for n in range(30_000))), ACCEPTE),
    Attaque("espaces-de-noms-emboites", lambda: remplacer(rb"<cbc:Note>[^<]*</cbc:Note>", b"".join(b'<x%d:a xmlns:x%d="urn:%d">' % (n, n, n) for n in range(90)) + b"".join(b"</x%d:a>" % n for n in reversed(range(90)))), "XSD-01"),
    Attaque("nom-d-element-enorme", lambda: dans_note(b"<" + b"a" * 1_000_000 + b"/>"), "XML-01"),
    Attaque("prefixe-enorme", lambda: dans_note(b"<" + b"a" * 60_000 + b":b xmlns:" + b"a" * 60_000 + b'="urn:x"/>'), "XML-01"),
    Attaque("attributs-inconnus-en-masse", lambda: remplacer(rb"(?=<cbc:Note>)", (b"<cbc:Note " + b" ".join(b'a%d=""' % n for n in range(30)) + b">x</cbc:Note>") * 10_000), "XSD-08"),
    Attaque("espaces-de-noms-et-intrus", lambda: remplacer(rb"(?=<cbc:Note>)", b"<x/>" * 15_000).replace(b"<Invoice ", b"<Invoice " + b" ".join(b'xmlns:n%d="u%d"' % (n, n) for n in range(30_000)) + b" ", 1), "XSD-01"),
    Attaque("texte-enorme", lambda: dans_note(b"x" * 9_000_000), "CPRO-42"),
    Attaque("texte-au-dela-de-libxml2", lambda: dans_note(b"x" * 12_000_000), "CPRO-42"),
    Attaque("espaces-en-masse", lambda: dans_note(b" " * 9_000_000 + b"x" + b" " * 9_000_000), "BR-FR-05_BT-22-1"),
    Attaque("profond-101", lambda: _profond(101), "XML-05"),
    Attaque("profond-100000", lambda: _profond(100_000), "XML-05"),
    Attaque("profond-sans-fin", lambda: b"<a>" * 500_000, "XML-05"),
    Attaque("balises-en-masse", lambda: dans_note(b"<a/>" * 1_200_000), "XSD-27"),
    Attaque("notes-en-masse", lambda: remplacer(rb"(?=<cbc:Note>)", b"<cbc:Note>x</cbc:Note>" * 20_000), "OFF-05"),
    Attaque("intrus-en-masse", lambda: remplacer(rb"(?=<cbc:Note>)", b"<x/>" * 100_000), "XSD-01"),
    Attaque("utf-16", lambda: _recode("utf-16"), "XML-03"),
    Attaque("utf-16-sans-bom", lambda: _recode("utf-16-le"), "XML-03"),
    Attaque("utf-32", lambda: _recode("utf-32"), "XML-03"),
    Attaque("utf-32-sans-bom", lambda: _recode("utf-32-be"), "XML-03"),
    Attaque("utf-7", lambda: _recode("utf-7"), "XML-03"),
    Attaque("ebcdic", lambda: _recode("cp037"), "ARC-11"),
    Attaque("latin1-dit-utf-8", lambda: _recode("latin-1", "UTF-8"), "XML-03"),
    Attaque("utf-8-dit-utf-16", lambda: _recode("utf-8", "UTF-16"), "XML-03"),
    Attaque("bom-et-latin1", lambda: b"\xef\xbb\xbf" + _recode("utf-8", "ISO-8859-1"), "XML-03"),
    Attaque("bom-double", lambda: b"\xef\xbb\xbf" * 2 + exemple(UBL), "XML-01"),
    Attaque("bom-utf-16-et-utf-8", lambda: b"\xff\xfe" + exemple(UBL), "XML-03"),
    Attaque("codage-inconnu", lambda: _recode("utf-8", "x-inconnu"), "XML-03"),
    Attaque("declaration-repetee", lambda: b'<?xml version="1.0"?>' + exemple(UBL), "XML-01"),
    Attaque("declaration-longue", lambda: b"<?xml " + b" " * 5_000_000 + exemple(UBL)[6:], ACCEPTE),
    Attaque("xml-1.1", lambda: exemple(UBL).replace(b'version="1.0"', b'version="1.1"', 1), ACCEPTE),
    Attaque("xml-1.1-controle", lambda: dans_note(b"&#1;").replace(b'version="1.0"', b'version="1.1"', 1), "XML-04"),
    Attaque("nul", lambda: dans_note(b"a\0b"), "XML-04"),
    Attaque("nul-apres-la-racine", lambda: exemple(UBL) + b"\0" * 1000, "XML-04"),
    Attaque("nul-en-reference", lambda: dans_note(b"&#0;"), "XML-04"),
    Attaque("c1", lambda: dans_note("a\u0085b".encode()), "XML-04"),
    Attaque("c1-en-reference", lambda: dans_note(b"&#x9b;31m"), "XML-04"),
    Attaque("ansi", lambda: dans_note(b"\x1b[31mrouge"), "XML-04"),
    Attaque("utf-8-invalide", lambda: dans_note(b"\xc3\x28"), "XML-03"),
    Attaque("utf-8-trop-long", lambda: dans_note(b"\xc0\xbcscript>"), "XML-03"),
    Attaque("utf-8-demi-caractere", lambda: dans_note(b"\xed\xa0\x80"), "XML-03"),
    Attaque("non-caractere", lambda: dans_note("\uffff".encode()), "XML-04"),
    Attaque("reference-hors-unicode", lambda: dans_note(b"&#x110000;"), "XML-01"),
    Attaque("reference-immense", lambda: dans_note(b"&#" + b"9" * 1_000_000 + b";"), "XML-01"),
    Attaque("references-en-masse", lambda: dans_note(b"&#65;" * 600_000), "CPRO-42"),
    Attaque("bidi", lambda: dans_note("\u202e999,00\u2066 EUR".encode()), "BR-FR-05_BT-22-1"),
    Attaque("combinants", lambda: dans_note(("e" + "\u0301" * 900).encode()), "BR-FR-05_BT-22-1"),
    Attaque("cii-milliard-de-rires", lambda: avant_racine(b'<!DOCTYPE x [<!ENTITY a "a">]>', CII), "XML-02"),
    Attaque("cpp-factures-en-masse", lambda: remplacer(rb"(?=<CPPFactureMixteUnitaire )", b"<CPPFactureMixteUnitaire/>" * 20_000, CPP), "XSD-08", CPP),
    Attaque("vide-de-blancs", lambda: b" " * 5_000_000 + b"<a/>", "ARC-11"),
    Attaque("racine-etrangere", lambda: b"<a/>", "XML-06"),
)  # fmt: skip
