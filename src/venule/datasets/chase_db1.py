"""CHASE_DB1: both eyes of 14 children of the Child Heart and Health Study in England (Fraz et al. 2012).

The usual split: the first 20 photographs (01L to 10R) for training, the last 8 for testing. It has no masks.
"""

from venule.datasets.known import Files, Host, KnownSet


def _files(name: str, split: str) -> Files:
    return Files(
        photograph=(f"Image_{name}.jpg",),
        reference=(f"Image_{name}_1stHO.png",),
        second=(f"Image_{name}_2ndHO.png",),
    )


def _child(name: str) -> str:
    return name[:-1]  # "01L", "01R": two eyes of child 01


SET = KnownSet(
    name="chase_db1",
    title="CHASE_DB1",
    size=(999, 960),
    drawings="two",
    licence="CC BY 4.0",
    page="https://researchdata.kingston.ac.uk/96/",
    marks=("[Ii]mage_[0-9][0-9][LRlr].*", "[Ii]mage_[0-9][0-9][LRlr]_1*"),
    checked=True,
    files=_files,
    subject=_child,
    host=Host(
        bases=(
            "https://staffnet.kingston.ac.uk/~ku15565/CHASE_DB1/assets/",
            "https://researchdata.kingston.ac.uk/96/1/",
        ),
        archives={"CHASEDB1.zip": ""},
        max_download=50_000_000,
        max_unpacked=200_000_000,
    ),
)
