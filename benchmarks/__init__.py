"""Benchmarks: one claim a file, a ratio measured in one run."""
