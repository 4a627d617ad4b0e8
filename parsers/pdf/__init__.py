"""Reading of PDF files, twice: fast for every document, and again by stock pdfplumber where a sum fails."""

from parsers.pdf.reading import read_pdf

__all__ = ["read_pdf"]
