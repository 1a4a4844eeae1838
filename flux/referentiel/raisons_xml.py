"""Why an XML document is not well formed: libxml2's error number → a reason in plain French and English.

Numbers are libxml2's ``xmlParserErrors`` (:class:`lxml.etree.ErrorTypes`). They are stable across its versions; its sentences are not.
"""

from __future__ import annotations

#: Reason of a number that the table does not hold.
RAISON_INCONNUE = ("la syntaxe XML n'est pas respectée", "the XML syntax is not followed")

#: libxml2 number → (French, English), without final full stop.
RAISONS_XML: dict[int, tuple[str, str]] = {
    4: ("le document est vide ou ne commence pas par une balise", "the document is empty or does not begin with a tag"),
    5: ("du contenu suit la fin de l'élément racine", "there is content after the end of the root element"),
    6: ("une référence de caractère est incorrecte", "a character reference is wrong"),
    8: ("une référence de caractère est incorrecte", "a character reference is wrong"),
    9: ("un caractère n'est pas admis en XML", "a character is not allowed in XML"),
    23: ("un « & » n'est pas écrit « &amp; », ou une référence n'est pas terminée par « ; »", "a “&” is not written “&amp;”, or a reference does not end with “;”"),
    26: ("une entité n'est pas définie ; seules &amp; &lt; &gt; &apos; &quot; le sont", "an entity is not defined; only &amp; &lt; &gt; &apos; &quot; are"),
    38: ("un « < » se trouve dans la valeur d'un attribut", "a “<” stands in the value of an attribute"),
    39: ("la valeur d'un attribut n'est pas entre guillemets", "the value of an attribute is not quoted"),
    40: ("la valeur d'un attribut n'est pas fermée par un guillemet", "the value of an attribute has no closing quote"),
    41: ("un attribut n'a pas de valeur", "an attribute has no value"),
    42: ("un attribut est écrit deux fois sur le même élément", "an attribute is written twice on one element"),
    45: ("un commentaire n'est pas terminé", "a comment is not ended"),
    47: ("une instruction de traitement n'est pas terminée", "a processing instruction is not ended"),
    57: ("la déclaration <?xml … ?> n'est pas terminée", "the declaration <?xml … ?> is not ended"),
    62: ("la suite « ]]> » se trouve dans un texte", "the sequence “]]>” stands in a text"),
    63: ("une section CDATA n'est pas terminée", "a CDATA section is not ended"),
    64: ("la déclaration <?xml … ?> n'est pas au tout début du fichier", "the declaration <?xml … ?> is not at the very start of the file"),
    65: ("un espace manque entre deux attributs ou dans la déclaration", "a space is missing between two attributes or in the declaration"),
    68: ("un nom est attendu : un « & » ou un « < » n'est peut-être pas écrit « &amp; » ou « &lt; »", "a name is expected: a “&” or “<” may not be written “&amp;” or “&lt;”"),
    72: ("une balise est attendue", "a tag is expected"),
    73: ("une balise n'est pas fermée par « > »", "a tag is not closed by “>”"),
    76: ("une balise fermante ne correspond pas à la balise ouverte", "an end tag does not match the open tag"),
    77: ("le document s'arrête avant la fin : des éléments restent ouverts", "the document stops before its end: elements are still open"),
    80: ("un commentaire contient « -- »", "a comment holds “--”"),
    81: ("un octet n'est pas de l'UTF-8", "a byte is not UTF-8"),
    109: ("la version XML déclarée n'est pas connue", "the XML version declared is not known"),
    114: ("un nom ou une valeur d'attribut est trop long", "a name or an attribute's value is too long"),
    200: ("une déclaration d'espace de noms est incorrecte", "a namespace declaration is wrong"),
    201: ("un préfixe d'espace de noms n'est pas déclaré", "a namespace prefix is not declared"),
    202: ("un nom d'élément contient plusieurs « : »", "an element's name holds several “:”"),
    203: ("un attribut est écrit deux fois sous deux préfixes du même espace de noms", "an attribute is written twice under two prefixes of one namespace"),
}  # fmt: skip
