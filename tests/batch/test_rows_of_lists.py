"""Every row of a list has a row in the results, with all its columns; or the list is refused and the row is named."""

import pyarrow.parquet as pq
import pytest
from shout import Shout

from venule.batch import Layout
from venule.errors import VenuleError


@pytest.fixture
def texts(tmp_path):
    for name, content in {"a": "one", "b": "two"}.items():
        (tmp_path / "texts" / f"{name}.txt").parent.mkdir(exist_ok=True)
        (tmp_path / "texts" / f"{name}.txt").write_text(content)
    return tmp_path / "texts"


def write_list(texts, *lines):
    (texts.parent / "list.csv").write_text("\n".join(lines) + "\n")
    return texts.parent / "list.csv"


VISITS = ("path,id,visit", "texts/a.txt,ann-1,2019", "texts/b.txt,ben-1,2019", "texts/a.txt,ann-2,2021",
          "texts/../texts/b.txt,ben-2,2021")  # fmt: skip


@pytest.mark.parametrize("with_folder", [False, True])
def test_two_visits_with_one_photograph_are_two_rows_also_if_a_folder_names_it_before(
    texts, tmp_path, shout_here, rows_of, with_folder
):
    listed = write_list(texts, *VISITS)
    given = (texts, listed) if with_folder else (listed,)
    for resume in (False, True):
        result = shout_here(*given, output=tmp_path / "out", resume=resume)
        assert (result.total, result.ok, result.skipped) == (4, 4, 4 * resume)
        found = {row["id"]: (row["visit"], row["text"]) for row in rows_of(tmp_path / "out")}
        assert found == {
            "ann-1": ("2019", "one"), "ann-2": ("2021", "one"), "ben-1": ("2019", "two"), "ben-2": ("2021", "two")
        }  # fmt: skip


def test_two_readers_of_one_photograph_without_ids_are_two_rows(texts, tmp_path, shout_here, rows_of):
    listed = write_list(texts, "path,reader", "texts/a.txt,anna", "texts/a.txt,bob", "texts/b.txt,anna")
    shout_here(listed, output=tmp_path / "out")
    assert [(row["reader"], row["text"]) for row in rows_of(tmp_path / "out")] == [
        ("anna", "one"), ("bob", "one"), ("anna", "two")
    ]  # fmt: skip
    listed = write_list(texts, "path,reader", "texts/a.txt,anna", "texts/a.txt,bob", "texts/a.txt,eve")
    result = shout_here(listed, output=tmp_path / "out", resume=True)
    assert (result.total, result.skipped) == (3, 2)


def test_two_visits_keep_their_outputs_in_tables_that_are_written_again(texts, tmp_path, shout_here):
    for line in ("texts/c.txt,cy-1,2020", "texts/d.txt,di-1,2020"):
        (texts / line[6:11]).write_text(line)
        shout_here(write_list(texts, *VISITS, line), output=tmp_path / "out", layout=Layout.PARQUET, resume=True)
    table = pq.read_table(tmp_path / "out" / "results").to_pylist()
    assert {row["id"]: row["loud_txt"] for row in table if not row["duplicate_of"]} == {
        "ann-1": b"ONE", "ben-1": b"TWO", "cy-1": b"TEXTS/C.TXT,CY-1,2020", "di-1": b"TEXTS/D.TXT,DI-1,2020"
    }  # fmt: skip
    assert {row["id"] for row in table} == {"ann-1", "ann-2", "ben-1", "ben-2", "cy-1", "di-1"}


def test_two_rows_with_maps_of_their_own_keep_these_in_tables_that_are_written_again(texts, tmp_path, shout_here):
    class OfName(Shout):
        by_content = False

        def __call__(self, path, content, name, /):
            return super().__call__(path, name.encode(), name)

    for line in ("texts/c.txt,cy-1,2020", "texts/d.txt,di-1,2020"):
        (texts / line[6:11]).write_text(line)
        listed = write_list(texts, *VISITS, line)
        shout_here(listed, output=tmp_path / "out", layout=Layout.PARQUET, resume=True, work=OfName())
    table = pq.read_table(tmp_path / "out" / "results").to_pylist()
    assert {row["id"]: row["loud_txt"].decode() for row in table} == {
        name: name.upper() for name in ("ann-1", "ann-2", "ben-1", "ben-2", "cy-1", "di-1")
    }


def test_links_to_one_photograph_are_rows_of_their_own(texts, tmp_path, shout_here, rows_of):
    (texts / "link.txt").symlink_to(texts / "a.txt")
    listed = write_list(texts, "path,visit", "texts/a.txt,2019", "texts/link.txt,2021")
    shout_here(listed, output=tmp_path / "out")
    assert [(row["visit"], row["text"]) for row in rows_of(tmp_path / "out")] == [("2019", "one"), ("2021", "one")]


def test_a_path_through_a_link_and_back_is_the_file_that_the_system_means(texts, tmp_path, shout_here, rows_of):
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere" / "a.txt").write_text("elsewhere")
    (texts / "link").symlink_to(tmp_path / "elsewhere" / "deep")
    shout_here(write_list(texts, "path", "texts/link/../a.txt"), output=tmp_path / "out")
    assert [row["text"] for row in rows_of(tmp_path / "out")] == ["elsewhere"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["path,id", "texts/a.txt,x", "texts/a.txt,x"], "the id 'x'"),
        (["path,id", "texts/a.txt,x", "texts/a.txt,X"], "the id 'x'"),
        (["path,id", "texts/a.txt,x", "texts/b.txt,../x"], "the id 'x'"),
        (["path,visit,visit", "texts/a.txt,1,2"], "2 columns 'visit'"),
        (["path,note", "texts/a.txt,left, blurred"], "a cell without a column: ' blurred'"),
        (["path,", "texts/a.txt,left"], "a cell without a column: 'left'"),
    ],
)
def test_a_list_in_which_a_row_or_cell_would_be_lost_is_refused(texts, tmp_path, shout_here, lines, said):
    with pytest.raises(VenuleError, match=said):
        shout_here(write_list(texts, *lines), output=tmp_path / "out")


def test_empty_cells_and_lines_at_the_ends_as_spreadsheets_leave_them_do_no_harm(texts, tmp_path, shout_here, rows_of):
    shout_here(write_list(texts, "path,eye,,", "texts/a.txt,R,,", "texts/b.txt", ""), output=tmp_path / "out")
    assert [(row["eye"], row["text"]) for row in rows_of(tmp_path / "out")] == [("R", "one"), ("", "two")]


def test_columns_with_the_names_of_venules_own_are_all_kept(texts, tmp_path, shout_here, rows_of):
    listed = write_list(texts, "path,status,list_status,loud_txt", "texts/a.txt,seen,twice,mine")
    shout_here(listed, output=tmp_path / "out")
    row = rows_of(tmp_path / "out")[0]
    assert (row["status"], row["list_status"], row["list_list_status"], row["loud_txt"]) == (
        "ok",
        "seen",
        "twice",
        "mine",
    )
    shout_here(listed, output=tmp_path / "tables", layout=Layout.PARQUET)
    row = pq.read_table(tmp_path / "tables" / "results").to_pylist()[0]
    assert (row["loud_txt"], row["list_loud_txt"]) == (b"ONE", "mine")
