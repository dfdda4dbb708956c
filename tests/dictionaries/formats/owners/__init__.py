"""Scripts that write the checkpoints of `data/`, each run with the Python of an environment that has its library.

python -m tests.dictionaries.formats.owners.<script> tests/dictionaries/formats/data
"""
