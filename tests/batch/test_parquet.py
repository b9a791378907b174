"""Without pyarrow, batches are complete; what needs Parquet names the extra."""

import subprocess
import sys

import pytest
from shout import Shout

from venule.batch import Batch, Engine, Joined, Layout, run
from venule.errors import MissingExtraError


class Tabled(Shout):
    """Writes its table as Parquet, too, and joins the texts as if they were tables."""

    parquet = True
    joined = {"_twice.txt": Joined("twice", {"text": str})}  # noqa: RUF012


@pytest.fixture
def texts(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"text\r\none\r\n")
    return folder


def tables(texts, output, **options):
    run([texts], output, work=Tabled(), suffixes=(".txt",), settings={}, batch=Batch(Engine(jobs=1), **options))
    return {path.name for path in output.glob("*.[cp]*") if path.suffix != ".json"}


def test_tables_are_csv_and_their_parquet_copies_where_pyarrow_is(texts, tmp_path, monkeypatch):
    every = {"results.csv", "results.parquet", "twice.csv", "twice.parquet"}
    assert tables(texts, tmp_path / "with") == every
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert tables(texts, tmp_path / "without") == {"results.csv", "twice.csv"}
    assert (tmp_path / "with" / "twice.csv").read_bytes() == (tmp_path / "without" / "twice.csv").read_bytes()
    assert tables(texts, tmp_path / "with", resume=True) == {"results.csv", "twice.csv"}, "an old copy is left"


def test_the_layout_and_a_list_that_need_pyarrow_name_the_extra(texts, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "pyarrow.parquet", raising=False)
    with pytest.raises(MissingExtraError, match=r"\.\[parquet\]"):
        tables(texts, tmp_path / "out", layout=Layout.PARQUET)
    assert not (tmp_path / "out").exists()
    listed = tmp_path / "list.parquet"
    listed.touch()
    with pytest.raises(MissingExtraError, match=r"\.\[parquet\]"):
        tables(listed, tmp_path / "out")


def test_a_run_loads_no_pyarrow_before_it_writes_a_table():
    code = "import sys, venule.cli.main, venule.batch, venule.workflows; print('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
