"""Attacks on the files of the directory: CSV and F14 (XML)."""

from __future__ import annotations

from tests.hostile.modele import ACCEPTE, ANNUAIRE_CSV, ANNUAIRE_F14, Attaque

_TITRES = b"siret;code_service;nom\n"
_LIGNE = b"10000000000001;;Commune\n"
_MIO = 1 << 20


def _csv(*lignes: bytes) -> bytes:
    return _TITRES + b"".join(lignes)


_CSV = (
    ("ligne-immense", lambda: _csv(b"1" * 50 * _MIO), "ANN-02"),
    ("champ-immense-entre-guillemets", lambda: _csv(b'10000000000001;;"' + b"x\n" * 10 * _MIO + b'"\n'), "ANN-02"),
    ("colonnes-en-masse", lambda: b";" * 5_000_000, "ANN-02"),
    ("titres-en-masse", lambda: b"siret;" * 2_700 + b"\n", "ANN-03"),
    ("titres-vides-en-masse", lambda: b";" * 16_000 + b"\n", "ANN-03"),
    ("colonnes-en-trop-a-chaque-ligne", lambda: _csv(b";" * 16_000 + b"\n") * 1 + (b";" * 16_000 + b"\n") * 2_000, "ANN-05"),
    ("guillemets-en-masse", lambda: _csv(b'"' * 16_001 + b"\n") + b'"' * 16_000 * 500, "ANN-02"),
    ("guillemets-doubles-en-masse", lambda: _csv(b'10000000000001;;"' + b'""' * 8_000 + b'"\n'), ACCEPTE),
    ("guillemet-jamais-ferme", lambda: _csv(b'10000000000001;;"x\n', _LIGNE * 400_000), "ANN-02"),
    ("nul", lambda: _csv(b"10000000000001;;Com\0mune\n"), ACCEPTE),
    ("nuls-en-masse", lambda: b"\0" * 5_000_000, "ANN-02"),
    ("utf-16", lambda: _csv(_LIGNE).decode().encode("utf-16"), "ANN-01"),
    ("utf-32", lambda: _csv(_LIGNE).decode().encode("utf-32"), "ANN-01"),
    ("latin-1", lambda: _csv("10000000000001;;Évry\n".encode("latin-1")), "ANN-01"),
    ("utf-8-trop-long", lambda: _csv(b"10000000000001;;\xc0\xbcscript>\n"), "ANN-01"),
    ("demi-caractere", lambda: _csv(b"10000000000001;;\xed\xa0\x80\n"), "ANN-01"),
    ("bom-double", lambda: b"\xef\xbb\xbf" * 2 + _csv(_LIGNE), "ANN-03"),
    ("retours-seuls", lambda: (_csv(_LIGNE * 500)).replace(b"\n", b"\r"), "ANN-02"),
    ("formules", lambda: _csv(b'10000000000001;;=cmd|\' /C calc\'!A0\n10000000000002;;@SUM(1)\n10000000000003;;"\t=1+1"\n'), ACCEPTE),
    ("ansi-et-bidi", lambda: _csv("10000000000001;;\x1b[31m\u202e\n".encode()), ACCEPTE),
    ("siret-chiffres-arabes", lambda: _csv("١٠٠٠٠٠٠٠٠٠٠٠٠١;;Commune\n".encode()), "ANN-06"),
    ("siret-immense", lambda: _csv(b"9" * 16_000 + b";;Commune\n"), "ANN-06"),
    ("code-service-immense", lambda: _csv(b"10000000000001;" + b"S" * 10_000 + b";x\n"), "ANN-08"),
    ("fautes-en-masse", lambda: _csv(b"x;;y\n" * 1_000_000), "ANN-06"),
    ("lignes-vides-en-masse", lambda: _csv(b"\n" * 500_000), ACCEPTE),
    ("binaire", lambda: bytes(range(256)) * 10_000, "ANN-03"),
    ("vide", lambda: b"", "ANN-22"),
)  # fmt: skip

_RACINE = b"AnnuaireConsultationF14"
_TETE = b"<HorodateProduction>20261101063000</HorodateProduction><TypeFlux>C</TypeFlux>"


def _f14(corps: bytes, tete: bytes = _TETE, racine: bytes = _RACINE) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<' + racine + b">" + tete + corps + b"</" + racine.split()[0] + b">"


def _etablissement(dedans: bytes = b"", siret: bytes = b"10000000000001") -> bytes:
    return (
        b"<Etablissement><MotifPresence>C</MotifPresence><Statut>A</Statut><IdSIRET>" + siret + b"</IdSIRET><Nom>Commune</Nom>"
        + dedans + b"<DonneesB2G/></Etablissement>"
    )  # fmt: skip


def _dtd(interne: bytes) -> bytes:
    return b"<!DOCTYPE " + _RACINE + b" [" + interne + b"]>" + _f14(b"").partition(b"\n")[2]


_F14 = (
    ("milliard-de-rires", lambda: _dtd(b'<!ENTITY a0 "rire">' + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 11))), "ANN-13"),
    ("xxe", lambda: _dtd(b'<!ENTITY x SYSTEM "file:///etc/hostname">'), "ANN-13"),
    ("dtd-sans-fin", lambda: b"<!DOCTYPE a [" + b"<!-- x -->" * 2_000_000, "ANN-14"),
    ("entite-inconnue", lambda: _f14(_etablissement(b"&xxe;")), "ANN-12"),
    ("racine-etrangere", lambda: b"<a/>", "ANN-14"),
    ("racine-jamais-venue", lambda: b"<!-- x -->" * 2_000_000, "ANN-14"),
    ("blancs-en-masse", lambda: b"<?xml version='1.0'?>" + b" " * 20_000_000, "ANN-14"),
    ("profond", lambda: _f14(b"<a>" * 100_000), "ANN-12"),
    ("profond-dans-un-bloc", lambda: _f14(_etablissement(b"<a>" * 100_000)), "ANN-12"),
    ("etrangers-en-masse", lambda: _f14(b"<x/>" * 2_000_000), "ANN-23"),
    ("etrangers-dans-un-bloc", lambda: _f14(_etablissement(b"<x/>" * 2_000_000)), "ANN-23"),
    ("drapeaux-en-masse", lambda: _f14(_etablissement(b"<DonneesB2G>" + b"<x/>" * 2_000_000 + b"</DonneesB2G>")), "ANN-23"),
    ("etrangers-entre-les-blocs", lambda: _f14((b"<x/>" * 10_000 + b"<B>" + _etablissement() + b"</B>") * 60), ACCEPTE),
    ("entetes-en-masse", lambda: _f14(_TETE[55:] * 10_000), ACCEPTE),
    ("blocs-imbriques", lambda: _f14(b"<Etablissement>" * 200 + b"</Etablissement>" * 200), "ANN-06"),
    ("attributs-en-masse", lambda: _f14(b"", racine=_RACINE + b" " + b" ".join(b'a%d=""' % n for n in range(100_000))), ACCEPTE),
    ("espaces-de-noms-en-masse", lambda: _f14(b"<x " + b" ".join(b'xmlns:n%d="u%d"' % (n, n) for n in range(30_000)) + b"/>"), ACCEPTE),
    ("texte-enorme", lambda: _f14(_etablissement(b"<Nom>" + b"x" * 30_000_000 + b"</Nom>")), "ANN-23"),
    ("nom-long", lambda: _f14(_etablissement().replace(b"Commune", b"x" * 5_000_000)), "ANN-23"),
    ("nul", lambda: _f14(_etablissement(b"\0")), "ANN-12"),
    ("ansi", lambda: _f14(_etablissement(b"\x1b[31m")), "ANN-12"),
    ("utf-16", lambda: _f14(_etablissement()).decode().replace("UTF-8", "UTF-16").encode("utf-16"), "ANN-01"),
    ("latin1-dit-utf-8", lambda: _f14(_etablissement("<Localite>É</Localite>".encode("latin-1"))), "ANN-12"),
    ("siret-immense", lambda: _f14(_etablissement(siret=b"9" * 1_000_000)), "ANN-06"),
    ("horodate-immense", lambda: _f14(b"", tete=b"<HorodateProduction>" + b"9" * 1_000_000 + b"</HorodateProduction><TypeFlux>C</TypeFlux>"), "ANN-15"),
    ("fautes-en-masse", lambda: _f14(b"<Etablissement/>" * 1_000_000), "ANN-06"),
    ("coupe", lambda: _f14(_etablissement())[:-30], "ANN-12"),
    ("xinclude", lambda: _f14(b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'), ACCEPTE),
)  # fmt: skip
ANNUAIRES = (
    *(Attaque(f"csv-{nom}", fabrique, attendu, ANNUAIRE_CSV) for nom, fabrique, attendu in _CSV),
    *(Attaque(f"f14-{nom}", fabrique, attendu, ANNUAIRE_F14) for nom, fabrique, attendu in _F14),
)
