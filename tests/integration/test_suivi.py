"""``flux statut``, ``flux suivi``, ``flux representation`` and the watch, as an operator uses them, on a real ledger."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurInvariant, ErreurUsage
from flux.etapes import surveiller
from flux.modele.facture import Identifiant, Partie
from flux.registre.bloques import flux_bloques
from flux.registre.suivi import chercher_flux
from flux.registre.tranches import enregistrer_tranche
from flux.transport.entrepot import Entrepot
from tests.integration.registre.aides import LE, accepte, compte, flux_ouvert, flux_repondu

MAINTENANT = LE + timedelta(hours=3)


@pytest.fixture
def flux(registre: Engine, tmp_path, monkeypatch) -> Callable[..., str]:
    settings = Reglages(dossier=tmp_path)
    ctx = Contexte(settings, registre, Entrepot.depuis(settings), lambda: MAINTENANT)
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: ctx)
    monkeypatch.setenv("COLUMNS", "200")

    def lancer(*arguments: object, code: int = 0) -> str:
        result = CliRunner().invoke(app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return lancer


@pytest.fixture
def facture(registre: Engine) -> str:
    flux_id = flux_ouvert(registre, (1,))
    enregistrer_tranche(registre, flux_id, 0, [accepte(0)])
    return "F-0"


def test_an_operator_sets_a_status_with_a_reason_and_a_name(flux, facture, registre):
    assert "F-0 : DEPOSEE → SUSPENDUE (Suspendue), appliqué" in flux(
        "statut", "poser", facture, "suspendue", "--motif", "Pièce absente", "--par", "Camille"
    )
    with registre.connect() as conn:
        assert conn.execute(text("SELECT code, par, complement, motifs, a_emettre FROM statuts WHERE rang = 1")).one() == (
            "SUSPENDUE", "Camille", "Pièce absente", [["JUSTIF_ABS", "Pièce absente"]], True,
        )  # fmt: skip
    refused = flux("statut", "poser", facture, "MANDATEE", "--motif", "essai", "--par", "Camille", code=1)
    assert "refusé, transition interdite. Statut courant : SUSPENDUE" in refused
    assert "COMPLETEE, MISE_A_DISPOSITION, REJETEE" in refused
    assert compte(registre, "transitions_refusees", "par = 'Camille' AND vers = 'MANDATEE'") == 1


@pytest.mark.parametrize("manque", ["--motif", "--par"])
def test_a_status_without_reason_or_name_is_not_set(flux, facture, registre, manque):
    options = {"--motif": "m", "--par": "p"}
    del options[manque]
    flux("statut", "poser", facture, "SUSPENDUE", *(word for pair in options.items() for word in pair), code=2)
    assert compte(registre, "statuts") == 1


def test_the_instant_of_a_status_may_be_given_in_paris_time(flux, facture, registre):
    flux("statut", "poser", facture, "SERVICE_FAIT", "--motif", "m", "--par", "p", "--date", "2026-11-23T12:00:00")
    with registre.connect() as conn:
        assert conn.execute(text("SELECT horodatage FROM statuts WHERE rang = 1")).scalar_one() == datetime(2026, 11, 23, 11, tzinfo=UTC)
    late = flux("statut", "poser", facture, "MANDATEE", "--motif", "m", "--par", "p", "--date", "2026-11-23T11:00:00", code=1)
    assert "plus ancien" in late
    assert "MANDATEE" in late.partition("Possibles")[2]


@pytest.mark.parametrize(
    ("change", "dit"),
    [
        ({"--date": "2099-01-01"}, "à venir"),  # it would be the current status until then: nothing else could be said of the invoice
        ({"--motif": "  "}, "--motif est vide"),
        ({"--par": "\t"}, "--par est vide"),
    ],
)
def test_a_status_to_come_or_whose_reason_or_author_says_nothing_is_not_set(flux, facture, registre, change, dit):
    options = {"--motif": "m", "--par": "p"} | change
    with pytest.raises(ErreurUsage, match=dit):
        flux("statut", "poser", facture, "SUSPENDUE", *(word for pair in options.items() for word in pair))
    assert compte(registre, "statuts") == 1


def test_a_co_contractor_is_refused_for_the_wrong_recipient_only(flux, registre):
    flux_id = flux_ouvert(registre, (1,))
    enregistrer_tranche(registre, flux_id, 0, [replace(accepte(0), facture=replace(accepte(0).facture, cadre="S6"))])
    flux("statut", "poser", "F-0", "VALIDEE_1", "--motif", "m", "--par", "p", "--date", "2026-11-23T12:00:00")
    said = flux("statut", "poser", "F-0", "REJETEE", "--motif", "Montant total erroné", "--par", "p", code=1)
    assert "DEST_ERR (Erreur de destinataire)" in said
    flux("statut", "poser", "F-0", "REJETEE", "--motif", "Erreur de destinataire", "--par", "p")
    with registre.connect() as conn:
        assert conn.execute(text("SELECT motifs FROM statuts WHERE code = 'REJETEE'")).scalar_one() == [
            ["DEST_ERR", "Erreur de destinataire"]
        ]


def test_a_monthly_statement_is_refused_for_the_wrong_moe_or_moa_only(flux, registre):
    flux_id = flux_ouvert(registre, (1,))
    enregistrer_tranche(registre, flux_id, 0, [replace(accepte(0), facture=replace(accepte(0).facture, cadre="A4"))])
    said = flux("statut", "poser", "F-0", "REFUSEE_MOE", "--motif", "Montant faux", "--par", "p", code=1)
    assert "motif AUTRE non admis" in said
    assert "MAUVAISE_MOE, MAUVAISE_MOA" in said
    assert "ERREUR_FOURNISSEUR_SUR_MOA" in flux(
        "statut", "poser", "F-0", "REFUSEE_MOE", "--motif", "Mauvaise maîtrise d'ouvrage", "--par", "p"
    )


def test_a_number_borne_twice_must_be_told_apart(flux, registre):
    for code in ("ABC001", "XYZ002"):
        flux_id = flux_ouvert(registre, (1,), code)
        other = replace(accepte(0).facture, vendeur=replace(accepte(0).facture.vendeur, nom=f"Société {code}", identifiants=()))
        enregistrer_tranche(
            registre,
            flux_id,
            0,
            [replace(accepte(0), facture=replace(other, date_emission=other.date_emission.replace(year=2024 + flux_id)))],
        )
    with pytest.raises(ErreurUsage, match="désigne 2 factures"):
        flux("statut", "possibles", "F-0")
    assert "SUSPENDUE" in flux("statut", "possibles", "F-0", "--fournisseur", "xyz002")
    assert json.loads(flux("statut", "possibles", "2:0", "--format", "json"))["statut"] == "DEPOSEE"


@pytest.mark.parametrize(("options", "de", "of"), [((), "", ""), (("--fournisseur", "Zoé"), " de « Zoé »", " of “Zoé”")])
def test_an_invoice_that_is_not_there_is_told_so(flux, facture, options, de, of):
    with pytest.raises(ErreurUsage) as caught:
        flux("statut", "possibles", facture if options else "9:0", *options)
    told = str(caught.value)
    assert f"aucune facture{de} au registre, " in told
    assert f"no invoice{of} in the ledger, " in told


def test_a_fact_to_come_has_no_age(flux, facture, registre):
    with registre.begin() as conn:
        conn.execute(text("UPDATE statuts SET horodatage = :le"), {"le": MAINTENANT + timedelta(minutes=2)})
    assert "à venir / to come" in flux("suivi", facture)


def test_a_rejection_is_dealt_with(flux, facture):
    flux("statut", "poser", facture, "REJETEE", "--motif", "Doublon", "--par", "p")
    assert flux("statut", "rejet-traite", facture, "--par", "Dominique") == "F-0 : rejet traité / dealt with\n"
    assert "déjà" in flux("statut", "rejet-traite", facture, "--par", "Dominique")
    assert "rejet traité" in flux("suivi", facture)


def test_the_whole_history_of_an_invoice_is_told(flux, registre, facture):
    flux("statut", "poser", facture, "SUSPENDUE", "--motif", "Pièce absente", "--par", "Camille")
    flux("statut", "poser", facture, "MANDATEE", "--motif", "essai", "--par", "Camille", code=1)
    told = flux("suivi", facture)
    for words in (
        "Facture F-0",
        "Suspendue / Suspended",
        "déposée par SFTP",
        "statut DEPOSEE",
        "statut SUSPENDUE",
        "Pièce absente",
        "refusé MANDATEE",
        "Camille",
        "à émettre",
        "3 h",
    ):
        assert words in told
    (one,) = json.loads(flux("suivi", facture, "--format", "json"))["factures"]
    assert [fait["quoi"] for fait in one["faits"]] == ["déposée par SFTP", "reçue", "statut DEPOSEE", "statut SUSPENDUE", "refusé MANDATEE"]
    assert one["faits"][-1]["par"] == "Camille"


def test_the_whole_history_of_a_flow_is_told(flux, registre):
    flux_id = flux_repondu(registre)
    told = flux("suivi", flux_id)
    for words in ("ABC001", "INTEGRE_PARTIEL", "fichiers acceptés", "factures DEPOSEE", "répondu INTEGRE_PARTIEL", f"retour-{flux_id}"):
        assert words in told
    (by_id,), (by_name,) = (chercher_flux(registre, one) for one in ("ABC001A1140123456789ABCDE", "r1.tar.gz"))
    assert by_id == by_name
    assert json.loads(flux("suivi", flux_id, "--format", "json"))["flux"][0]["contenu"]["fichiers illisibles"] == 1


def test_a_validator_sees_its_invoices_until_they_are_paid(flux, registre):
    flux_id = flux_ouvert(registre, (3,))
    moi = Partie(nom="Titulaire", identifiants=(Identifiant("55500000500018", "1"),))
    a9 = replace(accepte(0).facture, cadre="A9", valideur=moi)
    enregistrer_tranche(registre, flux_id, 0, [replace(accepte(n), facture=replace(a9, numero=f"F-{n}")) for n in range(2)] + [accepte(2)])
    for statut in ("VALIDEE_1", "MISE_EN_PAIEMENT"):
        flux("statut", "poser", "F-1", statut, "--motif", "m", "--par", "p")
    flux("statut", "poser", "F-2", "MISE_EN_PAIEMENT", "--motif", "m", "--par", "p")
    vues = json.loads(flux("suivi", "--valideur", "55500000500018", "--format", "json"))
    assert [(one["numero"], one["etat"]) for one in vues] == [("F-1", "MISE_EN_PAIEMENT")]  # F-0 is not submitted to it yet
    flux("statut", "poser", "F-0", "A_VALIDER_1", "--motif", "m", "--par", "p")
    assert "A_VALIDER_1" in flux("suivi", "--valideur", "55500000500018")
    assert json.loads(flux("suivi", "--valideur", "00000000000000", "--format", "json")) == []


def test_what_is_not_in_the_ledger_ends_with_code_1(flux):
    assert "inconnu" in flux("suivi", "NULLE-PART", code=1)
    assert json.loads(flux("suivi", "1" * 30, "--format", "json", code=1)) == {"factures": [], "flux": []}
    with pytest.raises(ErreurUsage):
        flux("suivi")


# --- stuck ---------------------------------------------------------------------------------------------------------------


def _vieillir(registre: Engine, secondes: int) -> None:
    with registre.begin() as conn:
        conn.execute(text("UPDATE flux SET recu_le = :le"), {"le": MAINTENANT - timedelta(seconds=secondes)})


@pytest.mark.parametrize(
    ("etat", "secondes", "bloque"),
    [("recu", 900, False), ("recu", 901, True), ("ouvert", 3600, False), ("ouvert", 3601, True), ("traite", 901, True), ("repondu", 99999, False)],
)  # fmt: skip
def test_a_flow_is_stuck_past_the_delay_of_its_state(registre, etat, secondes, bloque):
    flux_ouvert(registre, (1,))
    with registre.begin() as conn:
        conn.execute(text("UPDATE flux SET etat = :e, statut = CASE WHEN :e = 'repondu' THEN 'INTEGRE' END"), {"e": etat})
    _vieillir(registre, secondes)
    assert [one.etat for one in flux_bloques(registre, MAINTENANT)] == ([etat] if bloque else [])


def test_a_delay_is_a_setting(registre, monkeypatch):
    flux_ouvert(registre, (1,))
    _vieillir(registre, 10)
    monkeypatch.setenv("FLUX_BLOQUE_APRES", '{"ouvert": 5}')
    assert len(flux_bloques(registre, MAINTENANT, Reglages().bloque_apres)) == 1
    for bad in ('{"perdu": 5}', '{"recu": -1}'):
        monkeypatch.setenv("FLUX_BLOQUE_APRES", bad)
        with pytest.raises(ValueError, match="no such state"):
            Reglages()


def test_an_answer_that_stays_in_the_outbox_is_stuck(flux, registre, tmp_path):
    flux_id = flux_repondu(registre)
    assert flux_bloques(registre, LE + timedelta(seconds=900)) == []
    told = flux("suivi", "--bloques", code=1)
    assert (f"retour-{flux_id}" in told, "a_emettre" in told, "3 h" in told) == (True, True, True)
    (one,) = json.loads(flux("suivi", "--bloques", "--format", "json", code=1))
    assert (one["etat"], one["secondes"]) == ("a_emettre", 10800)
    settings = Reglages(dossier=tmp_path)
    ctx = Contexte(settings, registre, Entrepot.depuis(settings), lambda: MAINTENANT)
    with pytest.raises(ErreurInvariant) as caught:
        surveiller(ctx)
    assert caught.value.facts == {"bloques": 1, "flux": [flux_id]}
    with registre.begin() as conn:
        conn.execute(text("UPDATE sorties SET etat = 'emise'"))
    assert surveiller(ctx) == "rien n'est bloqué"
    assert "Rien n'est bloqué" in flux("suivi", "--bloques")


def test_who_speaks_for_whom_is_declared_and_listed(flux, registre):
    flux_ouvert(registre, (1,))
    assert "ABC001 représente 21750001600019" in flux("representation", "ajouter", "ABC001", "21750001600019")
    assert "21750001600019" in flux("representation", "lister")
    assert json.loads(flux("representation", "lister", "--format", "json")) == [{"partenaire": "ABC001", "siret": "21750001600019"}]
    flux("representation", "retirer", "21750001600019")
    assert "personne" in flux("representation", "retirer", "21750001600019", code=1)
    with pytest.raises(ErreurUsage, match="unknown partner"):
        flux("representation", "ajouter", "NUL000", "21750001600019")
