"""`venule networks`."""

import typer


def networks() -> None:
    """List the networks that can be trained: name, parameters, source."""
    from venule.networks import NETWORKS, parameters_of

    typer.echo(f"{'name':<28}{'trainable':>12}{'total':>12}  source")
    for name, network in NETWORKS.items():
        parameters = parameters_of(name)
        typer.echo(f"{name:<28}{parameters.trainable:>12,}{parameters.total:>12,}  {network.source}")
