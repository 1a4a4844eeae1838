"""Files that may be attached to an invoice. Source: Chorus Pro page on attachments (35 extensions), as OCA and Pastell quote it."""

from __future__ import annotations

_TYPES = """
bmp bz2 csv doc docx fax gif gz gzip htm html jpeg jpg odp ods odt p7s pdf png pps ppt pptx rtf svg tgz tif tiff txt xhtml xlc xlm
xls xlsx xml zip
"""

#: Extensions, in small letters.
EXTENSIONS = frozenset(_TYPES.split())

#: Those of files that are a ZIP by themselves: such content is not a packed attachment.
EXTENSIONS_ZIP = frozenset({"docx", "odp", "ods", "odt", "pptx", "xlsx", "zip"})
