"""What a person sees of a number and of a document: ``trace`` and the report's pages.

Both read the lake, and the document's own bytes once more for its pictures and for the words around its
figures. The bytes must be those that the lake knows (``flows.report.source``): a picture of another file would
prove nothing.
"""
