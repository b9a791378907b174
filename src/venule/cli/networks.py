"""`venule networks`."""

import typer


def networks() -> None:
    """List the networks that can be trained: name, parameters, source."""
    import torch

    from venule.networks import NETWORKS, count_parameters, create

    typer.echo(f"{'name':<28}{'trainable':>12}{'total':>12}  source")
    for name, network in NETWORKS.items():
        with torch.device("meta"):  # counted, not filled
            parameters = count_parameters(create(name))
        typer.echo(f"{name:<28}{parameters.trainable:>12,}{parameters.total:>12,}  {network.source}")
