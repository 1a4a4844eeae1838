"""What partners read: the answer to a deposit and the notices, as plain text, French first."""

from __future__ import annotations

from raccordement.certificats.controles import en_jour
from raccordement.certificats.resultats import TITRES, Decision, Ligne, Resultat, Verdict
from raccordement.certificats_partenaire import CertificatPartenaire

MARQUES = {Resultat.REUSSI: "✓", Resultat.ECHOUE: "✗", Resultat.INCONNU: "?", Resultat.SANS_OBJET: "–"}
_DECISIONS: dict[Decision, tuple[str, str]] = {
    Decision.ACCEPTE: ("Certificat accepté.", "Certificate accepted."),
    Decision.ACCEPTE_A_REVERIFIER: (
        "Certificat accepté ; ce qui reste inconnu sera vérifié de nouveau.",
        "Certificate accepted; what is still unknown will be checked again.",
    ),
    Decision.RETENU: (
        "Certificat en attente : une vérification n'a pas eu de réponse, elle sera refaite. L'ancien reste en service.",
        "Certificate on hold: a check had no answer and will be made again. The old one stays in force.",
    ),
    Decision.REFUSE: (
        "Certificat refusé : corrigez ce qui est marqué ✗ et déposez de nouveau. Ce qui était en service le reste.",
        "Certificate refused: mend what is marked ✗ and deposit again. What was in force stays so.",
    ),
}


def texte_verdict(verdict: Verdict, *, exploitant: bool = False) -> str:
    """Return a verdict as a partner reads it. :param exploitant: sources too."""
    titre_fr, titre_en = _DECISIONS[verdict.decision]
    tete = [titre_fr, titre_en]
    if verdict.sha256 is not None and verdict.fin is not None:
        tete += ["", f"{verdict.sujet} — SHA-256 {verdict.sha256}", f"fin / end: {en_jour(verdict.fin)} (Paris)"]
    return "\n".join([*tete, "", *(_lignes(one, exploitant=exploitant) for one in verdict.lignes)]) + "\n"


def _lignes(ligne: Ligne, *, exploitant: bool) -> str:
    fr, en = TITRES[ligne.controle]
    suite = f"\n    [{ligne.source}]" if exploitant else ""
    if ligne.fr == ligne.en:
        return f"{MARQUES[ligne.resultat]} {fr} / {en}: {ligne.fr}{suite}"
    return f"{MARQUES[ligne.resultat]} {fr} : {ligne.fr}\n    {en}: {ligne.en}{suite}"


def preavis(code: str, certificat: CertificatPartenaire, jours: int) -> tuple[str, str]:
    """Return subject and text of the notice that a certificate ends in ``jours`` days."""
    fin = en_jour(certificat.not_after)
    quand_fr, quand_en = ("demain", "tomorrow") if jours <= 1 else (f"dans {jours} jours", f"in {jours} days")
    sujet = f"[{code}] Votre certificat expire {quand_fr} / Your certificate expires {quand_en}"
    return sujet, (
        f"Bonjour,\n\nLe certificat de la fiche de raccordement {code} expire le {fin} (heure de Paris), {quand_fr} au plus tard.\n"
        f"Passé cette date, les échanges s'arrêtent. Déposez dans votre dossier « in » un fichier CERT_{code}_<libellé>.p7b :\n"
        "le nouveau certificat et sa chaîne, jamais de clé privée. L'ancien reste valable pendant la bascule.\n\n"
        f"Hello,\n\nThe certificate of connection record {code} expires on {fin} (Paris time), {quand_en} at the latest.\n"
        f"After that, exchanges stop. Deposit a file CERT_{code}_<label>.p7b in your “in” folder: the new certificate and its\n"
        "chain, never a private key. The old one stays good during the switch.\n\n"
        f"SHA-256 {certificat.empreinte}\n"
    )


def avis_revocation(code: str, certificat: CertificatPartenaire, ligne: Ligne) -> tuple[str, str]:
    """Return subject and text of the notice that a certificate was found revoked."""
    sujet = f"[{code}] Votre certificat est révoqué / Your certificate is revoked"
    return sujet, (
        f"Bonjour,\n\nLe certificat de la fiche de raccordement {code} n'est plus accepté : {ligne.fr}\n"
        f"Déposez-en un autre, CERT_{code}_<libellé>.p7b, ou écrivez à la plateforme si votre accès est fermé.\n\n"
        f"Hello,\n\nThe certificate of connection record {code} is no longer accepted: {ligne.en}\n"
        f"Deposit another one, CERT_{code}_<label>.p7b, or write to the platform if your access is closed.\n\n"
        f"SHA-256 {certificat.empreinte}\n"
    )
