"""HRF: 15 healthy eyes (_h), 15 with diabetic retinopathy (_dr), 15 with glaucoma (_g) (Budai et al. 2013).

The usual split (Orlando et al. 2017): the first five of each group for training, the other 30 for testing.
"""

from venule.datasets.known import Files, Host, KnownSet


def _files(name: str, split: str) -> Files:
    return Files(
        photograph=(f"images/{name}.jpg",),
        reference=(f"manual1/{name}.tif",),
        fov=(f"mask/{name}_mask.tif",),
    )


SET = KnownSet(
    name="hrf",
    title="HRF",
    size=(3504, 2336),
    drawings="one",
    licence="CC BY 4.0",
    page="https://www5.cs.fau.de/research/data/fundus-images/",
    marks=("manual1", "images/[0-9][0-9]_dr.*"),
    checked=True,
    files=_files,  # people are not published: each photograph counts as one
    host=Host(
        bases=("https://www5.cs.fau.de/fileadmin/research/datasets/fundus-images/",),
        archives={"all.zip": ""},
        max_download=500_000_000,
        max_unpacked=3_000_000_000,
    ),
)
