"""Where the published sets are given out, as far as they may be fetched by a program.

The addresses could not be tried where this version was written. Where a set has more than one, the next is asked when
one does not answer.
"""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Host:
    """How one set is downloaded.

    Attributes:
        bases: addresses of the folder that holds the archives, the first tried first.
        archives: name of an archive -> folder of the set that it is unpacked into ("" for the set's own).
        max_download: bytes of one archive; a larger one is refused.
        max_unpacked: bytes of everything unpacked.
    """

    bases: tuple[str, ...]
    archives: dict[str, str]
    max_download: int
    max_unpacked: int


HOSTS = {
    "chase_db1": Host(
        bases=(
            "https://staffnet.kingston.ac.uk/~ku15565/CHASE_DB1/assets/",
            "https://researchdata.kingston.ac.uk/96/1/",
        ),
        archives={"CHASEDB1.zip": ""},
        max_download=50 * MEGABYTE,
        max_unpacked=200 * MEGABYTE,
    ),
    "hrf": Host(
        bases=("https://www5.cs.fau.de/fileadmin/research/datasets/fundus-images/",),
        archives={"all.zip": ""},
        max_download=500 * MEGABYTE,
        max_unpacked=3000 * MEGABYTE,
    ),
    "stare": Host(
        bases=("https://cecas.clemson.edu/~ahoover/stare/probing/",),
        archives={"stare-images.tar": "stare-images", "labels-ah.tar": "labels-ah", "labels-vk.tar": "labels-vk"},
        max_download=200 * MEGABYTE,
        max_unpacked=500 * MEGABYTE,
    ),
}

# Why a set is fetched by hand.
BY_HAND = {
    "drive": "its owners ask everybody to register and to join the challenge",
    "fives": "it is one .rar archive of 1.8 GB, which needs an unpacker of its own",
}
