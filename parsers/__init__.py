"""Bytes in, rows and findings out: readers, recognition and interpretation of disclosure tables.

Pure functions. No network, no Prefect, no lake; imports nothing of the project but ``schemas``.
"""
