"""Every command of ``flux`` as a person types it on a ledger of hostile texts, and what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.securite.vecu import MALIN, REFERENCE, SIRET


@dataclass(frozen=True)
class Epreuve:
    """A command as typed; ``{…}`` is a file of :func:`fichiers`. :ivar code: exit code. :ivar montre: it shows texts of partners.

    :ivar json: options that make it answer in JSON.
    """

    commande: str
    arguments: tuple[str, ...] = ()
    code: int = 0
    montre: bool = True
    json: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.commande, *(one for one in self.arguments if one.startswith("--"))))


_JSON, _FORMAT = ("--json",), ("--format", "json")
_UBL = ("--interface", "FSO1140A")
CODE, _NUMERO = "ABC001", f"N{MALIN}"
_GESTE = ("--par", MALIN, "--motif", MALIN)
EPREUVES = (
    Epreuve("verifier", ("{flux}", *_UBL), 1, json=_FORMAT),
    Epreuve("verifier", ("{flux}", *_UBL, "--detail", "--langue", "en"), 1),
    Epreuve("verifier", ("{flux}", *_UBL, "--rejets", "{sortie}"), 1),
    Epreuve("suivi", (_NUMERO,), json=_FORMAT),
    Epreuve("suivi", (f"A{MALIN}",), json=_FORMAT),
    Epreuve("suivi", (f"inconnu{MALIN}",), 1),
    Epreuve("suivi", ("--bloques",), 1, json=_FORMAT),
    Epreuve("suivi", ("--valideur", "12345678900011"), json=_FORMAT),
    Epreuve("statut poser", (_NUMERO, "SUSPENDUE", *_GESTE)),
    Epreuve("statut poser", (_NUMERO, "MANDATEE", *_GESTE), 1),
    Epreuve("statut possibles", (_NUMERO,), json=_FORMAT),
    Epreuve("statut rejet-traite", ("1:1", "--par", MALIN)),
    Epreuve("journal montrer", ("1",), json=_JSON),
    Epreuve("journal montrer", ("1", "--langue", "en", "--facture", "0")),
    Epreuve("journal verifier", ("--sceaux", "{sceaux}"), 2),
    Epreuve("journal verifier", ("--sceaux", "{sceau}"), 1),
    Epreuve("journal sceller", montre=False),
    Epreuve("registre bilan", (), 4, json=_JSON),
    Epreuve("registre migrer", montre=False),
    Epreuve("emission lacunes", (), 1),
    Epreuve("emission rejouer", ("retour " + MALIN,), 3),  # its bytes are not there: an error that names it
    Epreuve("emission grouper", ("--tout", "--refuses"), montre=False),
    Epreuve("entretien", ("--a-blanc",), montre=False, json=_JSON),
    Epreuve("rejouer", ("3", "--regles", "2026-08-31"), 1, json=_JSON),
    Epreuve("export", ("factures", "{csv}")),
    Epreuve("metriques", montre=False),
    Epreuve("sante", ("--vivacite",), 1, montre=False, json=_JSON),
    Epreuve("annuaire chercher", (SIRET, "--service", "SERV"), json=_FORMAT),
    Epreuve("annuaire chercher", (MALIN,), 1),
    Epreuve("annuaire etat", json=_FORMAT),
    Epreuve("annuaire importer", ("{annuaire}", "--complet"), json=_FORMAT),
    Epreuve("annuaire importer", ("{faux}", "--complet"), 1, json=_FORMAT),
    Epreuve("annuaire pj ajouter", (SIRET, f"X{REFERENCE}", "{pdf}", "--remplacer"), json=_FORMAT),
    Epreuve("annuaire pj lister", (SIRET,), json=_FORMAT),
    Epreuve("annuaire pj retirer", (SIRET, REFERENCE), montre=False),
    Epreuve("raccordement lister", json=_FORMAT),
    Epreuve("raccordement montrer", (CODE,), json=_FORMAT),
    Epreuve("raccordement creer", ("XYZ789", "--raison-sociale", "=[red]r[/red]", "--par", MALIN), montre=False, json=_FORMAT),
    Epreuve("raccordement modifier", (CODE, "--fin", "2030-01-01", *_GESTE), json=_FORMAT),
    Epreuve("raccordement abonner", (CODE, "--emission", "FSO1140A", *_GESTE), json=_FORMAT),
    Epreuve("raccordement passer-en-qualification", (CODE, *_GESTE), montre=False, json=_FORMAT),
    Epreuve("raccordement passer-en-production", (CODE, "--repetition"), 1, montre=False, json=_FORMAT),
    Epreuve("raccordement suspendre", (CODE, *_GESTE), montre=False, json=_FORMAT),
    Epreuve("raccordement reprendre", (CODE, *_GESTE), montre=False, json=_FORMAT),
    Epreuve("raccordement clore", (CODE, *_GESTE), montre=False, json=_FORMAT),
    Epreuve("raccordement historique", (CODE,), json=_FORMAT),
    Epreuve("raccordement cles", (CODE,), montre=False),
    Epreuve("raccordement sshd", ("{dossier}",)),
    Epreuve("raccordement sante", montre=False, json=_FORMAT),
    Epreuve("raccordement certificat autorites", json=_FORMAT),
    Epreuve("raccordement certificat importer-liste", ("{xml}", "--signataires", "{pem}"), 1, montre=False, json=_FORMAT),
    Epreuve("raccordement certificat verifier", ("{p7b}",), 1, json=_FORMAT),
    Epreuve("raccordement certificat deposer", (CODE, "{p7b}", *_GESTE), 1, json=_FORMAT),
    Epreuve("raccordement certificat basculer", (CODE, "{empreinte}", *_GESTE), 1, montre=False, json=_FORMAT),
    Epreuve("raccordement certificat revenir", (CODE, *_GESTE), 2, montre=False, json=_FORMAT),
    Epreuve("raccordement certificat lister", montre=False, json=_FORMAT),
    Epreuve("raccordement certificat calendrier", montre=False),
    Epreuve("representation ajouter", (CODE, SIRET), montre=False),
    Epreuve("representation retirer", (SIRET,), montre=False),
    Epreuve("representation lister", montre=False, json=_FORMAT),
    Epreuve("regles diff", ("2026-08-31", "2026-11-23", "{ubl}", *_UBL), 1, json=_FORMAT),
    Epreuve("regles lister", montre=False, json=_FORMAT),
    Epreuve("fabriquer", ("--interface", "FSO1140A", "--sortie", "{dossier}")),
    Epreuve("emettre", ("fso1301a", "--statuts", "{statuts}", "--sortie", "{dossier}")),
    Epreuve("interfaces", montre=False, json=_FORMAT),
)  # fmt: skip

#: Commands that are not run here, with what stands for them.
AILLEURS = {
    "regles compiler": "prints a table of our own rule sets and a folder of the settings, by the functions of ecran",
    "regles comparer": "needs minutes of Saxon; prints names of files by dire",
}
