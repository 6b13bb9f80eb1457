"""Entry point of `python -m dartd`."""

from dartd.cli import main

if __name__ == "__main__":
    main()
