"""Every command and every line of Python in the documentation does what a reader is told it does.

A page is run from top to bottom in a folder of its own that holds what the pages take for granted (`scratch.py`).
What cannot run in a test (`stand_ins.py`) is held against the real command line. How a page says what is to be skipped,
shortened or expected is in `pages.py`.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest
import stand_ins
from page_run import PageFailedError, PageRun
from pages import RUN, SHOWN, PageError, pages_of, read_page
from prose_checks import REPOSITORY, what_is_wrong
from scratch import Scratch

_MISSING = [
    name for name in ("torch", "fastapi", "httpx", "pydicom", "highdicom", "xarray", "napari", "openvino")
    if find_spec(name) is None
] + ["bash"] * (not shutil.which("bash"))  # fmt: skip
pytestmark = pytest.mark.skipif(bool(_MISSING), reason=f"the pages use every extra; missing: {', '.join(_MISSING)}")

PAGES = {str(path.relative_to(REPOSITORY)): path for path in pages_of(REPOSITORY)}
RUNNABLE = [name for name, path in PAGES.items() if re.search("(?m)^ *```(sh|python)$", path.read_text("utf-8"))]


@pytest.fixture(scope="session")
def scratch(tmp_path_factory) -> Scratch:
    return Scratch(tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="session")
def programs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    stand_ins.write_stand_ins(folder)
    return folder


@pytest.fixture(scope="session")
def run_page(scratch, programs, tmp_path_factory):
    """Runs a page in a folder of its own."""

    def run(path: Path, name: str = "page.md"):
        page, folder = read_page(path, name=name), tmp_path_factory.mktemp("page")
        scratch.copy_to(folder / "here", text=path.read_text("utf-8"))
        return PageRun(page, folder, programs).run()

    return run


@pytest.fixture(scope="session")
def running(request, run_page) -> Iterator[dict[str, Future]]:
    """All pages that are to be tested, under way on all cores; the long ones have begun first."""
    names = [item.callspec.params["name"] for item in request.session.items if "running" in item.fixturenames]
    names.sort(key=lambda name: -PAGES[name].read_text("utf-8").count("\nvenule "))
    pool = ThreadPoolExecutor(os.cpu_count())
    yield {name: pool.submit(run_page, PAGES[name], name) for name in names}
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", RUNNABLE)
def test_a_reader_who_types_the_page_gets_what_it_says(name, running, documented_calls):
    documented_calls += running[name].result()


@pytest.mark.parametrize("name", PAGES)
def test_no_block_escapes_the_tests_by_its_language(name):
    known = {*RUN, *SHOWN}
    for block in read_page(PAGES[name], name=name).blocks:
        assert block.language in known or block.language.startswith("{"), (
            f"{name}:{block.line}: {block.language or 'no language'}: write sh or python where readers type it, "
            f"otherwise one of {', '.join(SHOWN)}"
        )


@pytest.mark.parametrize("name", PAGES)
def test_what_the_prose_names_is_there(name):
    assert not what_is_wrong(read_page(PAGES[name], name=name))


def test_scripts_in_prose_take_the_options_that_pages_name():
    named = {}
    for name, path in PAGES.items():
        page = read_page(path, name=name)
        texts = [*page.code_in_prose, *(line for block in page.blocks for line in block.text.splitlines())]
        for code in texts:
            match = re.search(r"\bpython ((?:benchmarks|tests)/[\w/]+\.py[\w/.= -]*)", code)
            if match:
                named.setdefault(match[1].rstrip(" -"), name)
    assert named
    asked = [shlex.split(line.replace("...", "")) for line in named]
    answer = subprocess.run(
        [sys.executable, Path(__file__).parent / "script_options.py"], input=json.dumps(asked), text=True,
        capture_output=True, cwd=REPOSITORY,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    wrong = json.loads(answer.stdout)
    assert not [f"{page}: {what}" for page, what in zip(named.values(), wrong, strict=True) if what]


GOOD = """\
# A page

```sh
venule data phantom --count 1 -o eyes
export NAME=eyes
cd eyes
```

<!-- test: skip (takes days) -->
```sh
srun venule segment "$NAME" -o out --jobs $CORES \\
  --resume > log 2>&1 # the reader's own
```

```python
import os

name = os.getcwd().rsplit("/")[-1]
```

```sh
[ $(basename $PWD) = $NAME ]
```

```python
assert name == "eyes"
```

<!-- test: exits 2 -->
```sh
venule segment nowhere -o out
```
"""


def test_a_page_is_one_terminal_and_one_notebook(tmp_path, run_page):
    page = tmp_path / "page.md"
    page.write_text(GOOD)
    calls = run_page(page)
    assert [call.program for call in calls] == ["venule", "srun", "Python block", "Python block", "venule"]
    assert [call.not_run for call in calls if call.not_run] == ["takes days"]


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("--count 1 -o eyes", "--count 0 -o eyes", "page.md:4: this block ended with exit code 2"),
        ("--count 1", "--number 1", "No such option: --number"),
        ("--resume", "--go-on", "No such option: --go-on"),
        ("--jobs $CORES", "--jobs many", "many"),
        ("srun venule segment", "srun venule find", "No such command 'find'"),
        ('assert name == "eyes"', 'assert name == "ears"', r'page.md", line 26, in <module>\n\s+assert name == "ears"'),
        ('assert name == "eyes"', "raise SystemExit(0)", "SystemExit"),
        ("cd eyes", "cd nowhere", "nowhere"),
        ("cd eyes", "exit", "called|exit code"),
        ("export NAME=eyes", "unknown-program", "command not found"),
        ("export NAME=eyes", "exec true\nvenule models | false", "exit code 1"),
        ("exits 2", "exits 1", "exit code 2 in place of 1"),
        (
            "```sh\nvenule data",
            "<!-- test: with --steps 2 -->\n```sh\nvenule data",
            "has no command that takes --steps 2",
        ),
    ],
)
def test_a_page_that_is_wrong_fails(right, wrong, complaint, tmp_path, run_page):
    page = tmp_path / "page.md"
    assert right in GOOD
    page.write_text(GOOD.replace(right, wrong))
    with pytest.raises(PageFailedError, match=complaint):
        run_page(page)


@pytest.mark.parametrize(
    "text",
    [
        "<!-- test: skip -->\n```sh\nls\n```\n",
        "<!-- test: hurry -->\n```sh\nls\n```\n",
        "<!-- test: skip (slow) -->\n\n```sh\nls\n```\n",
        "<!-- test: skip (slow) -->\n```yaml\na: 1\n```\n",
        "```sh\nls\n",
    ],
)
def test_a_line_about_the_test_that_is_not_understood_is_no_silent_skip(text, tmp_path):
    (tmp_path / "page.md").write_text(text)
    with pytest.raises(PageError):
        read_page(tmp_path / "page.md", name="page.md")


@pytest.mark.parametrize(
    "text",
    [
        "`venule segmnt`",
        "`venule segment\n--overlays`",
        "`--overlays`",
        "`python benchmarks/gone.py DATA`",
        "<!-- results: python benchmarks/gone.py -->",
        "`pip install '.[trian]'`",
        "```sh\npip install 'venule[trian]'\n```",
        "```yaml\nrun: venule segment a -o b --overlays\n```",
        "```yaml\nnetwork: compact\ndata: [{dataset: .}]\nstep: 3\n```",
    ],
)
def test_prose_that_names_what_is_not_there_is_noticed(text, tmp_path):
    (tmp_path / "page.md").write_text(f"`venule segment --overlay` and `--overlay`.\n\n{text}\n")
    assert len(what_is_wrong(read_page(tmp_path / "page.md", name="page.md"))) == 1
