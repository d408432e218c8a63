"""`python -m catalog` is the command `catalog`."""

from catalog.cli import process

if __name__ == "__main__":
    process()
