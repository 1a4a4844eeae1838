"""Small rule files and documents for the tests of the rules engine: the shape of the published ones, none of their text."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from flux.regles.officielles import Document, Echec, JeuDeRegles, charger_fichier

DEBUT = """<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:xs="http://www.w3.org/2001/XMLSchema" version="2.0"
  xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:p="urn:test:p" xmlns:q="urn:test:q" xmlns:custom="urn:test:f">
<xsl:output method="xml"/>
<xsl:template match="*" mode="schematron-select-full-path">
  <xsl:apply-templates select="." mode="schematron-get-full-path"/>
</xsl:template>
<xsl:template match="*" mode="schematron-get-full-path">
  <xsl:apply-templates select="parent::*" mode="schematron-get-full-path"/>
  <xsl:text>/</xsl:text>
  <xsl:choose>
    <xsl:when test="namespace-uri()=''"><xsl:value-of select="name()"/></xsl:when>
    <xsl:otherwise><xsl:text>*:</xsl:text><xsl:value-of select="local-name()"/><xsl:text>[namespace-uri()='</xsl:text>
      <xsl:value-of select="namespace-uri()"/><xsl:text>']</xsl:text></xsl:otherwise>
  </xsl:choose>
  <xsl:variable name="preceding" select="count(preceding-sibling::*[local-name()=local-name(current())
    and namespace-uri() = namespace-uri(current())])"/>
  <xsl:text>[</xsl:text><xsl:value-of select="1+ $preceding"/><xsl:text>]</xsl:text>
</xsl:template>
<xsl:template match="text()" priority="-1"/>
"""


def assertion(ident: str, test: str, *, drapeau: str = "fatal", message: str = "m", constat: bool = False) -> str:
    """One assert (or report); the message may hold ``xsl:value-of``."""
    nom = "successful-report" if constat else "failed-assert"
    corps = (
        f'<svrl:{nom} test={quoteattr(test)}><xsl:attribute name="id">{ident}</xsl:attribute><xsl:attribute name="flag">{drapeau}'
        '</xsl:attribute><xsl:attribute name="location"><xsl:apply-templates select="." mode="schematron-select-full-path"/>'
        f"</xsl:attribute><svrl:text>{message}</svrl:text></svrl:{nom}>"
    )
    if constat:
        return f"<xsl:if test={quoteattr(test)}>{corps}</xsl:if>"
    return f"<xsl:choose><xsl:when test={quoteattr(test)}/><xsl:otherwise>{corps}</xsl:otherwise></xsl:choose>"


def regle(contexte: str, *pieces: str, mode: str = "M1", priorite: int = 1000, parcours: str | None = "*") -> str:
    """One rule of a pattern; without ``parcours`` the pattern stops on its nodes."""
    suite = f'<xsl:apply-templates select="{parcours}" mode="{mode}"/>' if parcours else ""
    return (
        f'<xsl:template match={quoteattr(contexte)} priority="{priorite}" mode="{mode}"><svrl:fired-rule context={quoteattr(contexte)}/>'
        f"{''.join(pieces)}{suite}</xsl:template>"
    )


def feuille(*corps: str, modes: tuple[str, ...] = ("M1",), tete: str = "") -> str:
    """A whole rule file."""
    appels = "".join(
        f'<svrl:active-pattern><xsl:apply-templates/></svrl:active-pattern><xsl:apply-templates select="/" mode="{m}"/>' for m in modes
    )
    fins = "".join(
        f'<xsl:template match="text()" priority="-1" mode="{m}"/><xsl:template match="@*|node()" priority="-2" mode="{m}">'
        f'<xsl:apply-templates select="*" mode="{m}"/></xsl:template>'
        for m in modes
    )
    racine = f'<xsl:template match="/"><svrl:schematron-output>{appels}</svrl:schematron-output></xsl:template>'
    return f"{DEBUT}{tete}{racine}{''.join(corps)}{fins}</xsl:stylesheet>"


def ecrire(dossier: Path, texte: str, nom: str = "poche.xslt") -> Path:
    """Write a rule file."""
    fichier = dossier / nom
    fichier.write_text(texte, encoding="utf-8")
    return fichier


def jeu(dossier: Path, *corps: str, modes: tuple[str, ...] = ("M1",), tete: str = "") -> JeuDeRegles:
    """A loaded rule set."""
    return charger_fichier(ecrire(dossier, feuille(*corps, modes=modes, tete=tete)), None)


def evaluer(jeu_: JeuDeRegles, xml: str) -> list[Echec]:
    """Findings on a document given as text."""
    return jeu_.evaluer(Document(etree.fromstring(xml.encode())))


def regles(echecs: list[Echec]) -> list[str]:
    """Identifiers of the findings, in their order; those of dynamic errors with their code."""
    return [e.regle + (f"!{e.erreur}" if e.erreur else "") for e in echecs]
