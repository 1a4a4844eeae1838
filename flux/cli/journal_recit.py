"""What an entry of the journal says, as one sentence that an issuer reads, in French or in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flux.cli.texte import Langue
from flux.modele.journal import CLE_PRIVEE, Entree, Genre, lire_entree

Dit = Mapping[str, Any]
#: Columns of the table.
TITRES = {
    Langue.FR: ("n°", "le (Paris)", "ce qui est arrivé", "SHA-256 de l'entrée"),
    Langue.EN: ("no", "on (Paris)", "what happened", "SHA-256"),
}
# In French, in English. {x} is a fact of the entry, or of _faits.
_PHRASES: Mapping[str, tuple[str, str]] = {
    Genre.REPRISE: (
        "Le journal commence ici : flux « {nom} » déjà reçu, {taille} octets, SHA-256 {sha256}",
        "The journal begins here: flow “{nom}” had been received, {taille} bytes, SHA-256 {sha256}",
    ),
    Genre.RECU: (
        "Reçu « {nom} », {taille} octets, SHA-256 {sha256}, interface {interface}",
        "Received “{nom}”, {taille} bytes, SHA-256 {sha256}, interface {interface}",
    ),
    Genre.REPETE: ("Déposé de nouveau : flux {flux}", "Deposited again: flow {flux}"),
    Genre.OUVERT: (
        "Ouvert : {fichiers} fichiers en {tranches} tranches, {illisibles} illisibles, jeu de règles {jeu}{fautes}",
        "Opened: {fichiers} files in {tranches} batches, {illisibles} unreadable, rule set {jeu}{fautes}",
    ),
    Genre.VERDICT: (
        "Tranche {tranche} jugée : {accepted} acceptés, {rejected} rejetés, {unreadable} illisibles, par {regles}",
        "Batch {tranche} judged: {accepted} accepted, {rejected} rejected, {unreadable} unreadable, by {regles}",
    ),
    Genre.REPONDU: (
        "Répondu {statut} : {acceptees} acceptées, {rejetees} rejetées, {illisibles} illisibles{fautes} ; {reponses}",
        "Answered {statut}: {acceptees} accepted, {rejetees} rejected, {illisibles} unreadable{fautes}; {reponses}",
    ),
    Genre.STATUT: ("Statuts posés ({sujet}) : {statuts}", "Statuses set ({sujet}): {statuts}"),
    Genre.REJET_TRAITE: ("Rejet de la facture de rang {sujet} traité", "Refusal of the invoice of rank {sujet} dealt with"),
    Genre.ENVOI: (
        "Mis dans le fichier groupé {nom} ({interface}, SHA-256 {sha256}) : {elements} éléments",
        "Put into the grouped file {nom} ({interface}, SHA-256 {sha256}): {elements} items",
    ),
    Genre.EMIS: (
        "Déposé dans votre dossier out : {nom}, SHA-256 {sha256}, envoi n° {emission}",
        "Put into your folder out: {nom}, SHA-256 {sha256}, sending no {emission}",
    ),
    Genre.RETIRE: ("N'est plus dans votre dossier out, donc relevé : {nom}", "Gone from your folder out, so fetched: {nom}"),
    Genre.PURGE: ("Purgé, {purge} : {sujet}", "Purged, {purge}: {sujet}"),
    Genre.REJOUE: (
        "Jugé de nouveau, règles du {au} : {fichiers} fichiers, {differents} jugés autrement ; le verdict d'alors reste",
        "Judged again, rules of {au}: {fichiers} files, {differents} judged otherwise; the verdict given then stands",
    ),
    Genre.REMIS: ("Remis en attente d'envoi : {nom}", "Put back to be sent again: {nom}"),
}  # fmt: skip


def phrase(entree: Entree, langue: Langue) -> str:
    """Return the sentence of an entry; of one whose text was spoilt, without the facts that cannot be read."""
    contenu = _contenu(entree)
    modele = _PHRASES[entree.genre][0 if langue is Langue.FR else 1]
    try:
        words = _faits(contenu, langue)
    except (AttributeError, KeyError, TypeError, ValueError):
        contenu, words = {}, _faits({}, langue)
    return modele.format_map(_Faits({**contenu, "sujet": entree.sujet, **words}))


def _contenu(entree: Entree) -> Dit:
    """Return the facts of an entry; none when its text was spoilt, which ``flux journal verifier`` tells."""
    contenu = lire_entree(entree.texte).get("contenu")
    return contenu if isinstance(contenu, dict) else {}


class _Faits(dict[str, object]):
    """A count that is not told is none."""

    def __missing__(self, nom: str) -> object:
        return 0 if nom in {"accepted", "rejected", "unreadable"} else "—"


def _faits(contenu: Dit, langue: Langue) -> dict[str, object]:
    """Return the facts that hold several things, each as words."""
    found: dict[str, object] = {}
    fautes = contenu.get("fautes")
    found["fautes"] = ", " + ", ".join(f"{code} ({rule})" for _, code, rule in fautes) if fautes else ""
    if regles := contenu.get("regles"):
        word = ("jeu de règles", "moteur") if langue is Langue.FR else ("rule set", "engine")
        sets = ", ".join(f"{cle} {digest[:12]}…" for cle, digest in regles["officielles"].items())
        found["regles"] = f"{word[0]} {regles['jeu']}, chorus-flux {regles['version']}, {word[1]} {regles['moteur']}" + (
            f" ({sets})" if sets else ""
        )
    french = langue is Langue.FR
    found["purge"] = "sa conservation étant finie" if french else "its retention being over"
    if contenu.get("classe") == CLE_PRIVEE:
        found["purge"] = "jamais conservé car c'est une clé privée" if french else "never kept since it is a private key"
    if "reponses" in contenu:
        found["reponses"] = ", ".join(f"{one['nom']} (SHA-256 {one['sha256']})" for one in contenu["reponses"])
    if "statuts" in contenu:
        found["statuts"] = ", ".join(f"{code} × {n}" for code, n in contenu["statuts"].items())
    return found
