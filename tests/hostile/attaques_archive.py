"""Attacks on the container: gzip and tar, entries that are no files, names, ends."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable

from tests.hostile.modele import ACCEPTE, UBL, Attaque, exemple

_MIO = 1 << 20


def entree(nom: str, contenu: bytes = b"", **faits: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(nom)
    info.size = len(contenu)
    for cle, valeur in faits.items():
        setattr(info, cle, valeur)
    return info, contenu


def tar(*entrees: tuple[tarfile.TarInfo, bytes], format_: int = tarfile.PAX_FORMAT) -> bytes:
    sortie = io.BytesIO()
    with tarfile.open(fileobj=sortie, mode="w", format=format_, errors="surrogateescape") as archive:
        for info, contenu in entrees:
            archive.addfile(info, io.BytesIO(contenu))
    return sortie.getvalue()


def targz(*entrees: tuple[tarfile.TarInfo, bytes], format_: int = tarfile.PAX_FORMAT) -> bytes:
    return gzip.compress(tar(*entrees, format_=format_), 6, mtime=0)


def _avec(*entrees: tuple[tarfile.TarInfo, bytes], format_: int = tarfile.PAX_FORMAT) -> Callable[[], bytes]:
    return lambda: targz(entree("a.xml", exemple(UBL)), *entrees, format_=format_)


def _brut(en_tete: tarfile.TarInfo, suite: bytes) -> bytes:
    """A header as it is, whatever follows it."""
    return gzip.compress(tar(entree("a.xml", exemple(UBL)))[:-1024] + en_tete.tobuf(tarfile.GNU_FORMAT) + suite, 6, mtime=0)


def _pax(lignes: bytes, genre: bytes = tarfile.XHDTYPE) -> bytes:
    info = tarfile.TarInfo("pax")
    info.type, info.size = genre, len(lignes)
    bloc = lignes + b"\0" * (-len(lignes) % 512)
    return gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + bloc + tar(entree("a.xml", exemple(UBL))), 6, mtime=0)


def _ligne(cle: bytes, valeur: bytes) -> bytes:
    longueur = len(cle) + len(valeur) + 3
    longueur += len(str(longueur + len(str(longueur))))
    return b"%d %s=%s\n" % (longueur, cle, valeur)


def _zeros(taille: int) -> bytes:
    """A gzip of zeros, made piece by piece."""
    paquet = zlib.compressobj(9, wbits=31)
    info = tarfile.TarInfo("zeros.xml")
    info.size = taille
    morceaux = [paquet.compress(info.tobuf(tarfile.GNU_FORMAT))]
    morceaux += [paquet.compress(bytes(_MIO)) for _ in range(taille // _MIO)]
    return b"".join((*morceaux, paquet.flush()))


def _vides() -> bytes:
    return targz(*(entree(f"{n}.xml", b"") for n in range(5_000)), format_=tarfile.USTAR_FORMAT)


def _dossiers() -> bytes:
    return targz(*(entree(f"{n}/", type=tarfile.DIRTYPE) for n in range(5_000)), format_=tarfile.USTAR_FORMAT)


def _emboitee() -> bytes:
    archive = targz(entree("a.xml", exemple(UBL)))
    for _ in range(5):
        archive = targz(entree("flux.tar.gz", archive))
    return archive


def _somme_fausse() -> bytes:
    data = bytearray(tar(entree("a.xml", exemple(UBL)), entree("b.xml", exemple(UBL))))
    data[148] ^= 1
    return gzip.compress(bytes(data), mtime=0)


def _taille_negative() -> bytes:
    info = tarfile.TarInfo("n.xml")
    en_tete = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    en_tete[124:136] = b"\xff" * 12
    en_tete[148:156] = b" " * 8
    en_tete[148:156] = b"%06o\0 " % sum(en_tete)
    return gzip.compress(bytes(en_tete) + bytes(1024), mtime=0)


def _lien(genre: bytes) -> Callable[[], bytes]:
    return _avec(entree("lien", type=genre, linkname="/etc/passwd"))


ARCHIVES: tuple[Attaque, ...] = (
    Attaque("bombe-de-taux", lambda: _zeros(90 * _MIO), "ARC-06"),
    Attaque("bombe-d-un-gio", lambda: _zeros(1024 * _MIO), "ARC-06"),
    Attaque("membres-vides-en-masse", _vides, "ARC-08"),
    Attaque("dossiers-en-masse", _dossiers, "ARC-04"),
    Attaque("lien-symbolique", _lien(tarfile.SYMTYPE), "ARC-05"),
    Attaque("lien-physique", _lien(tarfile.LNKTYPE), "ARC-05"),
    Attaque("peripherique-caracteres", _lien(tarfile.CHRTYPE), "ARC-05"),
    Attaque("peripherique-blocs", _lien(tarfile.BLKTYPE), "ARC-05"),
    Attaque("tube", _lien(tarfile.FIFOTYPE), "ARC-05"),
    Attaque("creux-gnu", _lien(tarfile.GNUTYPE_SPARSE), "ARC-05"),
    Attaque("contigu", _lien(tarfile.CONTTYPE), "ARC-05"),
    Attaque("genre-inconnu", _lien(b"Z"), "ARC-05"),
    Attaque("creux-pax-1.0", lambda: _pax(_ligne(b"GNU.sparse.major", b"1") + _ligne(b"GNU.sparse.minor", b"0") + _ligne(b"GNU.sparse.realsize", b"9" * 15)), "ARC-03"),
    Attaque("creux-pax-0.1", lambda: _pax(_ligne(b"GNU.sparse.map", b"0,1,999999999999,1") + _ligne(b"GNU.sparse.size", b"9" * 12)), "ARC-07"),
    Attaque("creux-pax-0.0", lambda: _pax(_ligne(b"GNU.sparse.size", b"9" * 12) + _ligne(b"GNU.sparse.offset", b"0") + _ligne(b"GNU.sparse.numbytes", b"1") * 500), "ARC-07"),
    Attaque("chemin-absolu", _avec(entree("/etc/passwd", b"x")), "ARC-05"),
    Attaque("chemin-parent", _avec(entree("../../x.xml", b"x")), "ARC-05"),
    Attaque("chemin-parent-inverse", _avec(entree("a\\..\\x.xml", b"x")), "ARC-05"),
    Attaque("chemin-parent-pax", lambda: _pax(_ligne(b"path", b"../x.xml")), "ARC-05"),
    Attaque("chemin-unc", _avec(entree("\\\\serveur\\x.xml", b"x")), "ARC-05"),
    Attaque("chemin-lecteur", _avec(entree("C:\\x.xml", exemple(UBL))), "DBL-02"),
    Attaque("nom-nul-pax", lambda: _pax(_ligne(b"path", b"a.xml\0.pdf")), ACCEPTE),
    Attaque("nom-pas-utf-8-pax", lambda: _pax(_ligne(b"path", b"caf\xe9.xml")), ACCEPTE),
    Attaque("nom-vide", lambda: _pax(_ligne(b"path", b"")), ACCEPTE),
    Attaque("nom-ansi", _avec(entree("\x1b[2J\x1b]0;titre\x07.xml", exemple(UBL))), "DBL-02"),
    Attaque("nom-bidi", _avec(entree("\u202elmx.cod", exemple(UBL))), "DBL-02"),
    Attaque("nom-de-256", _avec(entree("n" * 256, b"x")), "ARC-05"),
    Attaque("nom-de-60000", _avec(entree("n" * 60_000, b"x")), "ARC-05"),
    Attaque("nom-au-dela-de-l-en-tete", _avec(entree("n" * 70_000, b"x")), "ARC-06"),
    Attaque("dossier-long", _avec(entree("d/" * 5000 + "a.xml", b"x")), "ARC-05"),
    Attaque("noms-en-double", _avec(entree("a.xml", exemple(UBL))), "DBL-02"),
    Attaque("pax-taille-immense", lambda: _pax(_ligne(b"size", b"9" * 18)), "ARC-03"),
    Attaque("pax-taille-negative", lambda: _pax(_ligne(b"size", b"-512")), "ARC-03"),
    Attaque("pax-taille-texte", lambda: _pax(_ligne(b"size", b"beaucoup")), "ARC-03"),
    Attaque("pax-longueur-nulle", lambda: _pax(b"0 path=x\n" * 50), "ARC-03"),
    Attaque("pax-longueur-immense", lambda: _pax(b"9" * 500 + b" path=x\n"), "ARC-03"),
    Attaque("pax-mtime-infini", lambda: _pax(_ligne(b"mtime", b"1e999") + _ligne(b"uid", b"-1")), ACCEPTE),
    Attaque("pax-global", lambda: _pax(_ligne(b"path", b"../x.xml"), tarfile.XGLTYPE), "ARC-05"),
    Attaque("pax-charset", lambda: _pax(_ligne(b"hdrcharset", b"BINARY") + _ligne(b"path", b"\xff\xfe.xml")), ACCEPTE),
    Attaque("pax-champs-en-masse", lambda: _pax(b"".join(_ligne(b"k%d" % n, b"v") for n in range(4_000))), ACCEPTE),
    Attaque("pax-enorme", lambda: _brut(_genre(tarfile.XHDTYPE, 8 << 30), bytes(_MIO)), "ARC-03"),
    Attaque("nom-long-enorme", lambda: _brut(_genre(tarfile.GNUTYPE_LONGNAME, 1 << 30), bytes(_MIO)), "ARC-03"),
    Attaque("noms-longs-en-chaine", lambda: _brut(_genre(tarfile.GNUTYPE_LONGNAME, 4), (b"nom\0".ljust(512, b"\0") + _genre(tarfile.GNUTYPE_LONGNAME, 4).tobuf(tarfile.GNU_FORMAT)) * 5_000), "ARC-03"),
    Attaque("archive-emboitee", _emboitee, "ARC-11"),
    Attaque("archive-de-zip", _avec(entree("b.zip", b"PK\x03\x04" + bytes(100))), "ARC-11"),
    Attaque("zip-nu", lambda: b"PK\x03\x04" + bytes(100), "ARC-11"),
    Attaque("tar-nu", lambda: tar(entree("a.xml", exemple(UBL))), "ARC-11"),
    Attaque("gz-suivi-d-ordures", lambda: targz(entree("a.xml", exemple(UBL))) + b"ordures" * 1000, "ARC-03"),
    Attaque("gz-a-deux-membres", lambda: gzip.compress(tar(entree("a.xml", exemple(UBL)))[:700], mtime=0) + gzip.compress(tar(entree("a.xml", exemple(UBL)))[700:], mtime=0), ACCEPTE),
    Attaque("gz-membres-vides-en-masse", lambda: gzip.compress(b"", mtime=0) * 20_000 + targz(entree("a.xml", exemple(UBL))), ACCEPTE),
    Attaque("gz-tronque", lambda: targz(entree("a.xml", exemple(UBL)))[:-200], "ARC-03"),
    Attaque("gz-somme-fausse", lambda: targz(entree("a.xml", exemple(UBL)))[:-8] + bytes(8), "ARC-03"),
    Attaque("gz-en-tete-sans-fin", lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 3_000_000, "ARC-03"),
    Attaque("gz-methode-inconnue", lambda: b"\x1f\x8b\x09" + bytes(100), "ARC-03"),
    Attaque("deux-tar-bout-a-bout", lambda: gzip.compress(tar(entree("a.xml", exemple(UBL))) * 2, mtime=0), "ARC-03"),
    Attaque("tar-somme-fausse", _somme_fausse, "ARC-03"),
    Attaque("tar-taille-negative", _taille_negative, "ARC-03"),
    Attaque("tar-tronque", lambda: gzip.compress(tar(entree("a.xml", exemple(UBL)))[:3000], mtime=0), "ARC-03"),
    Attaque("tar-de-zeros", lambda: gzip.compress(bytes(10 * _MIO), mtime=0), "ARC-04"),
    Attaque("fichier-vide", lambda: b"", "ARC-01"),
)  # fmt: skip


def _genre(genre: bytes, taille: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo("x")
    info.type, info.size = genre, taille
    return info
