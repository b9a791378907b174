"""Files elsewhere: each output has a journal of its own, nothing endless fills the memory, and errors are in words."""

import http.server
import resource
import subprocess
import sys
import threading
from pathlib import Path

import fsspec
import pytest

from venule.batch import Output, addresses
from venule.errors import VenuleError


@pytest.fixture
def memory(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
    for name in ("a", "b", "c"):
        memory.pipe_file(f"/cohort/in/{name}.txt", name.encode())
    return memory


def masks(memory, folder):
    return sorted(path.rpartition("/")[2] for path in memory.find(folder) if path.endswith("_loud.txt"))


ALL = ["a_loud.txt", "b_loud.txt", "c_loud.txt"]


def test_outputs_whose_urls_differ_in_punctuation_have_each_a_journal(memory, shout_here):
    for output in ("cohort/out-1", "cohort/out/1", "cohort/out_1", "cohort-out/1"):
        result = shout_here("memory://cohort/in", output=f"memory://{output}", resume=True)
        assert (result.skipped, masks(memory, f"/{output}")) == (0, ALL)


@pytest.mark.parametrize("what", ["bucket", "one mask", "another size"])
def test_photographs_whose_masks_are_gone_from_the_bucket_are_processed_again(memory, shout_here, what):
    shout_here("memory://cohort/in", output="memory://cohort/out")
    if what == "bucket":
        memory.rm("/cohort/out", recursive=True)
    elif what == "one mask":
        memory.rm("/cohort/out/b_loud.txt")
    else:
        memory.pipe_file("/cohort/out/b_loud.txt", b"")
    result = shout_here("memory://cohort/in", output="memory://cohort/out", resume=True)
    assert (result.skipped, result.ok) == (0 if what == "bucket" else 2, 3)
    assert masks(memory, "/cohort/out") == ALL
    assert memory.cat_file("/cohort/out/b_loud.txt") == b"B"


def test_photographs_that_are_not_listed_any_more_have_no_row_without_their_masks(memory, shout_here):
    shout_here("memory://cohort/in", output="memory://cohort/out")
    memory.rm("/cohort/out", recursive=True)
    memory.rm("/cohort/in/a.txt")
    shout_here("memory://cohort/in", output="memory://cohort/out", resume=True)
    assert b"a.txt" not in memory.cat_file("/cohort/out/results.csv")


def test_the_journal_of_another_machine_that_went_on_with_it_counts(memory, shout_here, monkeypatch, tmp_path):
    shout_here("memory://cohort/in/a.txt", output="memory://cohort/out")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other machine"))
    again = shout_here("memory://cohort/in", output="memory://cohort/out", resume=True)
    assert (again.skipped, again.total) == (1, 3)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert shout_here("memory://cohort/in", output="memory://cohort/out", resume=True).skipped == 3


def test_one_folder_for_the_journals_of_two_outputs_is_refused(memory, shout_here, tmp_path):
    shout_here("memory://cohort/in", output=tmp_path / "one", state=tmp_path / "journal")
    with pytest.raises(VenuleError, match="the journal of"):
        shout_here("memory://cohort/in", output=tmp_path / "two", state=tmp_path / "journal", resume=True)
    with pytest.raises(VenuleError, match="the journal of"):
        shout_here("memory://cohort/in", output="memory://cohort/out", state=tmp_path / "journal", resume=True)
    assert (
        shout_here("memory://cohort/in", output=tmp_path / "one", state=tmp_path / "journal", resume=True).skipped == 3
    )


def test_a_list_in_a_bucket_may_name_a_file_in_two_ways(memory, shout_here, tmp_path, rows_of):
    content = b"path,visit\n../in/a.txt,1\nfolder/../../in/a.txt,2\nmemory://cohort/in/b.txt,3\n"
    memory.pipe_file("/cohort/lists/list.csv", content)
    shout_here("memory://cohort/in", "memory://cohort/lists/list.csv", output=tmp_path / "out")
    assert [(row["visit"], row["text"]) for row in rows_of(tmp_path / "out")] == [
        ("1", "a"), ("2", "a"), ("3", "b"), ("", "c")
    ]  # fmt: skip


class Endless(http.server.BaseHTTPRequestHandler):
    """Sends bytes without an end and without saying how many; with "lies", after it said that there were four."""

    def do_HEAD(self):
        self.send_response(200)
        if "lies" in self.path:
            self.send_header("Content-Length", "4")
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"a" * 1024**2 if "csv" not in self.path else b"path\n" + b"b.txt\n" * 100_000)
        except OSError:  # the other side has had enough
            pass

    def log_message(self, *about):
        pass


@pytest.fixture
def endless():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


PROGRAM = """
import sys
sys.path.insert(0, {here!r})
from shout import Shout
from venule.batch import Engine, run, addresses
addresses.MAX_UNSIZED = 20 * 1024**2
Engine.processes = lambda engine, files: 0
from venule.errors import VenuleError
try:
    run([sys.argv[1]], sys.argv[2], work=Shout(), suffixes=(".txt",), settings={{}})
    print(open(sys.argv[2] + "/results.csv").read())
except VenuleError as error:
    print(error)
"""


@pytest.mark.parametrize("name", ["x.txt", "lies.txt", "x.zip", "x.tar", "x.tar.gz", "x.csv", "listed"])
def test_what_a_server_sends_without_an_end_does_not_fill_the_memory(endless, tmp_path, name):
    given = f"{endless}/{name}"
    if name == "listed":
        given = tmp_path / "list.csv"
        given.write_text(f"path\n{endless}/x.txt\n")
    limit = 700 * 1024**2
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(here=str(Path(__file__).parent)), given, tmp_path / "out"],
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    )
    assert "failed,file-too-large" in done.stdout or "the limit is" in done.stdout or name == "lies.txt", done.stdout


@pytest.mark.parametrize("given", ["local:///dev/zero", "file:///dev/zero", "/dev/zero"])
def test_a_device_is_no_photograph_however_it_is_named(tmp_path, shout_here, rows_of, given):
    (tmp_path / "list.csv").write_text(f"path\n{given}\n")
    for path in (given, tmp_path / "list.csv"):
        shout_here(path, output=tmp_path / "out", resume=True)
        assert [row["reason"] for row in rows_of(tmp_path / "out")] == ["not-a-file"]


@pytest.mark.parametrize(
    "url",
    [
        "dir://x", "zip://x", "github://x", "reference://x", "simplecache::http://127.0.0.1/x", "nosuch://x", "git://x",
        "zip://x::file:///etc/passwd", "jupyter://x", "s3://x/y", "sftp://x/y", "ftp:///", "hf://", "webhdfs://x",
        "http://", "http:///x.txt", "http://127.0.0.1:1/x.txt", "http://[", "memory://", "://x", "abfs://x", "smb://x",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_read_are_said_in_words(tmp_path, shout_here, rows_of, monkeypatch, url):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "list.csv").write_text(f"path\na.txt\n{url}\n")
    said = []
    for given, output in ((url, tmp_path / "1"), (tmp_path / "list.csv", tmp_path / "2"), (tmp_path / "a.txt", url)):
        try:
            shout_here(given, output=output)
            said += [row["message"] for row in rows_of(output) if row["reason"]]
        except VenuleError as error:
            said.append(str(error))
        except FileNotFoundError:
            assert output == url  # there is no table to read
    assert said
    assert {path.name for path in tmp_path.iterdir()} <= {"a.txt", "list.csv", "1", "2", "cache"}, "taken for a path"
    assert not any(word in message for message in said for word in ("Error", "NoneType", "object", "argument")), said


def test_addresses_in_the_documentation_are_those_that_are_read():
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "batches.md").read_text()
    assert all(f"`{protocol}`" in page for protocol in addresses.PROTOCOLS if protocol != "memory")


def test_an_output_at_a_url_has_a_folder_of_its_own_in_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    urls = ["s3://a/b-c", "s3://a/b/c", "s3://a-b/c", "gs://a/b/c", f"s3://{'x' * 300}/a", f"s3://{'x' * 300}/b"]
    assert len({Output.at(url).state for url in urls}) == len(urls)
