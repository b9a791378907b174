"""Which files a batch takes, and what it calls them."""

from pathlib import Path

import pytest

from venule.batch import Output, Shard
from venule.batch.inputs import find_inputs
from venule.batch.items import items, list_items
from venule.batch.journal import Journal


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def listed_items(folder: Path, *paths, suffixes=(".jpg", ".png"), output="out"):
    (folder / "journal").mkdir(exist_ok=True)
    with Journal(folder / "journal") as journal:
        found = find_inputs(paths, suffixes=suffixes, output=Output.at(folder / output))
        list_items(journal, found, twins=False)
        return list(items(journal, twins=False, shard=Shard()))


def names(folder: Path, *paths, **options):
    return [item.name for item in listed_items(folder, *paths, **options)]


def test_folder_is_searched_to_the_bottom_without_hidden_files_other_kinds_and_the_output(tmp_path):
    make(tmp_path, "b.jpg", "a.PNG", "deep/er/c.jpg", "notes.txt", ".hidden.jpg", ".cache/d.jpg", "out/a_vessels.png")
    assert names(tmp_path, tmp_path) == ["a", "b", "deep/er/c"]


def test_file_that_is_named_is_taken_whatever_it_is_called(tmp_path):
    make(tmp_path, "photograph.data", ".hidden.jpg")
    assert names(tmp_path, tmp_path / "photograph.data", tmp_path / ".hidden.jpg") == [".hidden", "photograph"]


def test_patterns_are_expanded_and_brackets_in_a_real_name_are_no_pattern(tmp_path):
    make(tmp_path, "1/a.jpg", "2/b.jpg", "2/c.txt", "d[1].jpg", "d1.jpg")
    assert names(tmp_path, f"{tmp_path}/*/*.jpg") == ["1/a", "2/b"]
    assert names(tmp_path, f"{tmp_path}/**/*.jpg") == ["1/a", "2/b", "d1", "d[1]"]
    assert names(tmp_path, f"{tmp_path}/d[1].jpg") == ["d[1]"]


def test_same_name_in_two_folders_keeps_two_names(tmp_path):
    make(tmp_path, "left/ann.jpg", "right/ann.jpg")
    assert names(tmp_path, tmp_path / "left", tmp_path / "right") == ["left/ann", "right/ann"]
    assert names(tmp_path, tmp_path / "left/ann.jpg", tmp_path / "right/ann.jpg") == ["left/ann", "right/ann"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["a.jpg", "a.png", "b.jpg"], ["a.jpg", "a.png", "b"]),
        (["a.jpg", "A.png"], ["A.png", "a.jpg"]),  # one name on Windows and macOS
        (["a.jpg", "a.png", "a.jpg.png"], ["a.jpg", "a.jpg.png", "a.png"]),
    ],
)
def test_names_that_would_clash_keep_their_ending(tmp_path, files, expected):
    make(tmp_path, *files)
    assert names(tmp_path, tmp_path) == expected
    assert names(tmp_path, *[tmp_path / name for name in reversed(files)]) == expected


def test_file_that_is_named_twice_is_taken_once(tmp_path):
    make(tmp_path, "a.jpg")
    assert names(tmp_path, tmp_path, tmp_path / "a.jpg", tmp_path / "." / "a.jpg") == ["a"]


def test_file_that_is_not_there_is_kept_so_that_it_is_reported(tmp_path):
    make(tmp_path, "a.jpg")
    assert names(tmp_path, tmp_path / "a.jpg", tmp_path / "gone.jpg") == ["a", "gone"]


def test_link_that_leads_back_up_does_not_trap_the_search(tmp_path):
    make(tmp_path, "a/a.jpg")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert names(tmp_path, tmp_path) == ["a/a"]
