"""What each line of ``flux sante`` is, and what to do now when it is not green: French, English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flux.sante.modele import Ligne


@dataclass(frozen=True, slots=True)
class Mots:
    """Label and advice of a line."""

    fr: str
    en: str
    faire: str
    do: str


MOTS: Mapping[str, Mots] = {
    "base": Mots(
        "base de données", "database",
        "rétablir PostgreSQL, ou le réseau jusqu'à lui ; s'il marche, revoir la machine et le port de FLUX_BASE",
        "restore PostgreSQL, or the network to it; when it runs, see host and port in FLUX_BASE",
    ),
    "base.refus": Mots(
        "base de données", "database",
        "PostgreSQL répond et refuse : revoir rôle, mot de passe et base dans FLUX_BASE, pg_hba.conf, et les droits du rôle (GRANT)",
        "PostgreSQL answers and refuses: see role, password and database in FLUX_BASE, pg_hba.conf, and the role's rights (GRANT)",
    ),
    "base.retard": Mots(
        "base de données", "database",
        "le schéma est en retard sur ce logiciel, ou absent : lancer flux registre migrer",
        "the schema is behind this software, or absent: run flux registre migrer",
    ),
    "base.inconnue": Mots(
        "base de données", "database",
        "le schéma vient d'une version que ce logiciel ne connaît pas : installer ici celle qui l'a écrit, ou une plus récente",
        "the schema is of a version that this software does not know: install the one that wrote it here, or a newer one",
    ),
    "horloge": Mots("écart d'horloge avec la base", "clock against the database", "remettre à l'heure (NTP)", "set the clock (NTP)"),
    "battement": Mots(
        "dernier passage réussi", "last run that ended well",
        "Airflow : ordonnanceur arrêté, DAG en pause ou tâche rouge ? Relancer, puis lire son journal",
        "Airflow: scheduler stopped, DAG paused or task red? Start it, then read its log",
    ),
    "battement.purger": Mots(
        "dernier passage réussi", "last run that ended well",
        "tâche purger du DAG entretien : l'entrepôt grossit ; relancer, ou flux entretien, qui dit l'erreur",
        "task purger of the DAG entretien: the store grows; start it, or flux entretien, which tells the error",
    ),
    "battement.sceller": Mots(
        "dernier passage réussi", "last run that ended well",
        "tâche sceller du DAG entretien : relancer ; en attendant, flux journal sceller pose le sceau de la veille",
        "task sceller of the DAG entretien: start it; meanwhile flux journal sceller sets the seal of the day before",
    ),
    "battement.verdict": Mots(
        "premier lot lancé sans verdict après lui", "first lot launched that no verdict followed",
        "DAG integration : runs arrêtés avant leur tâche verdict ; Clear des tâches rouges, relancer l'ordonnanceur si rien ne part",
        "DAG integration: runs stopped before their task verdict; clear the red tasks, start the scheduler when nothing runs",
    ),
    "battement.bilan": Mots(
        "dernier bilan juste", "last balance that was right",
        "DAG bilan : en pause, trop long ou rouge ? flux registre bilan le fait ici et nomme ce qui manque",
        "DAG bilan: paused, too long or red? flux registre bilan does it here and names what is missing",
    ),
    "transaction": Mots(
        "session inactive dans une transaction", "session idle in a transaction",
        "elle tient ses verrous, tout peut s'arrêter derrière elle : la finir par la commande ci-dessous, puis relancer qui l'a ouverte",
        "it holds its locks and all may stop behind it: end it by the command below, then start again who opened it",
    ),
    "bloques": Mots(
        "flux bloqués", "stuck flows", "flux suivi --bloques, puis Clear des tâches rouges de leurs lots",
        "flux suivi --bloques, then clear the red tasks of their lots",
    ),
    "reponse": Mots(
        "plus ancien flux sans réponse", "oldest flow without answer", "regarder le run integration de son lot",
        "look at the integration run of its lot",
    ),
    "sorties": Mots(
        "plus ancienne réponse à émettre", "oldest answer in the outbox", "regarder le DAG emission et le dossier out du partenaire",
        "look at the DAG emission and at the partner's out folder",
    ),
    "refus": Mots(
        "messages mis à part", "messages put aside", "flux emission lacunes, corriger, puis flux emission grouper --refuses",
        "flux emission lacunes, mend, then flux emission grouper --refuses",
    ),
    "sceau": Mots(
        "jour du journal sans sceau", "day of the journal without seal",
        "flux journal sceller, puis regarder la tâche sceller du DAG entretien ; jour sauté : le sceau suivant en répond, trouver pourquoi",
        "flux journal sceller, then look at the task sceller of the DAG entretien; skipped: the next seal answers for it, find out why",
    ),
    "certificat": Mots(
        "fin du certificat", "end of the certificate", "appeler le partenaire : il dépose le nouveau dans in/",
        "call the partner: it deposits the new one in in/",
    ),
    "entrepot": Mots(
        "entrepôt : écriture et place", "staging store: write and room", "libérer ou agrandir le disque, ou rétablir le service",
        "free or enlarge the disk, or restore the service",
    ),
    "entrepot.reglage": Mots(
        "entrepôt : écriture et place", "staging store: write and room", "corriger FLUX_ENTREPOT, ou installer son pilote fsspec",
        "mend FLUX_ENTREPOT, or install its fsspec driver",
    ),
    "sftp": Mots(
        "serveur SFTP et dossiers", "SFTP server and folders", "relancer le serveur ; dossier refusé : droits de in, out, traitement",
        "start the server; folder refused: rights of in, out, traitement",
    ),
    "sftp.reglage": Mots(
        "serveur SFTP et dossiers", "SFTP server and folders", "corriger le réglage nommé : c'est la sonde qui ne peut pas entrer",
        "mend the setting named: it is this probe that cannot get in",
    ),
    "traitement": Mots(
        "fichiers réclamés non enregistrés", "claimed files not registered",
        "journal de la tâche recevoir : depot_illisible (droits du fichier) ou certificat_en_attente (autorités)",
        "log of the task recevoir: depot_illisible (rights of the file) or certificat_en_attente (authorities)",
    ),
    "regles": Mots(
        "schémas et règles officiels", "official schemas and rules", "réinstaller les paquets de requirements.lock",
        "reinstall the packages of requirements.lock",
    ),
}  # fmt: skip


def mots(ligne: Ligne) -> Mots:
    """Return the words of a line: those of its case, else of the very thing, else of its kind."""
    return MOTS.get(f"{ligne.nom}.{ligne.cas}") or MOTS.get(f"{ligne.nom}.{ligne.objet}") or MOTS[ligne.nom]
