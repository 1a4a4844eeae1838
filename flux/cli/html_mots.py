"""Words and style of the page that :mod:`flux.cli.html` writes. Those that agree in number are written ``one|many``."""

from __future__ import annotations

from flux.cli.texte import Langue

MOTS_PAGE: dict[Langue, dict[str, str]] = {
    Langue.FR: {
        "titre": "Vérification de factures", "jugé": "Jugé au {date} selon le jeu de règles {jeu}, interface {interface}.",
        "acceptées": "facture acceptée|factures acceptées", "à corriger": "facture à corriger|factures à corriger",
        "rejet": "cause de rejet|causes de rejet", "avertissement": "avertissement|avertissements",
        "factures_fautives": "facture|factures", "fois": "fois|fois", "entier": "tout le flux",
        "causes": "Ce qu'il faut corriger", "factures": "Factures", "rien": "Rien à corriger.",
        "rang": "N°", "gravité": "Gravité", "error": "rejet", "warning": "avertissement",
        "nombre": "Combien", "quoi": "Anomalie", "où": "Où",
        "ligne": "ligne", "code": "Code et règle", "fichier": "Fichier", "numéro": "Numéro", "date": "Date", "fournisseur": "Fournisseur",
        "ttc": "Total TTC", "verdict": "Verdict", "renvois": "Anomalies n°", "reste": "… et {n} autre(s).",
        "comment": "Corriger et renvoyer",
        "étapes": "Corrigez chaque cause à sa source : une seule correction en répare souvent beaucoup.|"
        "Relancez « flux verifier » sur les factures corrigées jusqu'au verdict accepté.|"
        "« flux verifier --rejets FICHIER.tar.gz » réunit les seules factures rejetées : les acceptées ne sont pas à renvoyer.|"
        "Déposez le flux corrigé sous un identifiant de flux neuf.",
    },
    Langue.EN: {
        "titre": "Check of invoices", "jugé": "Judged as of {date} by the rule set {jeu}, interface {interface}.",
        "acceptées": "invoice accepted|invoices accepted", "à corriger": "invoice to mend|invoices to mend",
        "rejet": "cause of rejection|causes of rejection", "avertissement": "warning|warnings",
        "factures_fautives": "invoice|invoices", "fois": "time|times", "entier": "the whole flow",
        "causes": "What to mend", "factures": "Invoices", "rien": "Nothing to mend.",
        "rang": "No.", "gravité": "Severity", "error": "rejection", "warning": "warning",
        "nombre": "How many", "quoi": "Fault", "où": "Where",
        "ligne": "line", "code": "Code and rule", "fichier": "File", "numéro": "Number", "date": "Date", "fournisseur": "Supplier",
        "ttc": "Total with VAT", "verdict": "Verdict", "renvois": "Faults no.", "reste": "… and {n} more.",
        "comment": "Mend and send again",
        "étapes": "Mend each cause at its source: one change often mends many invoices.|"
        "Run “flux verifier” on the mended invoices until they are accepted.|"
        "“flux verifier --rejets FILE.tar.gz” gathers the rejected invoices alone: the accepted ones need not be sent again.|"
        "Deposit the mended flow under a new flow id.",
    },
}  # fmt: skip

#: What is said in their place of a flow of statuses.
MOTS_STATUTS: dict[Langue, dict[str, str]] = {
    Langue.FR: {
        "titre": "Vérification de statuts",
        "acceptées": "statut recevable|statuts recevables", "à corriger": "statut à corriger|statuts à corriger",
        "factures_fautives": "fichier|fichiers", "factures": "Fichiers de statuts", "statuts": "Statuts", "recevables": "Recevables",
        "étapes": "Corrigez chaque cause à sa source.|"
        "Relancez « flux verifier » sur les statuts corrigés jusqu'à ce que tous soient recevables.|"
        "Déposez les seuls statuts corrigés sous un identifiant de flux neuf : les autres sont pris, ou redits sans effet.",
    },
    Langue.EN: {
        "titre": "Check of statuses",
        "acceptées": "status receivable|statuses receivable", "à corriger": "status to mend|statuses to mend",
        "factures_fautives": "file|files", "factures": "Files of statuses", "statuts": "Statuses", "recevables": "Receivable",
        "étapes": "Mend each cause at its source.|"
        "Run “flux verifier” on the mended statuses until all are receivable.|"
        "Deposit the mended statuses alone under a new flow id: the others are taken, or told again without effect.",
    },
}  # fmt: skip

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:2em auto;max-width:76em;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.2em;margin:1.6em 0 .4em;overflow-wrap:anywhere}h3{font-size:1em;margin:1.4em 0 .3em}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35em .6em;border-bottom:1px solid #ccc}
th{border-bottom:2px solid #777;white-space:nowrap}tbody tr:nth-child(even){background:#f6f6f6}
td{overflow-wrap:anywhere}.n{text-align:right}.n,.serre{white-space:nowrap}.petit{font-size:.85em;color:#555}.lieux{min-width:25em}
.accepted{color:#146c2e}.rejected,.unreadable,.error{color:#a4131c}.warning{color:#7a4b00}
.bilan{font-size:1.05em;margin:.4em 0}.bilan b{font-size:1.35em}
.barre{height:.6em;background:#d9818a;max-width:30em;border-radius:.3em;overflow:hidden}
.barre span{display:block;height:100%;background:#3c9a5f}
@media print{body{margin:0;max-width:none;font-size:9pt}tr{break-inside:avoid}
thead{display:table-header-group}.lieux{min-width:0}
.barre,.barre span,tbody tr{print-color-adjust:exact}}
"""
