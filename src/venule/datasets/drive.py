"""DRIVE: 40 photographs of a screening programme in the Netherlands (Staal et al. 2004).

The challenge publishes the test photographs without drawings; older copies have those of two
observers, `test/1st_manual` and `test/2nd_manual`.
"""

from venule.datasets.known import Files, KnownSet


def _files(name: str, split: str) -> Files:
    folder = {"train": "training", "test": "test"}[split]
    return Files(
        photograph=(f"{folder}/images/{name}_{folder}.tif",),
        reference=(f"{folder}/1st_manual/{name}_manual1.gif",),
        fov=(f"{folder}/mask/{name}_{folder}_mask.gif",),
        second=(f"test/2nd_manual/{name}_manual2.gif",) if split == "test" else (),
    )


SET = KnownSet(
    name="drive",
    title="DRIVE",
    size=(565, 584),
    drawings="one; test: none or two",
    licence="research and education only",
    page="https://drive.grand-challenge.org/",
    marks=("training/images", "test/images"),
    withheld=("test",),
    checked=True,
    files=_files,  # people are not published: each photograph counts as one
    by_hand="its owners require registration for the challenge",
)
