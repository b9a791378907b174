"""Split AVRDB and IDRiD into training and test photographs, which were never published: writes `splits.json`.

    python -m benchmarks.split AVRDB
    python -m benchmarks.split IDRiD

In AVRDB, photographs whose numbers differ by three or less may show one person, and stay together; a fifth of the
people is held out. In IDRiD, every fifth photograph is.
"""

import argparse
import json
import random
from pathlib import Path

from venule.datasets.folder import images_in, stem_of

FOLDS = 5
NEAR = 3  # between the numbers of two photographs of one person, at most


def by_person(names: list[str]) -> list[str]:
    """The names that are held out of AVRDB."""
    people: list[list[str]] = []
    for name in names:
        if people and int(name[2:]) - int(people[-1][-1][2:]) <= NEAR:
            people[-1].append(name)
        else:
            people.append([name])
    random.Random(0).shuffle(people)
    folds: list[list[str]] = [[] for _ in range(FOLDS)]
    for person in people:
        min(folds, key=len).extend(person)
    return sorted(folds[0])


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    names = sorted(stem_of(path.name) for path in images_in(data / "images"))
    held = by_person(names) if (data / "av").is_dir() else names[FOLDS - 1 :: FOLDS]
    splits = {"train": [name for name in names if name not in set(held)], "test": held}
    (data / "splits.json").write_text(json.dumps(splits, indent=1) + "\n")
    print({split: len(those) for split, those in splits.items()})


if __name__ == "__main__":
    main()
