"""The project's own generator of test documents: budget disclosures whose every figure is known.

A ``Ledger`` (exact amounts) gives a ``Disclosure`` (tables of printed text), which ``pdf``, ``text`` and
``office`` draw in many styles. What comes back from a reader must be the tables that went in.
Made for tests and for the demo; nothing here is a real disclosure but the seed's own figures.
"""
