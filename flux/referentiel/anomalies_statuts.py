"""The rows of the catalogue that a deposited status may break. Codes of annexe 7 G7.19, flow 6, where it has one.

REJ_INC: statuses that do not follow one another; REJ_INEX: what does not exist; REJ_RG: a rule; REJ_HAB: who may speak.
"""

from __future__ import annotations

from flux.referentiel.catalogue import Couche, LigneCatalogue, Severite

_G, _R, _A = Couche.GESTION, Couche.REGISTRE, Severite.AVERTISSEMENT
_L = LigneCatalogue

LIGNES_STATUTS = (
    _L("STA-01", "REJ_INEX", _R,
       "La facture {found} du fournisseur {fournisseur} est inconnue de la plateforme, ou n'y a pas été intégrée. Vérifiez le numéro, l'identifiant du fournisseur et la date de la facture.",
       "The invoice {found} of supplier {fournisseur} is unknown to the platform, or was not integrated. Check its number, the supplier's identifier and its date."),
    _L("STA-02", "REJ_INEX", _R,
       "Plusieurs factures portent le numéro {found} pour le fournisseur {fournisseur}. Indiquez la date de la facture.",
       "Several invoices of supplier {fournisseur} bear the number {found}. Give the date of the invoice."),
    _L("STA-03", "REJ_HAB", _R,
       "La facture {numero} n'est pas adressée à {found}. Reprenez l'identifiant du destinataire qui figure sur la facture.",
       "The invoice {numero} is not addressed to {found}. Use the recipient's identifier that stands on the invoice."),
    _L("STA-04", "REJ_HAB", _R,
       "Le partenaire {found} ne représente aucun acteur de la facture {numero}. Faites déclarer la structure {expected} dans son raccordement.",
       "The partner {found} represents no party of the invoice {numero}. Have the structure {expected} declared in its connection record."),
    _L("STA-05", "REJ_HAB", _R,
       "Le statut {found} de la facture {numero} est posé par : {expected}. Statuts que vous pouvez poser maintenant : {admis}.",
       "The status {found} of the invoice {numero} is set by: {expected}. Statuses you may set now: {admis}."),
    _L("STA-06", "REJ_INC", _R,
       "La facture {numero} est au statut {courant} : elle ne peut pas passer à {found}. Statuts possibles : {expected}.",
       "The invoice {numero} has the status {courant}: it cannot become {found}. Possible statuses: {expected}."),
    _L("STA-07", "REJ_INC", _R,
       "Le statut {statut} de la facture {numero} date du {found}, avant son statut courant {courant} du {expected}. Il n'est pas appliqué ; envoyez le statut d'aujourd'hui.",
       "The status {statut} of the invoice {numero} dates from {found}, before its current status {courant} of {expected}. It is not applied; send the status of today."),
    _L("STA-08", "REJ_INEX", _G,
       "Le code de statut {found} n'a pas de sens connu pour une facture. Utilisez l'un de ces codes : {expected}.",
       "The status code {found} has no known meaning for an invoice. Use one of these codes: {expected}."),
    _L("STA-09", "REJ_RG", _G,
       "Le statut {found} demande un motif. Écrivez-le dans {expected}.",
       "The status {found} needs a reason. Write it in {expected}."),
    _L("STA-10", "REJ_RG", _R,
       "Le motif {found} n'est pas admis pour le statut {statut} de la facture {numero} (cadre {cadre}). Motifs admis : {expected}.",
       "The reason {found} is not admitted for the status {statut} of the invoice {numero} (framework {cadre}). Admitted reasons: {expected}."),
    _L("STA-11", "REJ_RG", _G,
       "L'horodatage {found} du statut est illisible ou postérieur à la réception du flux ({expected}). Corrigez la date et l'heure.",
       "The time {found} of the status cannot be read, or is later than the reception of the flow ({expected}). Mend the date and the time."),
    _L("STA-12", "REJ_RG", _G,
       "Ce fichier ne contient aucun statut de facture. Utilisez {expected}.",
       "This file holds no status of an invoice. Use {expected}."),
    _L("STA-13", "REJ_RG", Couche.OFFICIELLE,
       "La règle {found} n'est pas respectée : {message}. Corrigez le message.",
       "The rule {found} is broken; its publisher says, in French: {message}. Mend the message."),
    _L("STA-14", "REJ_RG", Couche.OFFICIELLE,
       "La règle {found} signale : {message}. Le message est accepté.",
       "The rule {found} warns; its publisher says, in French: {message}. The message is accepted.", severity=_A),
    _L("STA-15", "REJ_RG", Couche.OFFICIELLE,
       "Le terme {expected}, demandé par la règle {found}, est absent. Ajoutez-le.",
       "The term {expected}, which rule {found} asks for, is missing. Add it."),
    _L("STA-16", "STATUT_SANS_EFFET", _R,
       "Le statut {found} de la facture {numero} est noté ; il ne change pas son statut dans Chorus Pro. Rien à faire.",
       "The status {found} of the invoice {numero} is noted; it does not change its status in Chorus Pro. Nothing to do.", severity=_A),
    _L("STA-17", "STATUT_DEJA_POSE", _R,
       "Le statut {found} de la facture {numero} a déjà été reçu avec le même horodatage. Rien n'a changé ; rien à faire.",
       "The status {found} of the invoice {numero} was received before with the same time. Nothing changed; nothing to do.", severity=_A),
)  # fmt: skip
