"""`python -m bridge` is the `docbridge` command."""

from bridge.cli.main import main

if __name__ == "__main__":
    main()
