"""Which status may follow which, circuit by circuit. Read through :mod:`flux.cycle_de_vie`.

Chorus Pro has a service that answers this (``recupererEtatsPossiblesPourTraitement``); its table is not public. The rows marked ``vu``
come from AIFE's community page on the life cycle (déposée, mise à disposition, four facultative steps, mise en paiement; three ways to
send back), from the published history of an invoice (mise à disposition, suspendue, mise à disposition), from the list of statuses that
a recipient may set by API, and from the labels of CPPStatut ("complétée – mise à disposition"). The others are ``inféré``, each with
its reasoning.
"""

from __future__ import annotations

from dataclasses import dataclass

from flux.referentiel.statut_facture import Certitude


@dataclass(frozen=True, slots=True)
class Transition:
    """``vers`` may follow ``de``. :ivar source: the public source, or the reasoning of an ``inféré``."""

    de: str
    vers: str
    certitude: Certitude
    source: str


def _t(certitude: Certitude, source: str, *lignes: tuple[str, str]) -> tuple[Transition, ...]:
    """Rows that share a source: (statuses it leaves, statuses it reaches), each a list of words."""
    return tuple(
        Transition(de, vers, certitude, source) for left, right in lignes for de in left.split() for vers in right.split() if de != vers
    )


V, I = Certitude.VU, Certitude.INFERE  # noqa: E741  narrow marks for a table
_GUIDE = "community guide on subcontracting and co-contracting: validation, refusal, or tacit validation after 15 days"
_SEULE = "a document that is refused for its address waits for its sender: sent again, copied or given up"
_PAYER = "SERVICE_FAIT MANDATEE MISE_A_DISPOSITION_COMPTABLE COMPTABILISEE MISE_EN_PAIEMENT"
_RENVOYER = "SUSPENDUE A_RECYCLER REJETEE"

#: Before the deposit, on the portal.
ENTREE = _t(
    I,
    "a draft is deposited or deleted; what OCR read is checked first",
    ("BROUILLON", "DEPOSEE SUPPRIMEE"),
    ("INTERPRETEE_OCR", "BROUILLON DEPOSEE SUPPRIMEE"),
)

#: To the recipient who pays, and what it does.
PAIEMENT = (
    *_t(V, "community page, life cycle", ("EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION"), ("MISE_A_DISPOSITION", f"PRISE_EN_COMPTE_DESTINATAIRE {_PAYER} {_RENVOYER}")),
    *_t(V, "the same page: the four steps before payment are facultative, in this order", ("SERVICE_FAIT", "MANDATEE MISE_A_DISPOSITION_COMPTABLE COMPTABILISEE MISE_EN_PAIEMENT"),
        ("MANDATEE", "MISE_A_DISPOSITION_COMPTABLE COMPTABILISEE MISE_EN_PAIEMENT"), ("MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE MISE_EN_PAIEMENT"), ("COMPTABILISEE", "MISE_EN_PAIEMENT")),
    *_t(V, "published history of an invoice; label of CPP 12", ("SUSPENDUE", "COMPLETEE MISE_A_DISPOSITION"), ("COMPLETEE", "MISE_A_DISPOSITION")),
    *_t(I, "taken into account, then treated as any invoice in hand", ("PRISE_EN_COMPTE_DESTINATAIRE", f"{_PAYER} {_RENVOYER}")),
    *_t(I, "until it is in the accounts, the invoice may still be sent back; the accountant sends back through the recipient", ("SERVICE_FAIT MANDATEE MISE_A_DISPOSITION_COMPTABLE", _RENVOYER)),
    *_t(I, "what is not completed is rejected", ("SUSPENDUE", "REJETEE")),
    *_t(I, "the supplier mends the address or gives up", ("A_RECYCLER", "EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION EN_ATTENTE_RECYCLAGE_FOURNISSEUR DUPLIQUE_APRES_REFUS ABANDONNEE"),
        ("EN_ATTENTE_RECYCLAGE_FOURNISSEUR", "EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION ABANDONNEE")),
    *_t(I, "the outgoing file is written, then on its way; a fault in between is repaired", ("EN_COURS_TRAITEMENT_PIVOT_S", "EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION TECHNIQUE_INCONNU"), ("TECHNIQUE_INCONNU", "EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION")),
)  # fmt: skip


def acheminement(de: str) -> tuple[Transition, ...]:
    """Return the rows that send a document to the recipient who pays, from statuses ``de``."""
    return (
        *_t(V, "community page, life cycle", (de, "EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION")),
        *_t(I, "the outgoing file is written first", (de, "EN_COURS_TRAITEMENT_PIVOT_S")),
    )


#: One validator before the recipient.
NIVEAU_1 = (
    *_t(
        V,
        _GUIDE,
        ("DEPOSEE", "A_VALIDER_1"),
        ("A_VALIDER_1", "VALIDEE_1 REFUSEE_1 ERREUR_FOURNISSEUR_SUR_VALIDEUR ABSENCE_VALIDATION_1_HORS_DELAI"),
    ),
    *_t(I, _SEULE, ("ERREUR_FOURNISSEUR_SUR_VALIDEUR", "A_VALIDER_1 DUPLIQUE_APRES_REFUS ABANDONNEE")),
)
#: A second one: the co-contractor's subcontractor is validated by the co-contractor, then by the main contractor.
NIVEAU_2 = (
    *_t(
        V,
        _GUIDE,
        ("VALIDEE_1 ABSENCE_VALIDATION_1_HORS_DELAI", "A_VALIDER_2"),
        ("A_VALIDER_2", "VALIDEE_2 REFUSEE_2 ERREUR_COTRAITANT_SUR_VALIDEUR ABSENCE_VALIDATION_2_HORS_DELAI"),
    ),
    *_t(I, _SEULE, ("ERREUR_COTRAITANT_SUR_VALIDEUR", "A_VALIDER_2 DUPLIQUE_APRES_REFUS ABANDONNEE")),
)

_ERREURS_MOE = "ERREUR_FOURNISSEUR_SUR_MOE ERREUR_FOURNISSEUR_SUR_MOA"
_ERREURS_MOA = "ERREUR_MOE_SUR_MOA ERREUR_DE_MOE"
_CIRCUIT = "CCAG Travaux as AIFE's guides tell it: the MOE takes the statement in charge and writes the next document from it, or refuses"


def vers_moe(de: str, *, autre_motif: bool = True) -> tuple[Transition, ...]:
    """Return the rows of a document addressed to the project manager, from statuses ``de``.

    :param autre_motif: False where it may refuse for the wrong MOE or the wrong MOA only (A4: release notes V3.9.4).
    """
    refus = f"{_ERREURS_MOE} A_COMPLETER" + (" REFUSEE_MOE" if autre_motif else "")
    return (
        *_t(I, "labels of CPP 40 and 27, in this order", (de, "A_ASSOCIER_MOE MISE_A_DISPOSITION_MOE"), ("A_ASSOCIER_MOE", "MISE_A_DISPOSITION_MOE"), ("MISE_A_DISPOSITION_MOE", "A_VALIDER_MOE")),
        *_t(I, _CIRCUIT, ("MISE_A_DISPOSITION_MOE A_VALIDER_MOE", f"PRISE_EN_COMPTE_MOE ASSOCIEE {refus}"), ("PRISE_EN_COMPTE_MOE", f"ASSOCIEE TRANSMISE_MOA {refus}")),
        *_t(I, "the MOE has 7 days; the circuit then goes on without it", ("MISE_A_DISPOSITION_MOE A_VALIDER_MOE PRISE_EN_COMPTE_MOE", "ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE"),
            ("ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE", "TRANSMISE_MOA")),
        *_t(I, "completed, the document is in the MOE's hands again", ("A_COMPLETER", "COMPLETEE"), ("COMPLETEE", "MISE_A_DISPOSITION_MOE")),
        *_t(I, _SEULE, (_ERREURS_MOE, "EN_ATTENTE_RECYCLAGE_FOURNISSEUR A_ASSOCIER_MOE MISE_A_DISPOSITION_MOE DUPLIQUE_APRES_REFUS ABANDONNEE"),
            ("EN_ATTENTE_RECYCLAGE_FOURNISSEUR", "A_ASSOCIER_MOE MISE_A_DISPOSITION_MOE ABANDONNEE")),
    )  # fmt: skip


def vers_moa(de: str) -> tuple[Transition, ...]:
    """Return the rows of a document addressed to the owner, from statuses ``de``."""
    refus = f"REFUSEE_MOA {_ERREURS_MOA} A_COMPLETER"
    return (
        *_t(
            I,
            "labels of CPP 39 and 30, in this order",
            (de, "A_ASSOCIER_MOA MISE_A_DISPOSITION_MOA"),
            ("A_ASSOCIER_MOA", "MISE_A_DISPOSITION_MOA"),
        ),
        *_t(
            I,
            "as the MOE: taken in charge and followed by the next document, or refused",
            ("MISE_A_DISPOSITION_MOA", f"PRISE_EN_COMPTE_MOA ASSOCIEE {refus}"),
            ("PRISE_EN_COMPTE_MOA", f"ASSOCIEE {refus}"),
        ),
        *_t(
            I, "completed, the document is in the MOA's hands again", ("A_COMPLETER", "COMPLETEE"), ("COMPLETEE", "MISE_A_DISPOSITION_MOA")
        ),
        *_t(I, _SEULE, (_ERREURS_MOA, "A_ASSOCIER_MOA MISE_A_DISPOSITION_MOA DUPLIQUE_APRES_REFUS ABANDONNEE")),
    )


#: A general statement addressed to the supplier, who signs it by depositing the next document.
VERS_FOURNISSEUR = (
    *_t(
        V,
        "community page on the general statement: made available to the supplier, who deposits the signed one",
        ("DEPOSEE", "A_ASSOCIER_FOURNISSEUR"),
        ("A_ASSOCIER_FOURNISSEUR", "ASSOCIEE"),
    ),
    *_t(
        I,
        "words of the statuses",
        ("A_ASSOCIER_FOURNISSEUR", "REFUSEE_FOURNISSEUR ERREUR_MOE_SUR_FOURNISSEUR ERREUR_MOA_SUR_FOURNISSEUR ERREUR_DE_MOA"),
    ),
    *_t(
        I,
        _SEULE,
        ("ERREUR_MOE_SUR_FOURNISSEUR ERREUR_MOA_SUR_FOURNISSEUR ERREUR_DE_MOA", "A_ASSOCIER_FOURNISSEUR DUPLIQUE_APRES_REFUS ABANDONNEE"),
    ),
)

#: The payer of works sends back a document that is not the right one.
ERREURS_DU_PAYEUR = (
    *_t(
        I,
        "words of the statuses",
        ("MISE_A_DISPOSITION PRISE_EN_COMPTE_DESTINATAIRE", "ERREUR_DESTINATAIRE_PD ERREUR_DESTINATAIRE_EA TRANSMISE_MOA"),
    ),
    *_t(
        I,
        _SEULE,
        ("ERREUR_DESTINATAIRE_PD ERREUR_DESTINATAIRE_EA", "EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION DUPLIQUE_APRES_REFUS ABANDONNEE"),
    ),
    *_t(I, "the owner gives it back to the payer", ("TRANSMISE_MOA", "MISE_A_DISPOSITION")),
)

#: The final statement that nobody answered gives way to the tacit procedure.
TACITE = _t(I, "A22 is the supplier's draft general statement, tacit procedure: it takes the place of an unanswered final statement",
    ("PRISE_EN_COMPTE_MOE ASSOCIEE ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE", "REMPLACEE_PAR_A22"))  # fmt: skip
