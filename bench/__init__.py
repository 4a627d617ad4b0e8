"""Measurements that the documentation quotes; run by hand, not by the tests."""
