"""`venule networks`."""

import typer


def networks() -> None:
    """List the networks that can be trained: name, parameters, multiply-adds at 512x512, source."""
    from venule.networks import NETWORKS

    typer.echo(f"{'name':<25}{'trainable':>11}{'total':>12}{'multiply-adds':>15}  source")
    for name, network in NETWORKS.items():
        work = network.multiply_adds / 1e9
        typer.echo(f"{name:<25}{network.trainable:>11,}{network.total:>12,}{work:>13.2f} G  {network.source}")
