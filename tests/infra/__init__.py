"""Tests of ``infra`` against real servers on loopback and real lakes."""
