"""What an operator reads in the Airflow UI, at three in the morning: what it does, what red means, what to do.

Keys: a DAG, or ``dag.task``. Markdown, French first.
"""

from __future__ import annotations

_PERIODE = (
    "\n\n*FR.* Rien n'est perdu entre deux runs : ce qui attend est repris au suivant. "
    "*EN.* Nothing is lost between two runs: what waits is taken by the next."
)

NOTICES: dict[str, str] = {
    "reception": (
        "**FR.** Prend les fichiers déposés dans les dossiers `in` des partenaires, les enregistre et lance un run `integration` par lot. "
        "Réveillé par la surveillance du serveur SFTP, et toutes les 5 minutes par sécurité. "
        "**Rouge :** le serveur SFTP, l'entrepôt ou la base ne répond pas, ou la clé du serveur a changé. "
        "**Que faire :** lire le journal de la tâche rouge, rétablir le service ; inutile de relancer, le run suivant reprend tout.\n\n"
        "**EN.** Takes the files deposited in the partners' `in` folders, registers them and launches one `integration` run a lot. "
        "Woken by the watch on the SFTP server, and every 5 minutes to be safe. "
        "**Red:** the SFTP server, the store or the database does not answer, or the server's key changed. "
        "**What to do:** read the log of the red task, restore the service; no need to run again, the next run takes everything." + _PERIODE
    ),
    "reception.recevoir": (
        "**FR.** Réclame les fichiers prêts (renommage `in` → `traitement`), garde chaque original, l'inscrit au registre, forme les lots. "
        "Un fichier ou un dossier refusé n'arrête pas les autres : `confirmer` le dit. "
        "**Rouge :** SFTP, entrepôt ou base. Le message dit lequel et quel chemin.\n\n"
        "**EN.** Claims the ready files (rename `in` → `traitement`), keeps each original, writes it in the ledger, forms the lots. "
        "A file or a folder that is refused does not stop the others: `confirmer` tells it. "
        "**Red:** SFTP, store or database. The message says which and what path."
    ),
    "reception.lancer": (
        "**FR.** Lance le run `integration` de chaque lot. *Ignoré* (skipped) : ce run existe déjà, rien à faire. "
        "**Rouge :** l'API d'Airflow n'a pas répondu ; le run suivant relance.\n\n"
        "**EN.** Launches the `integration` run of each lot. *Skipped*: that run exists already, nothing to do. "
        "**Red:** Airflow's API did not answer; the next run launches again."
    ),
    "reception.confirmer": (
        "**FR.** Note au registre que les lots sont lancés ; sans cela ils seraient relancés, sans effet. **Rouge :** la base, ou un "
        "fichier ou un dossier d'un partenaire a été refusé (`reception_refusee` dans le journal de `recevoir` les nomme tous) : rétablir "
        "le dossier ; un dépôt que le partenaire écrit encore sera repris quand il aura fini. Les autres partenaires sont servis.\n\n"
        "**EN.** Notes in the ledger that the lots are launched; else they would be launched again, to no effect. **Red:** the database, "
        "or a partner's file or folder was refused (`reception_refusee` in the log of `recevoir` names them all): mend the folder; a "
        "deposit that the partner still writes is taken once it is done. The other partners are served."
    ),
    "integration": (
        "**FR.** Traite un lot : ouvre les flux, juge et enregistre les factures par tranches, prépare les réponses, rend son verdict. "
        "Une facture rejetée est un résultat : elle ne met rien en rouge. "
        "**Rouge :** panne d'infrastructure qui dure, ou promesse non tenue (voir `verdict`). "
        "**Que faire :** corriger la cause, puis *Clear* les tâches rouges ; ce qui est déjà fait n'est pas refait.\n\n"
        "**EN.** Treats one lot: opens the flows, judges and stores the invoices by batches, prepares the answers, gives its verdict. "
        "A rejected invoice is a result: it turns nothing red. "
        "**Red:** an infrastructure failure that lasts, or a promise not kept (see `verdict`). "
        "**What to do:** mend the cause, then *Clear* the red tasks; what is done already is not done again."
    ),
    "integration.ouvrir": (
        "**FR.** Contrôle le nom et l'archive de chaque flux et planifie les tranches. Un flux illisible sera répondu, non mis en rouge. "
        "Un flux qui ne s'ouvre pas alors que l'entrepôt répond (original absent ?) passe dans un lot à part (`flux_mis_a_part` dans le "
        "journal), que la réception suivante lance : les autres ne l'attendent pas. "
        "**Rouge :** base ou entrepôt, ou aucun flux du lot ne s'ouvre : rétablir l'original, puis *Clear*.\n\n"
        "**EN.** Checks the name and the archive of each flow and plans the batches. An unreadable flow is answered, not turned red. "
        "A flow that does not open while the store answers (original missing?) goes to a lot of its own (`flux_mis_a_part` in the log), "
        "which the next reception launches: the others do not wait for it. "
        "**Red:** database or store, or not one flow of the lot opens: restore the original, then *Clear*."
    ),
    "integration.traiter": (
        "**FR.** Juge et enregistre une tranche de factures (un cœur par tâche, pool `flux_cpu`). Tuée, elle reprend où elle en était. "
        "**Rouge :** base, entrepôt, ou défaut du programme : joindre le journal de la tâche au signalement.\n\n"
        "**EN.** Judges and stores one batch of invoices (one core a task, pool `flux_cpu`). Killed, it goes on where it was. "
        "**Red:** database, store, or a fault of the program: attach the task's log to the report."
    ),
    "integration.repondre": (
        "**FR.** Écrit les réponses (compte rendu et cycle de vie) des flux complets et réveille `emission`. "
        "Attend la fin de toutes les tranches, réussies ou non. *Ignoré* : tout était déjà répondu. **Rouge :** base ou entrepôt.\n\n"
        "**EN.** Writes the answers (feedback and lifecycle) of the complete flows and wakes `emission`. "
        "Waits for the end of all batches, good or bad. *Skipped*: all was answered already. **Red:** database or store."
    ),
    "integration.verdict": (
        "**FR.** Relit le registre : chaque flux du lot a sa réponse, les comptes tombent juste. **Rouge :** il manque quelque chose ; "
        "le message dit quoi. Réparer les tâches rouges en amont, puis *Clear* `verdict`. Vert = le lot est complet.\n\n"
        "**EN.** Reads the ledger again: each flow of the lot has its answer, the counts balance. **Red:** something is missing; "
        "the message says what. Mend the red tasks above, then *Clear* `verdict`. Green = the lot is complete."
    ),
    "emission": (
        "**FR.** Dépose les réponses en attente dans les dossiers `out` des partenaires. "
        "Réveillé par `integration`, et toutes les 5 minutes. "
        "**Rouge :** le serveur SFTP refuse ou ne répond pas. **Que faire :** rétablir le service ou les droits du dossier nommé ; "
        "le run suivant reprend.\n\n"
        "**EN.** Puts the waiting answers in the partners' `out` folders. Woken by `integration`, and every 5 minutes. "
        "**Red:** the SFTP server refuses or does not answer. **What to do:** restore the service or the rights of the named folder; "
        "the next run goes on." + _PERIODE
    ),
    "emission.emettre": (
        "**FR.** Publie chaque réponse (`nom.tmp` puis renommage) et la note émise. Deux publications donnent le même fichier. "
        "**Rouge :** SFTP, entrepôt ou base ; le message dit quel chemin.\n\n"
        "**EN.** Publishes each answer (`name.tmp`, then a rename) and marks it sent. Published twice it has the same name and content. "
        "**Red:** SFTP, store or database; the message says what path."
    ),
    "groupage": (
        "**FR.** Cycle de vie sortant : toutes les 5 minutes, forme les fichiers groupés qui sont dus (statuts, factures vers leurs "
        "destinataires) et réveille `emission`. Le plus souvent *ignoré* : rien n'est dû. "
        "**Rouge :** base ou entrepôt ; rien n'est perdu, le run suivant reprend. **Que faire :** rétablir le service.\n\n"
        "**EN.** Lifecycle out: every 5 minutes, makes the grouped files that are due (statuses, invoices to their recipients) and wakes "
        "`emission`. Mostly *skipped*: nothing is due. "
        "**Red:** database or store; nothing is lost, the next run goes on. **What to do:** restore the service."
    ),
    "groupage.grouper": (
        "**FR.** Réunit par partenaire et par interface les messages qui attendent, jusqu'à un nombre, une taille ou un délai "
        "(`FLUX_GROUPAGE_…`), et numérote chaque fichier. Un message qu'aucun fichier ne peut porter est mis de côté : "
        "`flux emission lacunes` le dit. **Rouge :** base ou entrepôt ; le message dit lequel.\n\n"
        "**EN.** Puts together, for each partner and interface, the messages that wait, up to a count, a size or a delay "
        "(`FLUX_GROUPAGE_…`), and numbers each file. A message that no file can hold is put aside: `flux emission lacunes` tells it. "
        "**Red:** database or store; the message says which."
    ),
    "entretien": (
        "**FR.** Une fois par heure : note les fichiers que les partenaires ont retirés de leur dossier `out`, purge ceux qui y sont "
        "restés plus de 7 jours (`FLUX_RETENTION_SORTIES`). Leur contenu reste dans l'entrepôt : `flux emission rejouer` les redépose. "
        "**Rouge :** un dossier manque ou refuse ; le message dit lequel, les autres sont faits. **Que faire :** le rétablir.\n\n"
        "**EN.** Once an hour: notes the files that partners took out of their `out` folder, purges those that stayed there more than "
        "7 days (`FLUX_RETENTION_SORTIES`). Their bytes stay in the store: `flux emission rejouer` puts them back. "
        "**Red:** a folder is missing or refuses; the message says which, the others are done. **What to do:** mend it."
    ),
    "entretien.lacunes": (
        "**FR.** Cherche les numéros sans fichier et les messages qu'aucun fichier ne peut porter. "
        "**Rouge :** il y en a ; `flux emission lacunes` les nomme. Corriger la cause (un réglage, le plus souvent), puis "
        "`flux emission grouper --refuses`.\n\n"
        "**EN.** Looks for numbers without file and for messages that no file can hold. "
        "**Red:** there are some; `flux emission lacunes` names them. Mend the cause (mostly a setting), then "
        "`flux emission grouper --refuses`."
    ),
    "entretien.purger": (
        "**FR.** Purge de l'entrepôt ce dont la conservation est finie (`FLUX_RETENTION__…`) et que rien n'attend plus ; lignes et "
        "empreintes restent. `flux entretien --a-blanc` dit d'avance quoi et pourquoi. **Rouge :** base ou entrepôt ; relancer suffit.\n\n"
        "**EN.** Purges from the store what was kept long enough (`FLUX_RETENTION__…`) and nothing waits for; rows and digests stay. "
        "`flux entretien --a-blanc` says beforehand what and why. **Red:** database or store; running it again is enough."
    ),
    "entretien.historique": (
        "**FR.** Une fois par jour, `airflow db clean` retire l'historique d'Airflow de plus de `FLUX_RETENTION__AIRFLOW` jours. Sautée si "
        "c'est fait, ou si `FLUX_RETENTION__AIRFLOW_BASE` n'est pas réglé. **Rouge :** la base d'Airflow ; le message dit quoi.\n\n"
        "**EN.** Once a day, `airflow db clean` removes what is older than `FLUX_RETENTION__AIRFLOW` days of Airflow's history. Skipped "
        "when it is done, or when `FLUX_RETENTION__AIRFLOW_BASE` is not set. **Red:** Airflow's database; the message says what."
    ),
    "entretien.entretenir": (
        "**FR.** Compare le registre et chaque dossier `out`. **Rouge :** SFTP ou base.\n\n"
        "**EN.** Compares the ledger with each `out` folder. **Red:** SFTP or database."
    ),
    "entretien.sceller": (
        "**FR.** Pose, une fois par jour, le sceau du journal de la veille ; le log le dit (`sceau_pose`) : gardez cette ligne hors de la "
        "base, ou réglez `FLUX_JOURNAL_SCEAUX`. **Rouge :** la base ou ce fichier ne répond pas (le prochain passage le pose), ou un sceau "
        "gardé n'est plus dans la base : `flux journal verifier --sceaux`.\n\n"
        "**EN.** Sets, once a day, the seal of yesterday's journal; the log tells it (`sceau_pose`): keep that line outside the database, "
        "or set `FLUX_JOURNAL_SCEAUX`. **Red:** the database or that file does not answer (the next run sets it), or a seal kept is not "
        "in the database any more: `flux journal verifier --sceaux`."
    ),
    "surveillance": (
        "**FR.** Cherche, toutes les 5 minutes, les flux et les réponses qui n'avancent plus (délais : `FLUX_BLOQUE_APRES`). "
        "**Rouge :** il y en a ; le journal nomme chacun. **Que faire :** `flux suivi --bloques`, puis le run de leur lot.\n\n"
        "**EN.** Looks every 5 minutes for flows and answers that do not move any more (delays: `FLUX_BLOQUE_APRES`). "
        "**Red:** there are some; the log names each. **What to do:** `flux suivi --bloques`, then the run of their lot."
    ),
    "surveillance.bloques": (
        "**FR.** Lit le registre ; ne change rien. **Rouge :** quelque chose est bloqué, ou la base ne répond pas. "
        "Vert au passage suivant dès que plus rien ne l'est.\n\n"
        "**EN.** Reads the ledger; changes nothing. **Red:** something is stuck, or the database does not answer. "
        "Green at the next look once nothing is."
    ),
    "bilan": (
        "**FR.** Une fois par jour : compte le registre (déposé = intégré + rejeté + répété + quarantaine + en cours, et les montants) "
        "et relit chaque original et chaque réponse de l'entrepôt. "
        "**Rouge :** quelque chose manque ou est en trop ; le log nomme chaque chose (`bilan_faux`) et le flux à regarder. "
        "**Que faire :** `flux registre bilan`, puis `flux suivi` des flux nommés ; ne rien purger avant de savoir.\n\n"
        "**EN.** Once a day: counts the ledger (deposited = integrated + rejected + repeated + quarantined + in progress, and amounts) "
        "and reads every original and every answer of the store again. "
        "**Red:** something is missing or doubled; the log names each thing (`bilan_faux`) and the flow to look at. "
        "**What to do:** `flux registre bilan`, then `flux suivi` of the flows named; purge nothing before you know."
    ),
    "bilan.complet": (
        "**FR.** Lit le registre et l'entrepôt ; ne change rien. **Rouge :** le bilan est faux (ne se relance pas seul), ou la base ou "
        "l'entrepôt ne répond pas (le message dit lequel).\n\n"
        "**EN.** Reads the ledger and the store; changes nothing. **Red:** the balance is wrong (not tried again by itself), or the "
        "database or the store does not answer (the message says which)."
    ),
    "certificats": (
        "**FR.** Regarde chaque certificat de partenaire une fois par jour, et tout de suite quand un partenaire en dépose un : listes de "
        "confiance, révocation (OCSP, CRL, service de vérification), fins de validité, avis aux partenaires ; rend un rapport. "
        "**Rouge :** base, entrepôt ou réglage inutilisable (dossier des autorités, fichier de signataires). Une adresse muette, une liste "
        "refusée ou un certificat révoqué est un résultat : il est dans le rapport, rien n'est rouge. "
        "**Que faire :** lire la tâche rouge, corriger ; les autres étapes ont été faites.\n\n"
        "**EN.** Looks at each partner's certificate once a day, and at once when a partner deposits one: trusted lists, revocation "
        "(OCSP, CRL, verification service), ends of validity, notices to partners; gives a report. "
        "**Red:** database, store, or an unusable setting (authorities' folder, file of signers). A silent address, a refused list or a "
        "revoked certificate is a result: it is in the report, nothing turns red. "
        "**What to do:** read the red task, mend; the other steps were done." + _PERIODE
    ),
    "certificats.listes": (
        "**FR.** Retélécharge les listes de confiance réglées, vérifie leur signature, remplace l'ancienne en une fois. Refusée ou "
        "injoignable, l'ancienne reste. **Rouge :** base, ou fichier de signataires illisible (le message le nomme).\n\n"
        "**EN.** Fetches the trusted lists of the settings, checks their signature, replaces the former one at once. When refused or "
        "unreachable the former one stays. **Red:** database, or an unreadable file of signers (the message names it)."
    ),
    "certificats.sante": (
        "**FR.** Demande à chaque adresse du service de vérification si elle est prête ; nomme celles qui ont changé. **Rouge :** base.\n\n"
        "**EN.** Asks every address of the verification service whether it is ready; names those that moved. **Red:** database."
    ),
    "certificats.juger": (
        "**FR.** Juge les certificats en service et en attente. Révoqué : accès fermé et partenaire prévenu. Accepté : mis en vigueur, "
        "l'ancien reste valable pendant la fenêtre. Sans réponse : inconnu, redemandé plus tard. "
        "**Rouge :** base, entrepôt, ou dossier des autorités inutilisable (`flux raccordement certificat autorites`).\n\n"
        "**EN.** Judges the certificates in force and waiting. Revoked: access closed and partner told. Accepted: put in force, the old "
        "one stays good for the window. No answer: unknown, asked again later. "
        "**Red:** database, store, or an unusable authorities' folder (`flux raccordement certificat autorites`)."
    ),
    "certificats.prevenir": (
        "**FR.** Envoie les avis d'échéance, chacun une fois : fichier dans `out` et courriel. Un courriel qui ne part pas est dans le "
        "rapport et sera retenté. **Rouge :** base ou entrepôt.\n\n"
        "**EN.** Sends the notices of ends, each once: a file in `out` and a mail. A mail that cannot leave is in the report and will be "
        "tried again. **Red:** database or store."
    ),
    "certificats.rapport": (
        "**FR.** Le rapport du run, en une page : XCom et journal. **Rouge :** jamais par lui-même ; absent si une étape a échoué.\n\n"
        "**EN.** The report of the run, on one page: XCom and log. **Red:** never by itself; missing when a step failed."
    ),
}
