"""Tables."""

from io import StringIO

from rich.console import Console

from venule.report import Table, score_text

TABLE = Table(
    "Inside", ("score", "mine [v2]"), (("Dice", score_text(0.8123, lower=0.8, upper=0.825)), ("a|b", score_text(None)))
)


def test_markdown_has_the_figures_with_their_limits_and_survives_bars_in_names():
    assert TABLE.to_markdown().splitlines() == [
        "## Inside",
        "",
        "| score | mine [v2] |",
        "| --- | ---: |",
        "| Dice | 0.812 [0.800, 0.825] |",
        "| a\\|b | – |",
    ]


def test_the_terminal_shows_names_in_square_brackets_as_they_are():
    screen = StringIO()
    Console(file=screen, width=80).print(TABLE.to_rich())
    assert "mine [v2]" in screen.getvalue()
    assert "0.812 [0.800, 0.825]" in screen.getvalue()
