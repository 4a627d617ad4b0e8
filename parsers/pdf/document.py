"""pdfplumber's ``PDF`` with pdfium underneath; pdfminer's document is read only when something asks for it."""

from __future__ import annotations

from functools import cached_property
from io import BytesIO
from typing import Any, Self

import numpy as np
import pypdfium2
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfplumber.page import Page
from pdfplumber.pdf import PDF

from parsers.limits import Limits
from parsers.pdf.opening import open_document
from parsers.pdf.page import FastPage


class FastPDF(PDF):
    """A document whose pages are ``FastPage``; a context manager. ``limits`` bound every page."""

    def __init__(self, data: bytes, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.document: pypdfium2.PdfDocument = open_document(data, self.limits)
        self.stream = BytesIO(data)
        self.stream_is_external = False
        self.path = None
        self.password = None
        self.pages_to_parse = None
        self.laparams = None
        self.unicode_norm = None
        self.raise_unicode_errors = True
        #: The columns that texts told of tables on a page; the page after may go on with them.
        self.open_columns: dict[int, list[list[float]]] = {}
        self._open: dict[int, FastPage] = {}

    def __enter__(self) -> Self:
        return self

    def __len__(self) -> int:
        return len(self.document)

    @cached_property
    def doc(self) -> PDFDocument:  # type: ignore[override]
        """pdfminer's document, read when first asked for."""
        return PDFDocument(PDFParser(self.stream))

    @cached_property
    def rsrcmgr(self) -> PDFResourceManager:  # type: ignore[override]
        """pdfminer's cache of fonts."""
        return PDFResourceManager()

    @cached_property
    def pdfminer_pages(self) -> list[PDFPage]:
        """pdfminer's pages, for annotations and the structure tree."""
        return list(PDFPage.create_pages(self.doc))

    @cached_property
    def metadata(self) -> dict[str, Any]:  # type: ignore[override]
        """The document's information dictionary."""
        return dict(self.document.get_metadata_dict(skip_empty=True))

    @cached_property
    def doctops(self) -> list[float]:
        """Where each page begins if all pages are laid below each other, in points."""
        heights = [self.document.get_page_size(i)[1] for i in range(len(self))]
        return [0.0, *np.cumsum(heights).tolist()]

    def page(self, page_number: int) -> FastPage:
        """One page, 1-based; the caller closes it."""
        return FastPage(self, page_number)

    @property
    def pages(self) -> list[Page]:
        """All pages, kept until the document is closed, as pdfplumber does it: see ``page`` for less."""
        for number in range(1, len(self) + 1):
            if number not in self._open:
                self._open[number] = self.page(number)
        return list(self._open.values())

    def close(self) -> None:
        """Closes all pages and the document."""
        self.flush_cache()
        for page in self._open.values():
            page.close()
        self._open.clear()
        self.document.close()
        self.stream.close()
