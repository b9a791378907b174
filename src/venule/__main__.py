"""`python -m venule`, which launchers such as torchrun call."""

from venule.cli.main import main

if __name__ == "__main__":
    main()
