"""The directory in the ledger: imports are whole or nothing, and readers see one version at a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from flux.annuaire import Entree, Mode, Service, Structure, lire_annuaire
from flux.annuaire.fautes import FAUTES_MAX
from flux.annuaire.modele import SIRETS_ETAT
from flux.errors import ErreurRegistre, ErreurUsage
from flux.registre.annuaire import AnnuaireRegistre, etat_annuaire
from flux.registre.annuaire_import import HISTORIQUE, BilanImport, importer
from tests.integration.registre.aides import compte, ensemble
from tests.unit.annuaire.exemples import (
    TITRES,
    code_routage,
    ecrire_csv,
    ecrire_f14,
    etablissement,
    services,
    siret,
    structures,
    unite,
)

LE = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
A, B, C = (siret(n) for n in range(3))


def entrees(*valeurs: Structure | Service, partielle: bool = False) -> list[Entree]:
    return [Entree(valeur, "essai", rang, partielle) for rang, valeur in enumerate(valeurs, 2)]


def complet(registre: Engine, *valeurs: Structure | Service, le: datetime = LE) -> BilanImport:
    return importer(registre, entrees(*valeurs), Mode.COMPLET, le)


def difference(registre: Engine, *valeurs: Structure | Service) -> BilanImport:
    return importer(registre, entrees(*valeurs), Mode.DIFFERENCE, LE)


def lecteur(registre: Engine, **options) -> AnnuaireRegistre:
    return AnnuaireRegistre(registre, **{"frequence": 0.0, **options})


def test_l_annuaire_importe_se_retrouve(registre, tmp_path):
    valeurs = [*structures(200), *services(200)]
    bilan = importer(registre, lire_annuaire([ecrire_csv(tmp_path / "a.csv", valeurs)]), Mode.COMPLET, LE)
    annuaire = lecteur(registre)
    for une in valeurs:
        trouvee = annuaire.structure(une.siret) if isinstance(une, Structure) else annuaire.service(une.siret, une.code)
        assert trouvee == une
    assert bilan.etat == etat_annuaire(registre)
    assert bilan.etat is not None
    assert (bilan.etat.version, bilan.etat.structures, bilan.etat.services, bilan.etat.fichiers) == (1, 200, 400, ("a.csv",))
    assert (bilan.etat.ouvertes, bilan.etat.fermees, bilan.lues) == (600, 0, 600)


def test_les_deux_formats_donnent_le_meme_annuaire(registre, tmp_path):
    importer(registre, lire_annuaire([ecrire_csv(tmp_path / "a.csv", [*structures(60), *services(60)])]), Mode.COMPLET, LE)
    f14 = ecrire_f14(tmp_path / "f.xml", map(etablissement, structures(60)), map(code_routage, services(60)))
    bilan = importer(registre, lire_annuaire([f14]), Mode.COMPLET, LE)
    assert bilan.etat is not None
    assert (bilan.etat.ouvertes, bilan.etat.fermees, bilan.etat.produit_le) == (0, 0, datetime(2026, 11, 1, 5, 30, tzinfo=UTC))


def test_un_import_complet_remplace_et_une_difference_ajoute(registre):
    complet(registre, Structure(A, "A"), Structure(B, "B"), Service(A, "S", "S"), Service(B, "S", "S"))
    difference(registre, Structure(A, "A bis", service_requis=True), Structure(C, "C"), Service(B, "T", "T"))
    annuaire = lecteur(registre)
    assert annuaire.structure(A) == Structure(A, "A bis", service_requis=True)
    assert annuaire.service(A, "S") == Service(A, "S", "S")
    assert annuaire.service(B, "T") == Service(B, "T", "T")
    complet(registre, Structure(B, "B"), Structure(C, "C"), Service(B, "T", "T", actif=False))
    assert annuaire.structure(A) is None
    assert annuaire.service(A, "S") is None
    assert annuaire.service(B, "S") is None
    assert annuaire.service(B, "T") == Service(B, "T", "T", actif=False)
    etat = etat_annuaire(registre)
    assert etat is not None
    assert (etat.version, etat.mode, etat.structures, etat.services) == (3, Mode.COMPLET, 2, 1)


def test_le_meme_import_deux_fois_ne_reecrit_rien(registre):
    valeurs = [*structures(50), *services(50)]
    complet(registre, *valeurs)
    for encore in (complet(registre, *valeurs), difference(registre, *valeurs)):
        assert encore.etat is not None
        assert (encore.etat.ouvertes, encore.etat.fermees) == (0, 0)
    assert compte(registre, "structures") == 50


def test_un_lecteur_voit_l_ancien_annuaire_ou_le_nouveau_jamais_un_melange(registre):
    """The reader opens a check on the old version, an import ends, the check goes on: it still answers from the old one."""
    complet(registre, Structure(A, "avant"), Service(A, "S", "avant"), Service(A, "PARTI", "avant"))
    annuaire = lecteur(registre)
    assert annuaire.structure(A) == Structure(A, "avant")
    complet(registre, Structure(A, "apres"), Structure(B, "apres"), Service(A, "S", "apres"), Service(B, "PARTI", "apres"))
    assert annuaire.service(A, "S") == Service(A, "S", "avant")
    assert annuaire.service(A, "PARTI") == Service(A, "PARTI", "avant")
    assert [one.siret for one in annuaire.structures_du_service("PARTI")] == [A]
    assert annuaire.structure(A) == Structure(A, "apres")
    assert annuaire.service(A, "S") == Service(A, "S", "apres")
    assert annuaire.service(A, "PARTI") is None
    assert [one.siret for one in annuaire.structures_du_service("PARTI")] == [B]


def test_un_import_en_cours_ne_se_voit_pas(registre):
    complet(registre, Structure(A, "avant"))
    annuaire = lecteur(registre)

    def pendant():
        yield from entrees(Structure(A, "apres"), Structure(B, "B"))
        assert annuaire.structure(A) == Structure(A, "avant")
        assert annuaire.structure(B) is None

    importer(registre, pendant(), Mode.COMPLET, LE)
    assert annuaire.structure(A) == Structure(A, "apres")


@pytest.mark.parametrize("coupure", [ErreurUsage("plus de fichier"), ErreurRegistre("coupé")])
def test_un_import_coupe_ne_change_rien(registre, coupure):
    complet(registre, Structure(A, "avant"))

    def coupe():
        yield from entrees(Structure(A, "apres"))
        raise coupure

    with pytest.raises(type(coupure)):
        importer(registre, coupe(), Mode.COMPLET, LE)
    assert lecteur(registre).structure(A) == Structure(A, "avant")
    assert compte(registre, "annuaire_versions") == 1


@pytest.mark.parametrize(
    ("lignes", "mode", "attendues"),
    [
        ([f"{A};;A;;;;;;;;", "12;;X;;;;;;;;", f"{B};;;;;;;;;;"], Mode.DIFFERENCE, [("ANN-06", 3), ("ANN-07", 4)]),
        ([f"{B};;B;;;;;;;;", f"{B};;C;;;;;;;;", f"{B};;D;;;;;;;;"], Mode.DIFFERENCE, [("ANN-16", 3), ("ANN-16", 4)]),
        ([f"{B};;B;;;;;;;;", f"{B};S;B;;;;;;;;", f"{B};S;C;;;;;;;;"], Mode.COMPLET, [("ANN-16", 4)]),
        ([f"{B};;B;;;;;;;;", f"{C};S;S;;;;;;;;"], Mode.DIFFERENCE, [("ANN-17", 3)]),
        ([f"{B};;B;;;;;;;;", f"{A};S;S;;;;;;;;"], Mode.COMPLET, [("ANN-17", 3)]),
        ([], Mode.COMPLET, [("ANN-21", None)]),
    ],
)
def test_une_faute_et_rien_n_est_importe(registre, tmp_path, lignes, mode, attendues):
    complet(registre, Structure(A, "avant"), Service(A, "S", "avant"))
    fichier = tmp_path / "a.csv"
    fichier.write_text("\n".join((TITRES, *lignes)) + "\n")
    bilan = importer(registre, lire_annuaire([fichier]), mode, LE)
    assert [(one.code, one.ligne) for one in bilan.fautes] == attendues
    assert bilan.etat is None
    assert compte(registre, "annuaire_versions") == 1
    assert lecteur(registre).structure(A) == Structure(A, "avant")


def test_un_service_d_une_structure_deja_connue_suffit_a_une_difference(registre):
    complet(registre, Structure(A, "A"))
    assert difference(registre, Service(A, "S", "S")).fautes == ()


def test_les_fautes_dites_sont_bornees(registre, tmp_path):
    fichier = tmp_path / "a.csv"
    fichier.write_text(TITRES + "\n" + "12;;X;;;;;;;;\n" * 1000)
    assert len(importer(registre, lire_annuaire([fichier]), Mode.COMPLET, LE).fautes) == FAUTES_MAX
    fichier.write_text(TITRES + "\n" + f"{A};;X;;;;;;;;\n" * 1000)
    assert len(importer(registre, lire_annuaire([fichier]), Mode.COMPLET, LE).fautes) == FAUTES_MAX


def _f14(tmp_path: Path, *etablissements: str, codes=(), **options) -> list[Path]:
    return [ecrire_f14(tmp_path / "f.xml", etablissements, codes, **options)]


def test_un_export_ne_fait_entrer_que_les_structures_publiques(registre, tmp_path):
    publique, privee = Structure(A, "Publique"), Structure("90000000000001", "SARL")
    codes = [code_routage(Service(one.siret, "S", "S")) for one in (publique, privee)]
    fichiers = _f14(tmp_path, etablissement(publique), etablissement(privee, b2g=False), codes=codes, unites=[unite("900000000", "A")])
    bilan = importer(registre, lire_annuaire(fichiers), Mode.COMPLET, LE)
    assert bilan.etat is not None
    assert (bilan.etat.structures, bilan.etat.services, bilan.ecartees, bilan.lues) == (1, 1, 2, 4)


def test_une_difference_ferme_une_structure_connue_meme_sans_ses_donnees_publiques(registre, tmp_path):
    complet(registre, Structure(A, "A"))
    inactive = Structure(A, "A", actif=False)
    fichiers = _f14(tmp_path, etablissement(inactive, b2g=False, motif="S"), etablissement(Structure(B, "SARL"), b2g=False), genre="D")
    bilan = importer(registre, lire_annuaire(fichiers), Mode.DIFFERENCE, LE)
    assert lecteur(registre).structure(A) == inactive
    assert lecteur(registre).structure(B) is None
    assert bilan.ecartees == 1


def test_une_instance_donnee_deux_fois_par_un_export_est_celle_qui_sort(registre, tmp_path):
    avant, apres = Structure(A, "ancien nom"), Structure(A, "nouveau nom")
    fichiers = _f14(tmp_path, etablissement(apres, motif="S"), etablissement(avant, motif="P"), etablissement(avant), etablissement(apres))
    importer(registre, lire_annuaire(fichiers), Mode.COMPLET, LE)
    assert lecteur(registre).structure(A) == Structure(A, "nouveau nom", actif=False)


def test_un_export_garde_la_marque_de_l_etat_et_les_dates_qu_il_ne_dit_pas(registre, tmp_path):
    (etat,) = SIRETS_ETAT
    connue = Structure(A, "A", etat=True, debut=LE.date())
    complet(registre, connue, Service(A, "S", "S", fin=LE.date()))
    fichiers = _f14(tmp_path, *map(etablissement, (connue, Structure(etat, "État"))), codes=[code_routage(Service(A, "S", "S"))])
    importer(registre, lire_annuaire(fichiers), Mode.COMPLET, LE)
    annuaire = lecteur(registre)
    assert annuaire.structure(A) == connue
    assert annuaire.service(A, "S") == Service(A, "S", "S", fin=LE.date())
    assert annuaire.structure(etat) == Structure(etat, "État", etat=True)


@pytest.mark.parametrize(
    ("genre", "le", "precedent", "mode", "attendu"),
    [
        ("D", "20261102000000", "20261101063000", Mode.DIFFERENCE, None),
        ("D", "20261102000000", "20261101000000", Mode.DIFFERENCE, None),
        ("D", "20261101063000", None, Mode.DIFFERENCE, "ANN-19"),
        ("D", "20261103000000", "20261102000000", Mode.DIFFERENCE, "ANN-20"),
        ("D", "20261102000000", None, Mode.COMPLET, "ANN-18"),
        ("C", "20261102000000", None, Mode.DIFFERENCE, "ANN-18"),
        ("C", "20260101000000", None, Mode.COMPLET, None),
    ],
)
def test_les_differences_se_suivent_sans_trou(registre, tmp_path, genre, le, precedent, mode, attendu):
    importer(registre, lire_annuaire(_f14(tmp_path, etablissement(Structure(A, "A")))), Mode.COMPLET, LE)
    difference(registre, Structure(B, "B"))  # by CSV, which says no time: the export before it stays the last one
    fichiers = _f14(tmp_path, etablissement(Structure(A, "A bis")), genre=genre, le=le, precedent=precedent)
    bilan = importer(registre, lire_annuaire(fichiers), mode, LE)
    assert [one.code for one in bilan.fautes] == ([attendu] if attendu else [])


def test_des_imports_a_la_fois_se_suivent(registre):
    valeurs = [*structures(300), *services(300)]
    bilans = ensemble(4, lambda n: complet(registre, *valeurs[: 300 + n], Structure("99999999999999", f"n° {n}")))
    versions = [bilan.etat.version for bilan in bilans if bilan.etat is not None]
    assert sorted(versions) == [1, 2, 3, 4]
    dernier = max(range(4), key=lambda n: versions[n])
    assert lecteur(registre).structure("99999999999999") == Structure("99999999999999", f"n° {dernier}")


def test_l_histoire_est_bornee(registre):
    complet(registre, Structure(A, "1"))
    complet(registre, Structure(A, "2"), le=LE + timedelta(days=1))
    complet(registre, Structure(A, "3"), le=LE + timedelta(days=2))
    assert compte(registre, "structures") == 3
    complet(registre, Structure(A, "4"), le=LE + HISTORIQUE + timedelta(days=1, hours=1))
    assert _noms(registre) == ["2", "3", "4"]


def _noms(registre: Engine) -> list[str]:
    with registre.connect() as conn:
        return list(conn.execute(text("SELECT nom FROM structures ORDER BY nom")).scalars())
