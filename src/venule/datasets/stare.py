"""STARE: the 20 photographs of which two observers drew the vessels (Hoover et al. 2000).

Adam Hoover (ah) is the first observer, Valentina Kouznetsova (vk) the second. No split was published: papers use
leave-one-out, or a split of their own. The files may stay packed (.ppm.gz).
"""

from venule.datasets.known import Files, Host, KnownSet


def _files(name: str, split: str) -> Files:
    return Files(
        photograph=_places(name, "stare-images", "ppm"),
        reference=_places(name, "labels-ah", "ah.ppm"),
        second=_places(name, "labels-vk", "vk.ppm"),
    )


def _places(name: str, folder: str, suffix: str) -> tuple[str, ...]:
    return tuple(f"{place}{name}.{suffix}{packed}" for place in (f"{folder}/", "") for packed in (".gz", ""))


SET = KnownSet(
    name="stare",
    title="STARE",
    size=(700, 605),
    drawings="two",
    licence="not stated",
    page="https://cecas.clemson.edu/~ahoover/stare/probing/",
    marks=("stare-images", "labels-ah", "im[0-9][0-9][0-9][0-9].ppm*"),
    undrawn="im[0-9][0-9][0-9][0-9].ppm*",
    files=_files,  # people are not published: each photograph counts as one
    host=Host(
        bases=("https://cecas.clemson.edu/~ahoover/stare/probing/",),
        archives={"stare-images.tar": "stare-images", "labels-ah.tar": "labels-ah", "labels-vk.tar": "labels-vk"},
        max_download=200_000_000,
        max_unpacked=500_000_000,
    ),
)
