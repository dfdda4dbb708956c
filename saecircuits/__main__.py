"""`python -m saecircuits`."""

from saecircuits.cli import main

if __name__ == "__main__":
    main()
