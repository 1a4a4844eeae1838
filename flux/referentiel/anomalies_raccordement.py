"""Rows of the catalogue for what a connection record does not allow.

IRR_CODE_APP is published as "no raccordement for the application code" and IRR_CODE_INTER as "unknown interface" (general dossier, p. 29-31,
which also lists the checks: existence and validity of the raccordement, subscription to the flow type, protocol). Which code answers
which of these checks is not published: that column is inferred.
"""

from __future__ import annotations

from flux.referentiel.catalogue import Couche, LigneCatalogue

_E = Couche.ENVELOPPE

LIGNES_RACCORDEMENT = (
    LigneCatalogue(
        "RAC-01",
        "IRR_CODE_APP",
        _E,
        "Votre fiche de raccordement est {etat_fr} ({found}) : aucun flux n'est reçu. Demandez à votre contact de la plateforme de "
        "l'ouvrir, puis déposez de nouveau.",
        "Your connection record is {etat_en} ({found}): no flow is taken in. Ask your contact at the platform to open it, then deposit again.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "RAC-02",
        "IRR_CODE_INTER",
        _E,
        "Votre fiche de raccordement n'est pas abonnée à l'interface {found} en émission. Déposez sous une interface abonnée "
        "({expected}) ou demandez cet abonnement.",
        "Your connection record has no subscription to send the interface {found}. Deposit under one it has ({expected}) or ask for "
        "this subscription.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "RAC-03",
        "IRR_CODE_APP",
        _E,
        "Ce portail est celui de {found} alors que votre raccordement n'est ouvert qu'en {expected}. Déposez sur le portail de "
        "{expected}, ou demandez le passage en production.",
        "This is the {found} portal, while your connection is open in {expected} only. Deposit on the {expected} portal, or ask to "
        "go to production.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "RAC-04",
        "IRR_CODE_APP",
        _E,
        "Votre raccordement a pris fin le {found}. Demandez sa prolongation, puis déposez de nouveau.",
        "Your connection ended on {found}. Ask to have it extended, then deposit again.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "RAC-05",
        "IRR_CODE_APP",
        _E,
        "Ce flux est arrivé par {found} alors que votre raccordement a pour protocole {expected}. Un raccordement a un seul protocole : "
        "déposez par {expected}, ou demandez à en changer.",
        "This flow came by {found} while your connection uses {expected}. A connection has one protocol: deposit by {expected}, or ask "
        "to change it.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "RAC-06",
        "IRR_CODE_APP",
        _E,
        "Votre certificat a expiré le {found} : son renouvellement est requis pour reprendre les échanges. Déposez le nouveau "
        "certificat, puis déposez de nouveau ce flux.",
        "Your certificate expired on {found}: exchanges go on once it is renewed. Deposit the new certificate, then this flow again.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "RAC-07",
        "IRR_CODE_APP",
        _E,
        "Votre raccordement n'a aucun certificat en vigueur ({found} connu(s)). Déposez un certificat valide et attendez qu'il soit "
        "accepté, puis déposez de nouveau ce flux.",
        "Your connection has no certificate in force ({found} known). Deposit a valid certificate and wait until it is accepted, then "
        "deposit this flow again.",
        motif_501="IRR_NOM_F",
    ),
)
