"""`python -m bot` is `armswatch`."""

from bot.cli import main

if __name__ == "__main__":
    main()
