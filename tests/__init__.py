"""Tests, mirroring the four packages, and the generator of test documents."""
