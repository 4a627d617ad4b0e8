"""Prefect flows and the command line: when and in what order, nothing else."""
