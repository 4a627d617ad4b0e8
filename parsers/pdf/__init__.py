"""Reading of PDF files, twice: fast for every document, and again by stock pdfplumber where a sum fails."""

from parsers.pdf.again import read_pdf_again
from parsers.pdf.reading import read_pdf

__all__ = ["read_pdf", "read_pdf_again"]
