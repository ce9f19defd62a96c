"""`python -m pincite`: the command line where its script is not on the path."""

from pincite.cli import main

if __name__ == "__main__":
    main()
