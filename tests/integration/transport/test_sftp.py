"""What the platform does on a real SFTP server: the demonstration's (asyncssh) and OpenSSH."""

import errno
import io
import os
import threading
from pathlib import Path

import paramiko
import pytest

from flux.errors import ErreurTransport, ErreurUsage
from flux.transport import prets
from flux.transport import sftp as sftp_flux
from flux.transport.sftp import decouper, effacer, lire, lister, lister_prets, partenaires, publier, reclamer
from tests.services import PARTENAIRE, ServeurSftp

NOM = "FSO1140A_ABC123_ABC1231140000000000000001"


def deposer(serveur: ServeurSftp, nom: str | bytes, contenu: bytes = b"<facture/>", date: int | None = 1_700_000_000) -> Path:
    """Put a file in the partner's ``in`` as if it had been there for long."""
    chemin = serveur.disque / PARTENAIRE / "in" / os.fsdecode(nom)
    chemin.write_bytes(contenu)
    if date:
        os.utime(chemin, (date, date))
    return chemin


def prets_de(serveur: ServeurSftp, entre: object = None) -> list[str]:
    """Names ready in the partner's folder; ``entre`` runs between the two looks."""
    with serveur.client() as sftp:
        return [
            d.nom for d in lister_prets(sftp, [serveur.partenaire(PARTENAIRE)], attendre=lambda _: entre() if callable(entre) else None)
        ]


def test_partner_folders_are_discovered(serveur: ServeurSftp) -> None:
    (serveur.disque / "un fichier").touch()
    (serveur.disque / ".cache").mkdir()
    (serveur.disque / "lien").symlink_to(serveur.disque / PARTENAIRE)
    with serveur.client() as sftp:
        assert partenaires(sftp, serveur.vue) == [serveur.partenaire(PARTENAIRE)]


def test_only_finished_regular_visible_files_are_ready(serveur: ServeurSftp) -> None:
    for nom in (NOM, "a.tmp", "B.PART", ".cache", "c.TMP"):
        deposer(serveur, nom)
    dossier = serveur.disque / PARTENAIRE / "in"
    (dossier / "dossier").mkdir()
    (dossier / "lien").symlink_to(dossier / NOM)
    assert prets_de(serveur) == [NOM]


def test_a_file_that_still_grows_is_left_alone(serveur: ServeurSftp) -> None:
    chemin = deposer(serveur, NOM)
    deposer(serveur, "fini", date=1_600_000_000)

    def continuer() -> None:
        with chemin.open("ab") as suite:
            suite.write(b"suite")
        os.utime(chemin, (1_700_000_000, 1_700_000_000))

    assert prets_de(serveur, continuer) == ["fini"]
    assert prets_de(serveur) == ["fini", NOM]


def test_a_file_rewritten_at_the_same_size_is_left_alone(serveur: ServeurSftp) -> None:
    deposer(serveur, NOM)
    assert prets_de(serveur, lambda: deposer(serveur, NOM, b"<facturA/>", 1_700_000_002)) == []


def test_a_folder_that_refuses_does_not_stop_the_others(serveur: ServeurSftp, monkeypatch: pytest.MonkeyPatch) -> None:
    deposer(serveur, NOM)
    vraies = sftp_flux._entrees

    def refuser(client: paramiko.SFTPClient, dossier: str) -> list[tuple[bytes, paramiko.SFTPAttributes]]:
        if dossier.startswith("/ferme"):
            raise PermissionError(errno.EACCES, "Permission denied")
        if dossier.startswith("/casse"):
            raise OSError("Failure")
        return vraies(client, dossier)

    monkeypatch.setattr(sftp_flux, "_entrees", refuser)  # the servers run as the tests' user, whom no folder refuses when it is root
    with serveur.client() as sftp:
        prets = lister_prets(sftp, ["/ferme", serveur.partenaire(PARTENAIRE)], attendre=lambda _: None)
        assert [depot.nom for depot in prets] == [NOM]
        with pytest.raises(ErreurTransport):
            lister_prets(sftp, ["/casse", serveur.partenaire(PARTENAIRE)], attendre=lambda _: None)


def test_an_absent_folder_holds_nothing(serveur: ServeurSftp) -> None:
    with serveur.client() as sftp:
        assert lister(sftp, f"{serveur.partenaire(PARTENAIRE)}/nulle-part") == []


def test_files_are_listed_oldest_first(serveur: ServeurSftp) -> None:
    for nom, date in (("b", 3_000), ("c", 1_000), ("a", 2_000), ("d", 1_000)):
        deposer(serveur, nom, date=date)
    with serveur.client() as sftp:
        assert [depot.nom for depot in lister(sftp, f"{serveur.partenaire(PARTENAIRE)}/in")] == ["c", "d", "a", "b"]


def test_a_claim_moves_the_file_out_of_the_partners_reach(serveur: ServeurSftp) -> None:
    chemin = deposer(serveur, NOM)
    with serveur.client() as sftp:
        reclame = reclamer(sftp, serveur.partenaire(PARTENAIRE), NOM, "j-1")
        assert reclame == f"{serveur.partenaire(PARTENAIRE)}/traitement/j-1__{NOM}"
        assert decouper(reclame) == ("j-1", NOM)
        assert not chemin.exists()
        assert b"".join(lire(sftp, reclame)) == b"<facture/>"


def test_of_many_claimers_one_wins_each_file(serveur: ServeurSftp) -> None:
    noms = [f"{NOM}{rang:03}" for rang in range(40)]
    for nom in noms:
        deposer(serveur, nom)
    gagnes: list[list[str]] = [[] for _ in range(4)]
    depart = threading.Barrier(len(gagnes))

    def courir(rang: int) -> None:
        with serveur.client() as sftp:
            depart.wait(20)
            gagnes[rang] = [nom for nom in noms if reclamer(sftp, serveur.partenaire(PARTENAIRE), nom, f"coureur-{rang}")]

    coureurs = [threading.Thread(target=courir, args=(rang,)) for rang in range(len(gagnes))]
    for coureur in coureurs:
        coureur.start()
    for coureur in coureurs:
        coureur.join()
    assert sorted(nom for liste in gagnes for nom in liste) == noms
    assert len(list((serveur.disque / PARTENAIRE / "traitement").iterdir())) == len(noms)


def test_a_claim_never_overwrites_a_claimed_file(serveur: ServeurSftp) -> None:
    deposer(serveur, NOM, b"un")
    with serveur.client() as sftp:
        premier = reclamer(sftp, serveur.partenaire(PARTENAIRE), NOM, "j-1")
        assert premier is not None
        deposer(serveur, NOM, b"deux")
        with pytest.raises(ErreurTransport) as refus:
            reclamer(sftp, serveur.partenaire(PARTENAIRE), NOM, "j-1")
        assert refus.value.facts["operation"] == "reclamer"
        assert b"".join(lire(sftp, premier)) == b"un"


def test_a_link_put_in_place_of_a_file_is_refused(serveur: ServeurSftp) -> None:
    secret = serveur.disque / "secret"
    secret.write_bytes(b"a la plateforme")
    (serveur.disque / PARTENAIRE / "in" / NOM).symlink_to(secret)
    with serveur.client() as sftp:
        assert reclamer(sftp, serveur.partenaire(PARTENAIRE), NOM, "j-1") is None
        assert list((serveur.disque / PARTENAIRE / "traitement").iterdir()) == []
        (serveur.disque / PARTENAIRE / "traitement" / "lien").symlink_to(secret)
        with pytest.raises(ErreurTransport, match="not a regular file"):
            list(lire(sftp, f"{serveur.partenaire(PARTENAIRE)}/traitement/lien"))
    assert secret.read_bytes() == b"a la plateforme"


@pytest.mark.parametrize("nom", [b"caf\xe9.xml", b"saut\nde ligne", "café".encode()])
def test_any_name_can_be_listed_and_claimed(serveur: ServeurSftp, nom: bytes) -> None:
    deposer(serveur, nom)
    with serveur.client() as sftp:
        (depot,) = lister(sftp, f"{serveur.partenaire(PARTENAIRE)}/in")
        reclame = reclamer(sftp, serveur.partenaire(PARTENAIRE), depot.nom, "j")
        assert reclame is not None
        assert decouper(reclame)[1] == prets.nom_lisible(depot.nom)
        assert reclame.isprintable()
        assert list(lire(sftp, reclame)) == [b"<facture/>"]


def test_the_longest_name_can_be_claimed(serveur: ServeurSftp) -> None:
    deposer(serveur, "é" * 127)
    with serveur.client() as sftp:
        reclame = reclamer(sftp, serveur.partenaire(PARTENAIRE), "é" * 127, "jeton")
        assert reclame is not None
        assert decouper(reclame)[1] == "é" * 124
        assert [depot.nom for depot in lister(sftp, f"{serveur.partenaire(PARTENAIRE)}/traitement")] == ["jeton__" + "é" * 124]


@pytest.mark.parametrize("fin", [".tmp", ".PART"])
def test_a_name_cut_where_it_reads_like_an_unfinished_one_is_still_taken(serveur: ServeurSftp, fin: str) -> None:
    nom = "x" * (248 - len(fin)) + fin + "suite"  # 255 bytes with the token end with it
    deposer(serveur, nom)
    with serveur.client() as sftp:
        reclame = reclamer(sftp, serveur.partenaire(PARTENAIRE), nom, "jeton")
        assert [depot.chemin for depot in lister(sftp, f"{serveur.partenaire(PARTENAIRE)}/traitement")] == [reclame]


@pytest.mark.parametrize("jeton", ["", "a_b", "a/b", "é", "x" * 65])
def test_a_token_that_could_break_the_name_is_refused(serveur_asyncssh: ServeurSftp, jeton: str) -> None:
    with serveur_asyncssh.client() as sftp, pytest.raises(ErreurUsage):
        reclamer(sftp, serveur_asyncssh.partenaire(PARTENAIRE), NOM, jeton)


def test_a_large_file_is_read_whole(serveur: ServeurSftp) -> None:
    contenu = os.urandom(1024 * 1024) * 9 + b"fin"
    (serveur.disque / PARTENAIRE / "traitement" / "x").write_bytes(contenu)
    with serveur.client() as sftp:
        assert b"".join(lire(sftp, f"{serveur.partenaire(PARTENAIRE)}/traitement/x")) == contenu


@pytest.mark.parametrize("taille", [600_000, 6_000_000])
def test_a_file_that_grows_under_the_reader_is_an_error(serveur: ServeurSftp, taille: int) -> None:
    chemin = serveur.disque / PARTENAIRE / "traitement" / "x"
    chemin.write_bytes(b"x" * taille)
    with serveur.client() as sftp:
        lecture = lire(sftp, f"{serveur.partenaire(PARTENAIRE)}/traitement/x")
        next(lecture)
        with chemin.open("ab") as suite:
            suite.write(b"suite")
        with pytest.raises(ErreurTransport, match="changed while it was read"):
            list(lecture)


def test_an_answer_appears_whole_and_is_rewritten_whole(serveur: ServeurSftp) -> None:
    sortie = serveur.disque / PARTENAIRE / "out"
    flux = io.BytesIO(b"entete" + b"1" * 500_000)
    flux.seek(6)
    with serveur.client() as sftp:
        assert publier(sftp, f"{serveur.partenaire(PARTENAIRE)}/out", "CSO", flux) == f"{serveur.partenaire(PARTENAIRE)}/out/CSO"
        assert (sortie / "CSO").read_bytes() == b"1" * 500_000
        publier(sftp, f"{serveur.partenaire(PARTENAIRE)}/out", "CSO", io.BytesIO(b"deux"))
    assert [(f.name, f.read_bytes()) for f in sortie.iterdir()] == [("CSO", b"deux")]


def test_a_failed_publication_leaves_the_previous_answer_and_no_rest(serveur: ServeurSftp) -> None:
    class Coupe(io.BytesIO):
        def read(self, taille: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError("disk error")
            return super().read(taille)

    sortie = serveur.disque / PARTENAIRE / "out"
    with serveur.client() as sftp:
        publier(sftp, f"{serveur.partenaire(PARTENAIRE)}/out", "CSO", io.BytesIO(b"un"))
        with pytest.raises(ErreurTransport) as echec:
            publier(sftp, f"{serveur.partenaire(PARTENAIRE)}/out", "CSO", Coupe(b"2" * 600_000))
    assert echec.value.facts["operation"] == "publier"
    assert echec.value.facts["tries"] == 3
    assert [(f.name, f.read_bytes()) for f in sortie.iterdir()] == [("CSO", b"un")]


def test_removing_twice_is_removing_once(serveur: ServeurSftp) -> None:
    chemin = serveur.disque / PARTENAIRE / "traitement" / "x"
    chemin.touch()
    with serveur.client() as sftp:
        for _ in range(2):
            effacer(sftp, f"{serveur.partenaire(PARTENAIRE)}/traitement/x")
    assert not chemin.exists()


def test_a_lost_connection_is_a_transport_error_with_its_facts(serveur: ServeurSftp) -> None:
    with serveur.client() as sftp:
        sftp.get_channel().get_transport().close()
        with pytest.raises(ErreurTransport) as perte:
            lister(sftp, f"{serveur.partenaire(PARTENAIRE)}/in")
    assert perte.value.facts["path"] == f"{serveur.partenaire(PARTENAIRE)}/in"
    assert perte.value.facts["tries"] == 1


def test_a_server_whose_key_changed_is_refused(serveur: ServeurSftp, tmp_path: Path) -> None:
    from demo.serveur_sftp import cle_privee

    with pytest.raises(paramiko.BadHostKeyException), serveur.client(cle_hote=cle_privee(tmp_path / "autre")):
        pass
