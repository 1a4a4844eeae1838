"""The rows of the statuses of an invoice: read them through :mod:`flux.referentiel.statuts`.

Codes of this project: the API's vocabulary (``statutFacture``). Sources of the other columns:

- CPP 01 to 12: documentation of CPPStatutPivot V1_19. 37: the same code seen live. Both ``vu``.
- CPP 13 to 36 and 38: the list of codes and labels that the public API reference of an e-invoicing operator (Maileva) gives for its
  deliveries to Chorus Pro. It agrees with every code above, so it is taken, and marked ``rapporté``; its label of 13 repeats that of 23,
  and 13 is read as its twin 16 is ("validée par le … valideur"): ``inféré``. It also has 22 (conforme, non intégrée), 39 and 40
  (acheminée MOA, MOE), for which the API has no word; 41 is in the schema and means nothing public.
- CDAR: the code that AIFE's correspondence table gives to the same word is ``vu``; else the nearest in that table, ``inféré``. What
  the table does not say is settable (``FLUX_CODES_CDAR``, ``FLUX_CODES_CPP``).
- Who may set it: the roles of the API (fournisseur, valideur, MOE, MOA, destinataire) and the words of the status.
- Final: release notes V3.9.4 ("traiter le rejet" serves final states) and the meaning of the word; else ``inféré`` in ``pourquoi``.
"""

from __future__ import annotations

from flux.referentiel.statut_facture import Certitude, Famille, Role, StatutFacture

V, R, I, X = Certitude.VU, Certitude.RAPPORTE, Certitude.INFERE, Certitude.INCONNU  # noqa: E741  narrow marks for a table
C, VAL, TRX, ABD, INT = Famille.COURANTE, Famille.VALIDATION, Famille.TRAVAUX, Famille.ABANDON, Famille.INTERNE
F, V1, V2, E, A, D, P = Role.FOURNISSEUR, Role.VALIDEUR_1, Role.VALIDEUR_2, Role.MOE, Role.MOA, Role.DESTINATAIRE, Role.PLATEFORME

_S = StatutFacture
#: Columns: code, family, CPP and its mark, CDAR and its mark, who, French, English.
LIGNES: tuple[StatutFacture, ...] = (
    _S("BROUILLON", INT, None, X, None, X, (F,), "Brouillon", "Draft", pourquoi="entered on the portal and not deposited yet"),
    _S("INTERPRETEE_OCR", INT, None, X, None, X, (P,), "Interprétée par OCR", "Read by OCR", pourquoi="before the supplier checks a PDF"),
    _S("EN_COURS_TRAITEMENT_PIVOT_S", INT, None, X, None, X, (P,), "En cours de traitement (pivot de sortie)", "Being written for its recipient"),
    _S("TECHNIQUE_INCONNU", INT, None, X, None, X, (P,), "Statut technique inconnu", "Unknown technical status"),
    # ------------------------------------------------------------------------------------------------ every invoice
    _S("DEPOSEE", C, "01", V, "200", V, (P,), "Déposée", "Deposited"),
    _S("NON_CONFORME", C, "37", V, "213", V, (P,), "Non conforme, non intégrée", "Not conformant, not integrated", finale=True, motif_obligatoire=True,
       pourquoi="never taken in: the platform's own rejection, as against the recipient's (REJETEE)"),
    _S("EN_COURS_ACHEMINEMENT", C, "02", V, "202", I, (P,), "En cours d'acheminement vers le destinataire", "On its way to the recipient",
       pourquoi="202: held by the recipient's platform, which has not made it available (203) yet"),
    _S("MISE_A_DISPOSITION", C, "03", V, "203", V, (P, D), "Mise à disposition du destinataire", "Made available to the recipient"),
    _S("PRISE_EN_COMPTE_DESTINATAIRE", C, "36", R, "204", V, (D,), "Prise en compte par le destinataire", "Taken into account by the recipient"),
    _S("A_RECYCLER", C, "04", V, "221", I, (D,), "À recycler : erreur dans les données d'acheminement", "To be re-addressed: error in the routing data",
       pourquoi="221 is a routing error after which the same invoice is sent again; 210 would be a refusal for good"),
    _S("SUSPENDUE", C, "06", V, "208", V, (D,), "Suspendue", "Suspended", motif_obligatoire=True),
    _S("COMPLETEE", C, "12", V, "209", V, (F,), "Complétée", "Completed"),
    _S("REJETEE", C, "05", V, "210", I, (D,), "Rejetée par le destinataire", "Rejected by the recipient", finale=True, motif_obligatoire=True,
       rejet_a_traiter=True, pourquoi="210 is the refusal by the buyer, 213 the platform's rejection"),
    _S("SERVICE_FAIT", C, "07", V, "204", I, (D,), "Service fait", "Service rendered", pourquoi="the correspondence table has no other step before payment"),
    _S("MANDATEE", C, "08", V, "204", I, (D,), "Mandatée", "Payment ordered", pourquoi="as SERVICE_FAIT; 205 is not among what Chorus Pro sends on B2G invoices"),
    _S("MISE_A_DISPOSITION_COMPTABLE", C, "09", V, "204", I, (D,), "Mise à disposition du comptable", "Made available to the accountant", pourquoi="as SERVICE_FAIT"),
    _S("COMPTABILISEE", C, "10", V, "204", I, (D,), "Comptabilisée", "Entered in the accounts", pourquoi="as SERVICE_FAIT"),
    _S("MISE_EN_PAIEMENT", C, "11", V, "211", I, (D,), "Mise en paiement", "Payment under way", finale=True, pourquoi="211: payment sent"),
    # ------------------------------------------------------------------------------------------------ validation, one or two levels
    _S("A_VALIDER_1", VAL, "23", R, "203", I, (P,), "À valider par le premier valideur", "To be validated, level 1"),
    _S("VALIDEE_1", VAL, "13", I, "214", I, (V1,), "Validée par le premier valideur", "Validated, level 1", pourquoi="214: endorsed before the recipient"),
    _S("REFUSEE_1", VAL, "14", R, "210", I, (V1,), "Refusée par le premier valideur pour un autre motif", "Refused at level 1, other reason", finale=True, motif_obligatoire=True, rejet_a_traiter=True),
    _S("ERREUR_FOURNISSEUR_SUR_VALIDEUR", VAL, "24", R, "210", I, (V1,), "Refusée par le premier valideur : mauvais valideur", "Refused at level 1: wrong validator", motif_obligatoire=True,
       pourquoi="routing error: the supplier names another validator"),
    _S("ABSENCE_VALIDATION_1_HORS_DELAI", VAL, "15", R, "214", I, (P,), "Validation 1 hors délai", "Level 1 out of time", pourquoi="tacit validation after 15 days (community guide on subcontracting)"),
    _S("A_VALIDER_2", VAL, "25", R, "203", I, (P,), "À valider par le second valideur", "To be validated, level 2"),
    _S("VALIDEE_2", VAL, "16", R, "214", I, (V2,), "Validée par le second valideur", "Validated, level 2"),
    _S("REFUSEE_2", VAL, "17", R, "210", I, (V2,), "Refusée par le second valideur pour un autre motif", "Refused at level 2, other reason", finale=True, motif_obligatoire=True, rejet_a_traiter=True),
    _S("ERREUR_COTRAITANT_SUR_VALIDEUR", VAL, "26", R, "210", I, (V2,), "Refusée par le second valideur : mauvais valideur", "Refused at level 2: wrong validator", motif_obligatoire=True,
       pourquoi="routing error: the co-contractor names another validator"),
    _S("ABSENCE_VALIDATION_2_HORS_DELAI", VAL, "18", R, "214", I, (P,), "Validation 2 hors délai", "Level 2 out of time"),
    # ------------------------------------------------------------------------------------------------ works
    _S("A_ASSOCIER_MOE", TRX, "40", I, "203", I, (P,), "Acheminée à la maîtrise d'œuvre", "Sent to the project manager", pourquoi="40 'acheminée MOE' comes before 27 'mise à disposition MOE'"),
    _S("MISE_A_DISPOSITION_MOE", TRX, "27", R, "203", I, (P,), "Mise à disposition de la maîtrise d'œuvre", "Made available to the project manager"),
    _S("A_VALIDER_MOE", TRX, "27", I, "203", I, (P,), "À valider par la maîtrise d'œuvre", "To be validated by the project manager"),
    _S("PRISE_EN_COMPTE_MOE", TRX, "29", R, "204", I, (E,), "Prise en compte par la maîtrise d'œuvre", "Taken into account by the project manager"),
    _S("REFUSEE_MOE", TRX, "19", R, "210", I, (E,), "Refusée par la MOE pour un autre motif", "Refused by the project manager, other reason", finale=True, motif_obligatoire=True, rejet_a_traiter=True),
    _S("ERREUR_FOURNISSEUR_SUR_MOE", TRX, "28", R, "210", I, (E,), "Refusée par la MOE pour mauvaise maîtrise d'œuvre", "Refused by the project manager: wrong project manager", motif_obligatoire=True,
       pourquoi="28 is a refusal by the MOE for routing data; here the supplier named the wrong MOE"),
    _S("ERREUR_FOURNISSEUR_SUR_MOA", TRX, "28", I, "210", I, (E,), "Refusée par la MOE pour mauvaise maîtrise d'ouvrage", "Refused by the project manager: wrong owner", motif_obligatoire=True,
       pourquoi="release notes V3.9.4 name this state; the constant, by its words: the supplier named the wrong MOA; 28 as above"),
    _S("ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE", TRX, None, X, "214", I, (P,), "Absence de validation de la MOE dans le délai réglementaire", "No validation by the project manager in time"),
    _S("A_ASSOCIER_MOA", TRX, "39", I, "203", I, (P,), "Acheminée à la maîtrise d'ouvrage", "Sent to the owner", pourquoi="39 'acheminée MOA' comes before 30 'mise à disposition MOA'"),
    _S("TRANSMISE_MOA", TRX, "35", R, "214", I, (E, D), "Transmise à la maîtrise d'ouvrage", "Passed on to the owner", pourquoi="the MOE endorses by passing on"),
    _S("MISE_A_DISPOSITION_MOA", TRX, "30", R, "203", I, (P,), "Mise à disposition de la maîtrise d'ouvrage", "Made available to the owner"),
    _S("PRISE_EN_COMPTE_MOA", TRX, "38", R, "204", I, (A,), "Prise en compte par la maîtrise d'ouvrage", "Taken into account by the owner"),
    _S("ASSOCIEE", TRX, "21", R, "204", I, (E, A, F), "Associée", "Attached to the next document"),
    _S("REFUSEE_MOA", TRX, "32", R, "210", I, (A,), "Refusée par la MOA pour un autre motif", "Refused by the owner, other reason", finale=True, motif_obligatoire=True, rejet_a_traiter=True),
    _S("ERREUR_MOE_SUR_MOA", TRX, "31", R, "210", I, (A,), "Refusée par la MOA pour mauvaise maîtrise d'ouvrage", "Refused by the owner: wrong owner", motif_obligatoire=True,
       pourquoi="31 is a refusal by the MOA for routing data; here the MOE named the wrong MOA"),
    _S("ERREUR_DE_MOE", TRX, "31", I, "210", I, (A,), "Refusée par la MOA pour mauvaise maîtrise d'œuvre", "Refused by the owner: wrong project manager", motif_obligatoire=True, pourquoi="by its words; 31 is a refusal by the MOA for routing data"),
    _S("ERREUR_DE_MOA", TRX, None, X, "210", I, (F,), "Refusée par le fournisseur pour mauvaise maîtrise d'ouvrage", "Refused by the supplier: wrong owner", motif_obligatoire=True, pourquoi="by its words only"),
    _S("A_ASSOCIER_FOURNISSEUR", TRX, "33", R, "203", I, (P,), "Mise à disposition du fournisseur", "Made available to the supplier", pourquoi="the MOA's general statement awaits the supplier's document"),
    _S("REFUSEE_FOURNISSEUR", TRX, "20", R, "210", I, (F,), "Refusée par le fournisseur pour un autre motif", "Refused by the supplier, other reason", finale=True, motif_obligatoire=True, rejet_a_traiter=True),
    _S("ERREUR_MOE_SUR_FOURNISSEUR", TRX, "20", I, "210", I, (F,), "Refusée : la MOE s'est trompée de fournisseur", "Refused: wrong supplier named by the project manager", motif_obligatoire=True, pourquoi="by its words only"),
    _S("ERREUR_MOA_SUR_FOURNISSEUR", TRX, "20", I, "210", I, (F,), "Refusée : la MOA s'est trompée de fournisseur", "Refused: wrong supplier named by the owner", motif_obligatoire=True, pourquoi="by its words only"),
    _S("ERREUR_DESTINATAIRE_PD", TRX, None, X, "210", I, (D,), "Refusée par le destinataire : erreur sur le projet de décompte", "Refused by the recipient: error on the draft statement", motif_obligatoire=True, pourquoi="PD read as projet de décompte"),
    _S("ERREUR_DESTINATAIRE_EA", TRX, None, X, "210", I, (D,), "Refusée par le destinataire : erreur sur l'état d'acompte", "Refused by the recipient: error on the statement of advance", motif_obligatoire=True, pourquoi="EA read as état d'acompte"),
    _S("A_COMPLETER", TRX, "34", R, "208", I, (E, A, D), "Demande de complément", "More documents asked", motif_obligatoire=True, pourquoi="suspended until the supplier completes"),
    _S("EN_ATTENTE_RECYCLAGE_FOURNISSEUR", TRX, None, X, "221", I, (P,), "En attente de recyclage par le fournisseur", "Waiting for the supplier to re-address"),
    # ------------------------------------------------------------------------------------------------ the end of a document by its supplier
    _S("ABANDONNEE", ABD, None, X, "220", I, (F,), "Abandonnée", "Abandoned", finale=True, pourquoi="220: cancelled by its issuer"),
    _S("SUPPRIMEE", ABD, None, X, None, X, (F,), "Supprimée", "Deleted", finale=True, pourquoi="of a draft: nobody else saw it"),
    _S("DUPLIQUE_APRES_REFUS", ABD, None, X, None, X, (F,), "Dupliquée après refus", "Copied after a refusal", finale=True, pourquoi="the copy lives on; the issuer itself made it"),
    _S("REMPLACEE_PAR_A22", ABD, None, X, None, X, (F,), "Remplacée par un projet de décompte général (A22)", "Replaced by a draft general statement (A22)", finale=True, pourquoi="the issuer itself deposited the A22"),
)  # fmt: skip
