"""Directory files: what is read, and what is said of one that cannot be."""

import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flux.annuaire import Entree, FauteAnnuaire, Mode, Production, Service, Structure, charger_memoire, lire_annuaire
from flux.annuaire.fautes import FAUTES_MAX, TEXTES
from flux.annuaire.lire_csv import COLONNES, LIGNE_MAX
from flux.errors import ErreurUsage
from tests.unit.annuaire.exemples import (
    TITRES,
    code_routage,
    ecrire_csv,
    ecrire_f14,
    etablissement,
    lire,
    services,
    siret,
    structures,
    unite,
)

BON = siret(1)


def _csv(tmp_path: Path, texte: str | bytes) -> Path:
    chemin = tmp_path / "a.csv"
    chemin.write_bytes(texte if isinstance(texte, bytes) else texte.encode())
    return chemin


def test_un_csv_rend_ce_qui_y_est_ecrit(tmp_path):
    attendu = [*structures(120), *services(120)]
    lu, fautes, _ = lire(ecrire_csv(tmp_path / "a.csv", attendu))
    assert lu == attendu
    assert fautes == []


def test_un_export_f14_rend_ce_qui_y_est_ecrit(tmp_path):
    fichier = ecrire_f14(
        tmp_path / "f14.xml", map(etablissement, structures(120)), map(code_routage, services(120)), genre="D", precedent="20261031063000"
    )
    lu, fautes, productions = lire(fichier)
    assert lu == [*structures(120), *services(120)]
    assert fautes == []
    # 06:30 in Paris, winter time
    assert productions == [Production(Mode.DIFFERENCE, datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 10, 31, 5, 30, tzinfo=UTC))]


def test_l_espace_de_noms_d_un_export_est_indifferent(tmp_path):
    fichier = ecrire_f14(tmp_path / "f14.xml", map(etablissement, structures(3)))
    fichier.write_text(fichier.read_text().replace("<AnnuaireConsultationF14>", '<AnnuaireConsultationF14 xmlns="urn:x">'))
    assert lire(fichier)[0] == list(structures(3))


def test_un_csv_en_deux_fichiers_avec_bom_dates_et_guillemets(tmp_path):
    un = _csv(tmp_path, "\ufeffsiret;nom;etat;debut;fin\r\n" + f'{BON};"Mairie ; ""centre""";OUI;2026-01-01;2026-12-31\r\n\r\n')
    deux = tmp_path / "services.csv"
    deux.write_text(f"code_service;siret;nom;actif\nA 1;{BON};Achats;0\n")
    assert lire(un, deux)[0] == [
        Structure(BON, 'Mairie ; "centre"', etat=True, debut=date(2026, 1, 1), fin=date(2026, 12, 31)),
        Service(BON, "A 1", "Achats", actif=False),
    ]


def test_une_structure_est_publique_par_ses_donnees_ou_par_son_unite_legale(tmp_path):
    a, b, c = (Structure(f"{n}00000000{n:05d}", "S") for n in (1, 2, 3))
    fichier = ecrire_f14(
        tmp_path / "f.xml",
        [etablissement(a), etablissement(b, b2g=False), etablissement(c, b2g=False)],
        unites=[unite(a.siret[:9], "A"), unite(b.siret[:9], "P"), unite(c.siret[:9], "A")],
    )
    assert [one.publique for one in lire_annuaire([fichier]) if isinstance(one, Entree)] == [True, True, False]


@pytest.mark.parametrize(("motif", "actif"), [("C", True), ("P", True), ("S", False)])
def test_ce_qui_sort_de_vigueur_est_inactif(tmp_path, motif, actif):
    fichier = ecrire_f14(tmp_path / "f.xml", [etablissement(Structure(BON, "S"), motif=motif)])
    assert [v.actif for v in lire(fichier)[0]] == [actif]


@pytest.mark.parametrize(
    ("ligne", "code"),
    [
        ("1234;;X;;;;;;;;", "ANN-06"),
        ("00000000000000;;X;;;;;;;;", "ANN-06"),
        ("1000000000000é;;X;;;;;;;;", "ANN-06"),
        (f"{BON};;;;;;;;;;", "ANN-07"),
        (f"{BON};{'S' * 101};X;;;;;;;;", "ANN-08"),
        (f"{BON};;X;peut-être;;;;;;;", "ANN-09"),
        (f"{BON};;X;;;;;;;;2", "ANN-09"),
        (f"{BON};S;X;;;oui;;;;;", "ANN-11"),
        (f"{BON};;X", "ANN-05"),
        (f"{BON};;X;;;;;;;;;;", "ANN-05"),
    ],
)
def test_une_ligne_fautive_est_dite_avec_son_numero_et_les_autres_sont_lues(tmp_path, ligne, code):
    lu, fautes, _ = lire(_csv(tmp_path, f"{TITRES}\n{BON};;Bonne;;;;;;;;\n{ligne}\n{BON};S;Bonne;;;;;;;;\n"))
    assert [(one.code, one.fichier, one.ligne) for one in fautes] == [(code, "a.csv", 3)]
    assert len(lu) == 2


@pytest.mark.parametrize("fin", ["2026-02-30", "20260201", "2025-12-31", "demain"])
def test_une_date_fautive_est_dite(tmp_path, fin):
    _, fautes, _ = lire(_csv(tmp_path, f"siret;nom;debut;fin\n{BON};X;2026-01-01;{fin}\n"))
    assert [one.code for one in fautes] == ["ANN-10"]
    assert fin in fautes[0].fr


@pytest.mark.parametrize(
    ("octets", "code", "ligne"),
    [
        (b"", "ANN-22", 0),
        (b"siret;nom;ville\n", "ANN-03", 1),
        (b"siret;nom;nom\n", "ANN-03", 1),
        (b"siret;code_service\n", "ANN-04", 1),
        (b"siret;nom\n\n" + BON.encode() + b";\xe9t\xe9\n", "ANN-01", 3),
        (b'siret;nom\n"' + BON.encode() + b";x\n", "ANN-02", 2),
        (b"siret;nom\n" + BON.encode() + b";" + b"x" * LIGNE_MAX, "ANN-02", 2),
        (b"siret;nom\n" + BON.encode() + b';"' + b"x\n" * 100_000, "ANN-02", None),
    ],
)
def test_un_fichier_illisible_est_une_faute_et_pas_une_erreur(tmp_path, octets, code, ligne):
    _, fautes, _ = lire(_csv(tmp_path, octets))
    assert [one.code for one in fautes] == [code]
    assert ligne is None or fautes[0].ligne == ligne


RIRES = (
    '<!DOCTYPE AnnuaireConsultationF14 [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    ("avant", "apres", "code"),
    [
        ("<AnnuaireConsultationF14>", RIRES + "<AnnuaireConsultationF14>", "ANN-13"),
        ("<AnnuaireConsultationF14>", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><AnnuaireConsultationF14>', "ANN-13"),
        ("AnnuaireConsultationF14", "Autre", "ANN-14"),
        ("</AnnuaireConsultationF14>", "", "ANN-12"),
        ("<Statut>A<", "<Statut>B<", "ANN-09"),
        ("<MotifPresence>C<", "<MotifPresence>X<", "ANN-09"),
        ("<MOA>True<", "<MOA>peut-être<", "ANN-09"),
        ("<TypeFlux>C<", "<TypeFlux>X<", "ANN-09"),
        ("20261101063000", "20261301063000", "ANN-15"),
        (siret(0), "123", "ANN-06"),
        ("<Nom>Collectivité n° 0 « Éà »</Nom>", "", "ANN-07"),
        (">SERV-0-0<", "><", "ANN-08"),
    ],
)
def test_un_export_fautif_est_une_faute_et_pas_une_erreur(tmp_path, avant, apres, code):
    fichier = ecrire_f14(tmp_path / "f.xml", map(etablissement, structures(1)), map(code_routage, services(1)))
    texte = fichier.read_text()
    assert avant in texte
    fichier.write_text(texte.replace(avant, apres))
    _, fautes, _ = lire(fichier)
    assert {one.code for one in fautes} == {code}


@pytest.mark.parametrize("octets", [b"<", b"<a", b"<?xml version='1.0'?>", b"<!--" + b"x" * 3_000_000, b"<" * 100_000, b"<\0>"])
def test_ce_qui_n_est_qu_un_debut_de_xml_est_une_faute(tmp_path, octets):
    _, fautes, _ = lire(_csv(tmp_path, octets))
    assert [one.code in ("ANN-12", "ANN-14") for one in fautes] == [True]


def test_un_fichier_absent_est_une_erreur_d_usage(tmp_path):
    with pytest.raises(ErreurUsage):
        list(lire_annuaire([tmp_path / "absent.csv"]))


@pytest.mark.parametrize("code", TEXTES)
def test_chaque_faute_a_deux_langues_et_les_memes_faits(code):
    fr, en = TEXTES[code]
    assert fr != en
    assert fr.endswith(".")
    assert en.endswith(".")
    faits = [{nom for _, nom, _, _ in string.Formatter().parse(texte) if nom} for texte in (fr, en)]
    assert faits[0] == faits[1]


def test_les_titres_documentes_sont_ceux_admis():
    from flux.annuaire import lire_csv

    table = (lire_csv.__doc__ or "").split("=\n")[2]
    documentes = [titre.strip() for line in table.splitlines()[:-1] for titre in line[:26].split(",")]
    assert documentes == list(COLONNES)


def test_une_faute_se_lit(tmp_path):
    (une,) = lire(_csv(tmp_path, f"siret;nom\n{BON};\x1b[31m\n12;x\n"))[1]
    assert isinstance(une, FauteAnnuaire)
    assert "« 12 »" in une.fr
    assert "“12”" in une.en


def test_un_annuaire_en_memoire_vient_d_un_fichier_ou_de_rien(tmp_path):
    annuaire, fautes = charger_memoire([ecrire_csv(tmp_path / "a.csv", [*structures(5), *services(5)])])
    assert fautes == ()
    assert annuaire is not None
    assert [annuaire.structure(one.siret) for one in structures(5)] == list(structures(5))
    privee = ecrire_f14(tmp_path / "f.xml", [etablissement(Structure(BON, "SARL"), b2g=False)])
    assert len(charger_memoire([privee])[0] or "") == 0
    annuaire, fautes = charger_memoire([_csv(tmp_path, f"siret;nom\n{BON};X\n" + "12;x\n" * 1000)])
    assert annuaire is None
    assert len(fautes) == FAUTES_MAX
