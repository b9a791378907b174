"""`venule models` and `venule networks`."""

import typer


def models() -> None:
    """List the models that come with venule, with their scores and licences."""
    from venule.models import load_model, shipped_models

    for name in shipped_models():
        card = load_model(name).card
        typer.secho(name, bold=True)
        typer.echo(f"  {card.summary}")
        typer.echo(f"  {card.network}, {card.parameters:,} parameters, {card.working_diameter:g} px, ", nl=False)
        typer.echo(f"threshold {card.threshold:g} (from {card.threshold_from})")
        for score in card.scores:
            low, high = score.value.lower, score.value.upper
            interval = f" [{low:.3f}, {high:.3f}]" if low is not None and high is not None else ""
            about = f"on {score.data} ({score.photographs} photographs)"
            typer.echo(f"  {score.score} {score.value.mean:.3f}{interval} {about}")
        typer.echo(f"  {card.licence}")


def networks() -> None:
    """List the networks that can be trained: name, parameters, multiply-adds at 512x512, source."""
    from venule.networks import NETWORKS

    typer.echo(f"{'name':<25}{'trainable':>11}{'total':>12}{'multiply-adds':>15}  source")
    for name, network in NETWORKS.items():
        work = network.multiply_adds / 1e9
        typer.echo(f"{name:<25}{network.trainable:>11,}{network.total:>12,}{work:>13.2f} G  {network.source}")
