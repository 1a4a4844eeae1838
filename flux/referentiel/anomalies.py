"""The catalogue of anomalies: one row a fault that a file can have.

``rule`` is this project's stable key; ``code`` the published code it is reported under (PPF general dossier §technical
controls and annexe 7 rules G7.18 and G7.19; ERR_XSD_001 seen in Chorus Pro reports); ``motif_501`` and ``motif_213`` the reason
codes that BR-FR-CDV-CL-09 admits for a flow refused (501) or an invoice rejected (213). Where that list has no equal
of the published code, the nearest one is given and the published code stays in the reason's text.
"""

from __future__ import annotations

from dataclasses import replace

from flux.referentiel.anomalies_gestion import LIGNES_GESTION
from flux.referentiel.anomalies_officielles import CODES, LIGNES_OFFICIELLES, REGLE
from flux.referentiel.anomalies_raccordement import LIGNES_RACCORDEMENT
from flux.referentiel.anomalies_schema import LIGNES_SCHEMA
from flux.referentiel.anomalies_statuts import LIGNES_STATUTS
from flux.referentiel.catalogue import Couche, LigneCatalogue, Severite

__all__ = ["CATALOGUE", "Couche", "LigneCatalogue", "Severite", "ligne_de"]

_E, _A, _C, _X = Couche.ENVELOPPE, Couche.ARCHIVE, Couche.CONTENEUR, Couche.SYNTAXE

_LIGNES = (
    # --- envelope: the name of the deposited file -------------------------------------------------------------------
    LigneCatalogue(
        "ENV-01",
        "IRR_FORM",
        _E,
        "Le nom du flux « {found} » ne suit pas la forme attendue {expected}. Renommez le fichier puis déposez-le de nouveau.",
        "The flow name “{found}” does not have the expected form {expected}. Rename the file and deposit it again.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "ENV-02",
        "IRR_CODE_INTER",
        _E,
        "Le code interface {found} est inconnu. Utilisez un code de la table des interfaces : {expected}.",
        "The interface code {found} is unknown. Use one of the interface table: {expected}.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "ENV-03",
        "IRR_CODE_INTER",
        _E,
        "L'interface {found} est fermée ({quand_fr}). Déposez sous l'une de ces interfaces : {expected}.",
        "The interface {found} is closed ({quand_en}). Deposit under one of these interfaces: {expected}.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "ENV-04",
        "IRR_CODE_INTER",
        _E,
        "L'interface {found} n'est ouverte que sur le portail de qualification. En production, déposez sous l'interface {expected}.",
        "The interface {found} is open on the qualification portal only. In production, deposit under the interface {expected}.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "ENV-05",
        "IRR_FORM",
        _E,
        "L'identifiant de flux porte le code {found} alors que l'interface demande {expected}. Accordez les quatre chiffres "
        "de l'identifiant avec l'interface.",
        "The flow id carries the code {found} while the interface asks for {expected}. Make the id's four digits agree with the interface.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "ENV-06",
        "IRR_CODE_APP",
        _E,
        "Le code application {found} n'est pas celui de ce raccordement ({expected}). Utilisez le code reçu lors de votre "
        "raccordement, dans le nom comme dans l'identifiant du flux.",
        "The application code {found} is not the one of this connection ({expected}). Use the code given with your "
        "connection, in the name and in the flow id.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "ENV-07",
        "IRR_UNICITE",
        _E,
        "L'identifiant de flux {found} a déjà servi le {date} pour un autre contenu. Donnez un identifiant neuf à ce flux "
        "puis déposez-le de nouveau.",
        "The flow id {found} was already used on {date} for another content. Give this flow a new id and deposit it again.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "ENV-09",
        "IRR_FORM",
        _E,
        "Le nom du flux « {found} » porte une extension. Retirez-la : {expected}.",
        "The flow name “{found}” has an extension. Remove it: {expected}.",
        motif_501="IRR_NOM_F",
    ),
    # --- archive: opening the flow ----------------------------------------------------------------------------------
    LigneCatalogue(
        "ARC-01",
        "IRR_VIDE",
        _A,
        "Le flux est vide (0 octet). Vérifiez l'export puis déposez de nouveau.",
        "The flow is empty (0 bytes). Check the export and deposit again.",
        motif_501="IRR_VIDE_F",
    ),
    LigneCatalogue(
        "ARC-02",
        "IRR_TAILLE",
        _A,
        "Le flux pèse {found} octets pour un maximum de {expected}. Répartissez les factures sur plusieurs flux.",
        "The flow has {found} bytes, the limit is {expected}. Spread the invoices over several flows.",
        motif_501="IRR_TAILLE_F",
    ),
    LigneCatalogue(
        "ARC-03",
        "IRR_EXTRAC",
        _A,
        "L'archive ne peut pas être lue ({found}). Refaites un tar.gz complet, retirez son extension, puis déposez de nouveau.",
        "The archive cannot be read ({found}). Make a whole tar.gz again, remove its extension and deposit again.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "ARC-04",
        "IRR_EXTRAC",
        _A,
        "L'archive ne contient aucun fichier. Mettez-y au moins une facture.",
        "The archive holds no file. Put at least one invoice in it.",
        motif_501="IRR_VIDE_F",
    ),
    LigneCatalogue(
        "ARC-05",
        "IRR_EXTRAC",
        _A,
        "L'archive contient l'entrée « {found} » qui n'est pas un simple fichier ({kind}). N'y mettez que des fichiers, "
        "sans lien ni chemin absolu ni « .. ».",
        "The archive holds the entry “{found}” which is not a plain file ({kind}). Put files only in it, with no link, "
        "absolute path or “..”.",
        motif_501="IRR_NOM_F",
    ),
    LigneCatalogue(
        "ARC-06",
        "IRR_EXTRAC",
        _A,
        "L'archive s'ouvre en plus de {expected} fichiers ou octets permis ({found}). Répartissez les factures sur plusieurs flux.",
        "The archive opens to more than the {expected} files or bytes allowed ({found}). Spread the invoices over several flows.",
        motif_501="IRR_TAILLE_F",
    ),
    LigneCatalogue(
        "ARC-07",
        "IRR_TAILLE_F",
        _A,
        "Le fichier « {member} » pèse plus de {expected} octets. Allégez ses pièces jointes.",
        "The file “{member}” has more than {expected} bytes. Lighten its attachments.",
        motif_501="IRR_TAILLE_F",
    ),
    LigneCatalogue(
        "ARC-08",
        "IRR_VIDE_F",
        _A,
        "Le fichier « {member} » est vide. Vérifiez l'export de cette facture.",
        "The file “{member}” is empty. Check the export of this invoice.",
        motif_501="IRR_VIDE_F",
    ),
    LigneCatalogue(
        "ARC-09",
        "IRR_TAILLE",
        _A,
        "Le flux contient {found} factures pour un maximum de {expected}. Répartissez-les sur plusieurs flux.",
        "The flow holds {found} invoices, the limit is {expected}. Spread them over several flows.",
        motif_501="IRR_TAILLE_F",
    ),
    LigneCatalogue(
        "ARC-11",
        "IRR_TYPE_F",
        _A,
        "Le contenu est de type {found} alors que l'interface {interface} attend {expected}. Déposez-le sous l'interface de son format ; "
        "plusieurs fichiers se déposent ensemble en tar.gz.",
        "The content is {found} while the interface {interface} takes {expected}. Deposit it under its format's interface; several files go "
        "together as tar.gz.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "ARC-12",
        "IRR_TYPE_F",
        _A,
        "Ce fichier est une clé privée ou un magasin de clés, pas un flux : il n'a pas été conservé. Cette clé a quitté votre poste : "
        "demandez à votre autorité de révoquer le certificat et faites-en émettre un autre avec une clé neuve.",
        "This file is a private key or a key store, not a flow: it was not kept. That key has left your machine: ask your authority to "
        "revoke the certificate and have another one issued with a new key.",
        motif_501="IRR_TYPE_F",
    ),
    # --- container: the Factur-X PDF --------------------------------------------------------------------------------
    LigneCatalogue(
        "PDF-01",
        "IRR_TYPE_F",
        _C,
        "Le PDF ne peut pas être lu ({found}). Régénérez la facture en PDF/A-3.",
        "The PDF cannot be read ({found}). Make the invoice's PDF/A-3 again.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-02",
        "IRR_TYPE_F",
        _C,
        "Le PDF est chiffré ou protégé. Une facture Factur-X se dépose sans mot de passe ni restriction.",
        "The PDF is encrypted or protected. A Factur-X invoice comes with no password and no restriction.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-03",
        "IRR_TYPE_F",
        _C,
        "Le PDF ne contient pas le fichier factur-x.xml (pièces trouvées : {found}). Joignez-y les données de la facture.",
        "The PDF does not hold the file factur-x.xml (attachments found: {found}). Embed the invoice's data in it.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-04",
        "IRR_TYPE_F",
        _C,
        "Le PDF contient plusieurs fichiers factur-x.xml ({found}). N'en gardez qu'un.",
        "The PDF holds several factur-x.xml files ({found}). Keep one.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-05",
        "IRR_TYPE_F",
        _C,
        "Le PDF n'est pas marqué PDF/A-3 (pdfaid:part = {found}). Produisez la facture en PDF/A-3.",
        "The PDF is not marked PDF/A-3 (pdfaid:part = {found}). Make the invoice as PDF/A-3.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-06",
        "IRR_TYPE_F",
        _C,
        "La relation AFRelationship de factur-x.xml vaut {found}, attendu : {expected}. Corrigez-la dans l'outil qui produit le PDF.",
        "The AFRelationship of factur-x.xml is {found}, expected: {expected}. Set it in the tool that makes the PDF.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-07",
        "IRR_TYPE_F",
        _C,
        "Le type MIME de factur-x.xml vaut {found}, attendu : {expected}. Corrigez-le dans l'outil qui produit le PDF.",
        "The MIME type of factur-x.xml is {found}, expected: {expected}. Set it in the tool that makes the PDF.",
        motif_501="IRR_TYPE_F",
        severity=Severite.AVERTISSEMENT,
    ),
    LigneCatalogue(
        "PDF-08",
        "IRR_TYPE_F",
        _C,
        "La métadonnée XMP {name} vaut {found}, attendu : {expected}. Corrigez-la dans l'outil qui produit le PDF.",
        "The XMP entry {name} is {found}, expected: {expected}. Set it in the tool that makes the PDF.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-09",
        "IRR_TYPE_F",
        _C,
        "Le niveau Factur-X des métadonnées XMP ({found}) n'est pas celui du XML ({expected}). Accordez-les.",
        "The Factur-X level of the XMP ({found}) is not the one of the XML ({expected}). Make them agree.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-10",
        "IRR_TYPE_F",
        _C,
        "Le profil « {found} » n'est pas un niveau Factur-X. Indiquez en BT-24 l'un de ces identifiants : {expected}.",
        "The profile “{found}” is not a Factur-X level. Put one of these identifiers in BT-24: {expected}.",
        motif_501="IRR_TYPE_F",
    ),
    LigneCatalogue(
        "PDF-11",
        "IRR_TYPE_F",
        _C,
        "factur-x.xml n'est pas déclaré dans le tableau /AF du document. Un lecteur PDF/A-3 ne le reliera pas à la facture : corrigez l'outil qui produit le PDF.",
        "factur-x.xml is not declared in the document's /AF array. A PDF/A-3 reader will not tie it to the invoice: mend the tool that makes the PDF.",
        motif_501="IRR_TYPE_F",
        severity=Severite.AVERTISSEMENT,
    ),
    LigneCatalogue(
        "PDF-12",
        "IRR_TYPE_F",
        _C,
        "Les métadonnées XMP du PDF ne peuvent pas être lues : {found}. Corrigez l'outil qui produit le PDF.",
        "The PDF's XMP metadata cannot be read: {found}. Mend the tool that makes the PDF.",
        motif_501="IRR_TYPE_F",
    ),
    # --- mixed flows: the invoice's own PDF, and the one invoice of a file --------------------------------------------
    LigneCatalogue(
        "VIS-01",
        "REJ_ASS_PJ",
        _C,
        "Le PDF de la facture n'est pas joint : un flux mixte (E2) le porte en pièce jointe de type 01, avec son contenu. Joignez-le.",
        "The invoice's PDF is not attached: a mixed flow (E2) holds it as an attachment of type 01, with its content. Attach it.",
        motif_501="IRR_VID_PJ",
        motif_213="REJ_ASS_PJ",
    ),
    LigneCatalogue(
        "VIS-02",
        "REJ_ASS_PJ",
        _C,
        "La pièce « {name} » qui porte le PDF de la facture ne peut pas être ouverte ({found}). Joignez un zip d'un seul fichier, sans "
        "mot de passe, dans la limite de taille.",
        "The attachment “{name}” that holds the invoice's PDF cannot be opened ({found}). Attach a zip of one file, with no password, "
        "within the size limit.",
        motif_501="IRR_TYPE_F",
        motif_213="REJ_ASS_PJ",
    ),
    LigneCatalogue(
        "VIS-03",
        "REJ_ASS_PJ",
        _C,
        "La pièce « {name} » n'est pas un PDF ({found}). Un flux mixte (E2) porte la représentation de la facture en PDF.",
        "The attachment “{name}” is not a PDF ({found}). A mixed flow (E2) holds the invoice's representation as a PDF.",
        motif_501="IRR_EXT_DOC",
        motif_213="REJ_ASS_PJ",
    ),
    LigneCatalogue(
        "CPP-01",
        "IRR_SYNTAX",
        _X,
        "Le fichier contient {found} factures (CPPFactureMixteUnitaire) pour {expected} admise. Écrivez chacune dans un fichier et "
        "déposez-les ensemble dans un tar.gz.",
        "The file holds {found} invoices (CPPFactureMixteUnitaire), {expected} is admitted. Write each in a file of its own and deposit "
        "them together in a tar.gz.",
    ),
    # --- syntax: the XML itself -------------------------------------------------------------------------------------
    LigneCatalogue(
        "XML-01",
        "IRR_SYNTAX",
        _X,
        "Le XML est mal formé : {raison_fr}. Corrigez l'export ; aucun autre contrôle n'a pu être fait sur ce fichier.",
        "The XML is not well formed: {raison_en}. Mend the export; no other check could be made on this file.",
    ),
    LigneCatalogue(
        "XML-02",
        "IRR_SYNTAX",
        _X,
        "Le XML contient une déclaration DOCTYPE, interdite ici. Retirez-la de l'export.",
        "The XML holds a DOCTYPE declaration, which is not allowed here. Remove it from the export.",
    ),
    LigneCatalogue(
        "XML-03",
        "IRR_SYNTAX",
        _X,
        "Le fichier n'est pas en UTF-8 ({found}). Exportez-le en UTF-8.",
        "The file is not UTF-8 ({found}). Export it as UTF-8.",
    ),
    LigneCatalogue(
        "XML-04",
        "IRR_SYNTAX",
        _X,
        "Le fichier contient le caractère de contrôle {found}. Retirez-le du texte d'origine.",
        "The file holds the control character {found}. Remove it from the source text.",
    ),
    LigneCatalogue(
        "XML-05",
        "IRR_SYNTAX",
        _X,
        "Les éléments XML sont imbriqués sur plus de {expected} niveaux. Vérifiez l'export.",
        "The XML elements are nested more than {expected} deep. Check the export.",
    ),
    LigneCatalogue(
        "XML-06",
        "IRR_SYNTAX",
        _X,
        "La racine du document est {found} alors que l'interface {interface} attend {expected}. Déposez-le sous l'interface de son format.",
        "The document's root is {found} while the interface {interface} takes {expected}. Deposit it under its format's interface.",
    ),
    LigneCatalogue(
        "XML-07",
        "IRR_TAILLE_F",
        _X,
        "Le fichier contient plus de {expected} balises XML. Répartissez son contenu sur plusieurs factures.",
        "The file holds more than {expected} XML tags. Spread its content over several invoices.",
        motif_501="IRR_TAILLE_F",
    ),
    LigneCatalogue(
        "XML-08",
        "IRR_SYNTAX",
        _X,
        "Un élément XML porte plus de {expected} attributs. Vérifiez l'export.",
        "An XML element bears more than {expected} attributes. Check the export.",
    ),
    LigneCatalogue(
        "XML-09",
        "IRR_SYNTAX",
        _X,
        "Le nombre {found} a plus de {expected} caractères. Écrivez-le sans zéros inutiles, ou vérifiez l'export.",
        "The number {found} has more than {expected} characters. Write it without needless zeros, or check the export.",
    ),
    # --- schema: a file of their own --------------------------------------------------------------------------------
    *LIGNES_SCHEMA,
    # --- answers ----------------------------------------------------------------------------------------------------
    LigneCatalogue(
        "CDV-01",
        "CDV_IMPOSSIBLE",
        Couche.REGISTRE,
        "Cette facture ne peut pas recevoir de flux de cycle de vie : {found} ne peut pas être lu. Seul ce retour en rend compte.",
        "This invoice cannot be sent lifecycle files: {found} cannot be read. This feedback alone tells of it.",
        severity=Severite.AVERTISSEMENT,
    ),
    # --- ledger: what came before, what the issuer declared ----------------------------------------------------------
    LigneCatalogue(
        "DBL-01",
        "DOUBLON",
        Couche.REGISTRE,
        "La facture {found} du fournisseur {fournisseur}, émise en {annee}, a déjà été reçue le {date} dans le flux {premier}. Si c'est la "
        "même, ne la renvoyez pas : suivez la première. Sinon, donnez-lui un numéro neuf puis déposez-la de nouveau.",
        "The invoice {found} of the supplier {fournisseur}, issued in {annee}, was already received on {date} in the flow {premier}. If it is "
        "the same one, do not send it again: follow the first. Otherwise give it a new number and deposit it again.",
        motif_213="DOUBLON",
    ),
    LigneCatalogue(
        "DBL-02",
        "DOUBLON",
        Couche.REGISTRE,
        "La facture {found} du fournisseur {fournisseur}, émise en {annee}, figure déjà dans ce flux, fichier « {premier} ». Si c'est la "
        "même, il n'y a rien à faire. Sinon, donnez-lui un numéro neuf puis déposez-la de nouveau.",
        "The invoice {found} of the supplier {fournisseur}, issued in {annee}, is in this flow already, file “{premier}”. If it is the same "
        "one, there is nothing to do. Otherwise give it a new number and deposit it again.",
        motif_213="DOUBLON",
    ),
    LigneCatalogue(
        "PJR-01",
        "REJ_REF_PJ",
        Couche.REGISTRE,
        "La pièce jointe « {found} » est citée sans son contenu, et ce fournisseur ne l'a pas déclarée. Joignez le fichier à la facture, ou "
        "faites déclarer cette pièce sur votre structure, puis déposez de nouveau.",
        "The attachment “{found}” is named without its content, and this supplier has not declared it. Attach the file to the invoice, or "
        "have this attachment declared on your structure, then deposit again.",
        motif_501="IRR_VID_PJ",
        motif_213="REJ_REF_PJ",
    ),
    # --- connection records and management rules: files of their own ------------------------------------------------
    *LIGNES_RACCORDEMENT,
    *LIGNES_GESTION,
    # --- deposited statuses: a file of their own --------------------------------------------------------------------
    *LIGNES_STATUTS,
    # --- official rules: a file of their own ------------------------------------------------------------------------
    *LIGNES_OFFICIELLES,
)

#: ``rule`` → row.
CATALOGUE: dict[str, LigneCatalogue] = {row.rule: row for row in _LIGNES}

if len(CATALOGUE) != len(_LIGNES):  # a malformed table stops the import
    raise RuntimeError("two rows of the catalogue of anomalies share one rule")

_OFFICIELLES = {code: replace(CATALOGUE[REGLE], code=code, motif_213=code) for code in CODES}


def ligne_de(rule: str, code: str) -> LigneCatalogue:
    """Return the row that an anomaly was made from: that of its rule or, for a rule of an official file, the one they share.

    :param rule: the anomaly's rule. :param code: its code, which is its reason code too when the rule is an official one.
    """
    return CATALOGUE[rule] if rule in CATALOGUE else _OFFICIELLES[code]
