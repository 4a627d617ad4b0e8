"""Fault harness: random uploads, lost and repeated messages, failing storage and killed workers; and one lake.

``python -m bench.faults --runs N --seed S``. See ``bench.faults.__main__``.
"""
