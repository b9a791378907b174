"""`venule networks`."""

import typer


def networks() -> None:
    """List the networks that can be trained: name, parameters, multiply-adds at 512x512, source."""
    from venule.networks import NETWORKS, multiply_adds, parameters_of

    typer.echo(f"{'name':<25}{'trainable':>11}{'total':>12}{'multiply-adds':>15}  source")
    for name, network in NETWORKS.items():
        parameters, work = parameters_of(name), multiply_adds(name, 512) / 1e9
        typer.echo(f"{name:<25}{parameters.trainable:>11,}{parameters.total:>12,}{work:>13.2f} G  {network.source}")
