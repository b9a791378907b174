"""The commands and the Python code of the documentation work as written."""

import re
import shutil
import tomllib

import pytest
import yaml
from harness import PageFailedError, every_option, options_of, run_blocks, what_is_wrong
from pages import LANGUAGES, PAGES, REPOSITORY, blocks_of, code_in_text

for library in ("torch", "fastapi", "httpx", "pydicom", "highdicom", "napari", "openvino"):
    pytest.importorskip(library, reason="the pages use every extra")

EXTRAS = set(tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"])


@pytest.mark.parametrize("name", [name for name, path in PAGES.items() if "```sh" in path.read_text()])
def test_a_reader_who_types_the_page_gets_what_it_says(name, desk, tmp_path, monkeypatch):
    shutil.copytree(desk, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    run_blocks(blocks_of(PAGES[name].read_text(), name), tmp_path)


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_names_exists(name):
    assert not complaints(PAGES[name].read_text(), name)


def complaints(text: str, name: str) -> list[str]:
    """What a page names and does not exist: commands, options, files, extras, recipe fields, languages of blocks."""
    blocks, prose = blocks_of(text, name), code_in_text(text)
    found = [f"{block.place}: language {block.language!r}" for block in blocks if block.language not in LANGUAGES]
    typed = [line for block in blocks if block.language == "sh" for line in block.text.splitlines()]
    scripts = "\n".join(_script(code) for code in (*prose, *typed))
    for code in prose:
        words = code.replace("...", "").split()
        options = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        if words[:1] == ["venule"] and len(words) > 1 and not words[1].isupper():
            try:
                found += [f"{code}: {option}" for option in options - options_of(words[1:])]
            except KeyError:
                found.append(f"{code}: no such command")
        elif code.startswith("-") or _script(code):
            known = every_option() | {"-c", "-o", "-m"}
            found += [f"{code}: {option}" for option in options - known if f'"{option}"' not in scripts]
    for code in (*prose, *typed):
        found += [f"no file {path}" for path in re.findall(r"(?<![\w/.-])(?:benchmarks|tests|src)/[\w/*.-]*\w", code)
                  if not any(REPOSITORY.glob(path))]  # fmt: skip
        named = re.findall(r"(?:venule|['\" ]\.)\[([a-z,]+)\]", code)
        found += [f"no extra {extra}" for extras in named for extra in extras.split(",") if extra not in EXTRAS]
    for block in blocks:
        if block.language == "yaml":
            found += _wrong_in_yaml(block.text)
    return found


def _script(code: str) -> str:
    """The text of the benchmark or test that a command runs; "" if it runs none."""
    named = re.search(r"(benchmarks|tests)[/.][\w/.]+", code)
    path = (
        REPOSITORY / (named[0] if named[0].endswith(".py") else named[0].replace(".", "/") + ".py") if named else None
    )
    return path.read_text() if path and path.is_file() else ""


def _wrong_in_yaml(text: str) -> list[str]:
    from venule.training import Recipe

    commands = re.findall(r"(?m)^[^#\n]*?\bvenule ([a-z]+ .*)", text)
    found = [wrong for command in commands if (wrong := what_is_wrong(command.split()))]
    content = yaml.safe_load(text)
    if isinstance(content, dict) and {"network", "data"} <= content.keys():
        try:
            Recipe.model_validate(content)
        except ValueError as error:
            found.append(str(error))
    return found


GOOD = """\
<!-- test: exits 2 -->
```sh
venule segment nowhere -o out --jobs 2 # none there
```

<!-- test: skip (several machines) -->
```sh
srun venule segment "$NAME" -o out \\
  --resume > log 2>&1
```

```python
found = 1
```

```python
assert found == 1
```
"""


def test_a_page_without_a_mistake_passes(tmp_path):
    run_blocks(blocks_of(GOOD, "page.md"), tmp_path)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("exits 2", "exits 1"),
        ("--jobs 2", "--jobs many"),
        ("--resume", "--go-on"),
        ("srun venule segment", "venule find"),
    ],
)
def test_a_page_with_a_wrong_command_fails(right, wrong, tmp_path):
    with pytest.raises(PageFailedError):
        run_blocks(blocks_of(GOOD.replace(right, wrong), "page.md"), tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "`venule segmnt`",
        "`venule segment --overlays`",
        "`--overlays`",
        "`python benchmarks/gone.py DATA`",
        "`python benchmarks/batch.py plan --gone 3`",
        "`pip install '.[trian]'`",
        "```yaml\nnetwork: compact\ndata: [{dataset: .}]\nstep: 3\n```",
        "```shell\nls\n```",
    ],
)
def test_a_page_that_names_what_does_not_exist_is_noticed(text):
    assert len(complaints(f"`venule segment --overlay` and `--overlay`.\n\n{text}\n", "page.md")) == 1
