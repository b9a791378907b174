"""What a shell offers after Tab; nothing is imported before it asks."""

from importlib.resources import files


def models() -> list[str]:
    """Names of the shipped models that find vessels."""
    from venule.models import shipped_models

    return list(shipped_models("vessels"))


def recipes() -> list[str]:
    """Names of the shipped recipes."""
    return _names_in("training")


def studies() -> list[str]:
    """Names of the shipped studies."""
    return _names_in("study")


def networks() -> list[str]:
    """Names of the networks that can be trained."""
    from venule.networks import NETWORKS

    return list(NETWORKS)


def data_sets() -> list[str]:
    """Names of the data sets that venule knows."""
    from venule.datasets.known import KNOWN

    return list(KNOWN)


def _names_in(room: str) -> list[str]:
    """Names of the recipes in a package, without importing it: it would load PyTorch."""
    folder = files("venule") / room / "recipes"
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
