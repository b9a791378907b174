"""Where published data sets can be downloaded by a program.

The addresses have not been tested. If a data set has several, they are tried in order.
"""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Host:
    """How one set is downloaded.

    Attributes:
        bases: addresses of the folder with the archives, in the order to try.
        archives: name of an archive -> folder inside the data set to unpack it into ("" for none).
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

# Why a data set must be downloaded by hand.
BY_HAND = {
    "drive": "its owners require registration for the challenge",
    "fives": "it is a .rar archive of 1.8 GB, which needs another program to unpack",
}
