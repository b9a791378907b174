"""FIVES: 800 photographs, 200 each of macular degeneration (A), diabetic retinopathy (D), glaucoma (G) and normal (N).

Jin et al. 2022; 600 for training, 200 for testing. Both folders number from 1, so names here begin with the split.
"""

from venule.datasets.known import Files, KnownSet


def _files(name: str, split: str) -> Files:
    file = name.removeprefix(f"{split}_") + ".png"
    return Files(photograph=(f"{split}/Original/{file}",), reference=(f"{split}/Ground truth/{file}",))


SET = KnownSet(
    name="fives",
    title="FIVES",
    size=(2048, 2048),
    drawings="one",
    licence="CC BY 4.0",
    page="https://doi.org/10.6084/m9.figshare.19688169",
    marks=("train/Original", "test/Original"),
    files=_files,  # people are not published: each photograph counts as one
    by_hand="it is a .rar archive of 1.8 GB, which needs another program to unpack",
)
