"""The rooms of venule and the imports between them, from the code: a table, and with -o a picture.

    python benchmarks/house.py [--why ROOM] [-o house.svg] [--write]

A room is a folder or a file directly in src/venule; an arrow is an import, also one within a function.
"""

import argparse
import ast
import graphlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "venule"
PAGE = SOURCE.parent.parent / "CONTRIBUTING.md"
BEGIN, END = "<!-- house: python benchmarks/house.py --write -->", "<!-- /house -->"
Arrows = dict[tuple[str, str], list[tuple[Path, Path]]]


def room_of(path: Path) -> str:
    """The folder or file directly in src/venule that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[Path]:
    """The files of venule that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if found := _file_of(name):
                yield found


def _file_of(name: str) -> Path | None:
    """The file behind a dotted name; of `package.thing` the package's, where the thing is no module."""
    parts = name.split(".")
    if parts[0] != "venule" or len(parts) == 1:
        return None
    for end in (len(parts), len(parts) - 1):
        place = SOURCE.joinpath(*parts[1:end])
        for candidate in (place.with_suffix(".py"), place / "__init__.py"):
            if candidate.is_file() and candidate != SOURCE / "__init__.py":
                return candidate
    return None


def arrows() -> Arrows:
    """Which files tie which rooms."""
    found: Arrows = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        for other in imports(path):
            if room_of(path) != room_of(other):
                found[room_of(path), room_of(other)].append((path, other))
    return dict(found)


def floors(found: Arrows) -> dict[str, int]:
    """The floor of each room: one above the highest that it uses; rooms of a circle stay at -1."""
    rooms = {room_of(path) for path in SOURCE.rglob("*.py")}
    uses = {room: {below for above, below in found if above == room} for room in rooms}
    floor: dict[str, int] = {}
    while ready := [room for room in rooms - floor.keys() if uses[room] <= floor.keys()]:
        floor.update({room: 1 + max((floor[below] for below in uses[room]), default=-1) for room in ready})
    return {room: floor.get(room, -1) for room in rooms}


def circle_of_files() -> list[Path]:
    """Files that import each other in a circle, the first again at the end; empty where none do."""
    uses = {path: [other for other in imports(path) if other != path] for path in SOURCE.rglob("*.py")}
    try:
        graphlib.TopologicalSorter(uses).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def picture() -> str:
    """The rooms, a line for each floor; a room imports only rooms on floors below."""
    floor = {room: level for room, level in floors(arrows()).items() if not room.startswith("__")}
    rows = {level: sorted(room for room in floor if floor[room] == level) for level in floor.values()}
    return "\n".join(f"{level}  {'  '.join(rows[level])}" for level in sorted(rows, reverse=True))


def write_picture() -> None:
    """Put the picture between its marks in CONTRIBUTING.md."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n```text\n{picture()}\n```\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Print the table; explain the arrows of one room; draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--why", help="a room: which files make its arrows")
    parser.add_argument("-o", "--output", type=Path, help="a picture, .svg or .png")
    parser.add_argument("--write", action="store_true", help="bring the picture in CONTRIBUTING.md up to date")
    wanted = parser.parse_args()
    if wanted.write:
        write_picture()
        return
    found, floor = arrows(), floors(arrows())
    if wanted.why:
        for (above, below), files in sorted(found.items()):
            if wanted.why in (above, below):
                print(f"{above} -> {below}")
                for path, other in sorted(set(files)):
                    print(f"    {path.relative_to(SOURCE)} -> {other.relative_to(SOURCE)}")
        return
    lines = dict.fromkeys(floor, 0)
    for path in SOURCE.rglob("*.py"):
        lines[room_of(path)] += len(path.read_text(encoding="utf-8").splitlines())
    for room in sorted(floor, key=lambda room: (-floor[room], room)):
        uses = ", ".join(sorted(below for above, below in found if above == room))
        print(f"{floor[room]:>3}  {room:<14}{lines[room]:>7,}  {uses}")
    circles = sorted(room for room in floor if floor[room] < 0)
    print(f"{len(floor)} rooms, {len(found)} arrows, {sum(lines.values()):,} lines; in a circle: {circles or 'none'}")
    if circle := circle_of_files():
        print("files in a circle:", " -> ".join(str(path.relative_to(SOURCE)) for path in circle))
    if wanted.output:
        _draw(found, floor, lines, wanted.output)


def _draw(found: Arrows, floor: dict[str, int], lines: dict[str, int], output: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    place = {}
    for level in set(floor.values()):
        row = sorted(room for room in floor if floor[room] == level)
        place.update({room: ((number + 1) / (len(row) + 1), level) for number, room in enumerate(row)})
    figure, axes = pyplot.subplots(figsize=(12, 1.1 * len(set(floor.values())) + 1))
    for above, below in found:
        axes.annotate("", place[below], place[above], arrowprops={"arrowstyle": "->", "color": "0.75", "shrinkB": 12})
    for room, (x, y) in place.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "0.3"}
        axes.text(x, y, f"{room}\n{lines[room]:,}", ha="center", va="center", fontsize=9, bbox=box)
    axes.set(xlim=(0, 1), ylim=(min(floor.values()) - 0.5, max(floor.values()) + 0.5))
    axes.axis("off")
    figure.savefig(output, bbox_inches="tight")


if __name__ == "__main__":
    main()
