"""Diagrams show the network that is trained: its steps, its sizes and every way that data takes."""

import pytest

torch = pytest.importorskip("torch")

from docs.diagrams import draw_diagram, trace  # noqa: E402

from venule import networks  # noqa: E402


def _trace(name, widths):
    with torch.device("meta"):
        return trace(networks.create(name, widths=widths), side=512)


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_every_step_leads_to_a_later_one_down_and_up_to_one_map(name):
    boxes = _trace(name, (8, 16, 32, 64))
    assert boxes[-1].channels == 1
    used = {source for box in boxes for source in box.sources}
    assert used == {-1, *range(len(boxes) - 1)}, "no step leads nowhere"
    assert all(source < place for place, box in enumerate(boxes) for source in box.sources)
    sides = [box.side for box in boxes]
    assert min(sides) <= sides[0] / 8
    assert max(sides) == boxes[-1].side


def test_the_skips_of_a_unet_join_each_level_to_itself():
    boxes = _trace("unet", (4, 8))
    assert [(box.name, box.channels, box.side) for box in boxes] == [
        ("encoder 0", 4, 512),
        ("encoder 1", 8, 256),
        ("bridge", 16, 128),
        ("up 0", 8, 256),
        ("decoder 0", 8, 256),
        ("up 1", 4, 512),
        ("decoder 1", 4, 512),
        ("head", 1, 512),
    ]
    assert [box.sources for box in boxes] == [(-1,), (0,), (1,), (2,), (1, 3), (4,), (0, 5), (6,)]


def test_a_diagram_is_drawn(tmp_path):
    draw_diagram("cmp-unet", tmp_path / "diagram.png", widths=[4, 8, 16])
    assert (tmp_path / "diagram.png").stat().st_size > 10_000
