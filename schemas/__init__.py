"""Domain truth of Chinese budget disclosures: forms, classifications, units, lake tables, identities.

Imports nothing of the project. Facts live in reviewed data files under ``schemas/data``; the code here
loads and checks them, so that a new province, year, form or synonym is a change of data, not of code.
"""
