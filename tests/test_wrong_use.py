"""What is wrong with a command is said in words, with the file or value, and nothing of Python."""

import os
import re
import resource
import subprocess
import sys

import pytest
from PIL import Image

from venule.cli.main import main
from venule.datasets.phantoms import make_phantom, write_phantoms

PYTHON = re.compile(
    r"Traceback|\b\w+(Error|Exception|Warning|Interrupt)\b|\bErrno\b|\berrno\b|NoneType|<class|object at 0x|"
    r"site-packages|\.py\b|codec can't"
)


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """A folder with what people give by mistake."""
    folder = tmp_path_factory.mktemp("ground")
    Image.fromarray(make_phantom(1, size=300).image).save(folder / "eye.png")
    write_phantoms(folder / "phantoms", count=2, seed=1, size=200)
    for name in ("empty", "folder.csv", "folder.yaml", "folder.zip", "results"):
        (folder / name).mkdir()
    (folder / "text.txt").write_text("hello")
    (folder / "eyes.zip").write_bytes(b"PK\3\4 no archive")
    (folder / "no_path.csv").write_text("name,eye\nann,R\n")
    (folder / "utf16.csv").write_text("path,name\neye.png,é\n", encoding="utf-16")
    (folder / "latin.csv").write_text("path,name\neye.png,é\n", encoding="latin-1")
    (folder / "semicolons.csv").write_text("path;name\neye.png;é\n", encoding="utf-8-sig")
    (folder / "empty.csv").write_text("")
    (folder / "wrong.yaml").write_text("a: [1")
    (folder / "list.yaml").write_text("- 1\n- 2\n")
    (folder / "binary.yaml").write_bytes(b"\xff\xfe\0\1")
    (folder / "results" / "results.csv").write_text("hello")
    (folder / "results" / "manifest.json").write_text("{}")
    (folder / "results" / "journal.sqlite").write_text("no database")
    return folder


WRONG = """
segment
segment nowhere.png -o out | nowhere.png
segment empty -o out | empty
segment text.txt -o out | not-an-image
segment eye.png -o text.txt | text.txt is a file
segment eye.png -o text.txt/x | text.txt/x
segment eye.png -o dir://x | dir://
segment eye.png -o foo://x | foo://
segment eye.png -o github://x | github://
segment eye.png -o http://127.0.0.1:1/x | 127.0.0.1
segment dir://x -o out | dir://
segment foo://x/y.png -o out | foo://
segment github://x/y.png -o out | github://
segment zip://x::http://127.0.0.1:1/x -o out | zip://
segment simplecache::http://127.0.0.1:1/x.png -o out | http://
segment ftp:///x.png -o out | ftp://
segment http://[::1/x.png -o out | http://[::1/x.png
segment s3:// -o out | s3://
segment no_path.csv -o out | 'path'
segment utf16.csv -o out | utf16.csv
segment latin.csv -o out | latin.csv
segment semicolons.csv -o out | semicolons.csv
segment empty.csv -o out | empty.csv
segment folder.csv -o out | folder.csv
segment folder.zip -o out | folder.zip
segment eye.png -o out --model nowhere | nowhere
segment eye.png -o out --model text.txt | text.txt
segment eye.png -o out --model empty | empty
segment eye.png -o out --threshold nan | nan
segment eye.png -o out --threshold 50 | 0.5
segment eye.png -o out --threshold -1 | -1
segment eye.png -o out --threshold x | --threshold
segment eye.png -o out --time-limit nan | nan
segment eye.png -o out --time-limit 0 | from 0.001
segment eye.png -o out --time-limit inf | inf
segment eye.png -o out --jobs 0 | --jobs
segment eye.png -o out --jobs 99999999999999999999 | 1024
segment eye.png -o out --shard 0/0 | 0/0
segment eye.png -o out --shard x | 'x'
segment eye.png -o out --runtime x | 'x'
segment eye.png -o out --layout x | 'x'
segment eye.png -o out --address x | --address
measure eye.png -o out --um-per-pixel 0.0045 | did you mean 4.5
measure eye.png -o out --um-per-pixel nan | nan
measure eye.png -o out --um-per-pixel inf | inf
measure eye.png -o out --um-per-pixel 0 | 0.5
measure eye.png -o out --um-per-pixel -7 | -7
measure eye.png -o out --um-per-pixel 4500 | 250
measure eye.png -o out --field 0.785 | did you mean 44.98
measure eye.png -o out --field nan | nan
measure eye.png -o out --field -45 | -45
measure eye.png -o out --field 45000 | 200 degrees
measure eye.png -o out --field 1e999 | inf
measure eye.png -o out --disc-um 1.8 | did you mean 1800
measure eye.png -o out --disc-um nan | nan
measure eye.png -o out --disc-um 0 | 500
measure eye.png -o out --field 45 --um-per-pixel 5 | one scale
measure eye.png -o out --min-quality nan | nan
measure eye.png -o out --min-quality 50 | did you mean 0.5
measure eye.png -o out --vessels nowhere | nowhere
measure eye.png -o out --vessels text.txt | text.txt
measure eye.png -o out --arteries text.txt | text.txt
report nowhere | nowhere
report text.txt | text.txt
report empty | empty
report results | results
report dir://x | dir:
status nowhere | nowhere
status text.txt | text.txt
status results | journal.sqlite
status dir://x | dir-
merge nowhere -o out | nowhere
merge text.txt -o out | text.txt
merge results -o out | results
merge empty -o text.txt | empty
evaluate nowhere | nowhere
evaluate text.txt | text.txt
evaluate empty | empty
evaluate phantoms --masks nowhere | nowhere
evaluate phantoms --masks text.txt | text.txt
evaluate phantoms --masks empty | empty
evaluate phantoms --split nowhere | 'nowhere'
evaluate phantoms --threshold nan | nan
evaluate phantoms --threshold 128 | 0.502
evaluate phantoms --compare nowhere | nowhere
evaluate phantoms --masks phantoms/vessels -o text.txt | text.txt
data check nowhere | nowhere
data check text.txt | text.txt
data check empty --name x | 'x'
data get x | 'x'
data get chase_db1 --base foo://x -o out | foo://x/
data get chase_db1 --base nothing -o out | nothing/
data get chase_db1 -o text.txt | text.txt
data phantom -o text.txt | text.txt
data phantom -o text.txt/x | text.txt/x
data phantom --count 0 -o out | --count
data phantom --count x -o out | --count
data phantom --size 5 -o out | --size
demo -o text.txt | text.txt
demo -o text.txt/x --count 1 | text.txt/x
demo --seed -1 | --seed
submit nowhere | nowhere
submit text.txt | text.txt
submit empty -o text.txt | text.txt
submit empty -o out.zip --template x | 'x'
train nowhere | 'nowhere'
train text.txt | text.txt
train folder.yaml | folder.yaml
train wrong.yaml | wrong.yaml
train list.yaml | list.yaml
train binary.yaml | binary.yaml
train drive --data nowhere | nowhere
train drive --data text.txt | text.txt
train --data phantoms --network x | 'x'
train --data phantoms --threshold nan | nan
train --data phantoms --seed 99999999999999999999 | --seed
train --data phantoms --devices 99999 | --devices
train --data phantoms -o text.txt --steps 1 | text.txt
train --data phantoms -o text.txt/x --steps 1 | text.txt/x
study nowhere | 'nowhere'
study wrong.yaml | wrong.yaml
study binary.yaml | binary.yaml
study study-tiny --shard x | 'x'
study study-tiny --devices 99999 | --devices
study study-tiny -o text.txt/x | text.txt/x
serve --port 99999 | --port
serve --host 0.0.0.0 | VENULE_TOKEN
serve --host nowhere.invalid --token 0123456789abcdef0123456789abcdef | nowhere.invalid
serve --time-limit nan | nan
serve --time-limit 0 | from 0.001
serve --model nowhere | nowhere
serve --processes 0 | --processes
models x | x
nothing | nothing
""".strip().splitlines()


def venule(words, monkeypatch, capfd):
    """The exit code, and what reaches the terminal, without the lines of its boxes."""
    monkeypatch.setenv("COLUMNS", "200")
    if words[0] == "serve":  # in a process of its own: it sets up logging anew, which closes what pytest has open
        ended = subprocess.run([sys.executable, "-m", "venule", *words], capture_output=True, text=True, timeout=120)
        code, said = ended.returncode, ended.stdout + ended.stderr
    else:
        monkeypatch.setattr(sys, "argv", ["venule", *words])
        with pytest.raises(SystemExit) as end:
            main()
        code, said = end.value.code, "".join(capfd.readouterr())
    return code, " ".join(re.sub("[─│╭╮╰╯]", "", said).split())


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_command_says_in_words_what_is_wrong(line, ground, tmp_path, monkeypatch, capfd):
    words, _, named = line.partition(" | ")
    if words.split()[0] in ("train", "study"):
        pytest.importorskip("torch")
    if words.split()[0] == "serve":
        pytest.importorskip("fastapi")
    monkeypatch.chdir(ground)
    code, said = venule(words.replace(" out", f" {tmp_path}/out").split(), monkeypatch, capfd)
    assert code in (1, 2)
    assert not PYTHON.search(said), said
    assert "does not foresee" not in said, said
    assert named in said


@pytest.mark.parametrize(
    "words",
    [
        ["segment", "", "-o", "out"],
        ["segment", "eye.png", "-o", ""],
        ["segment", "eye.png", "-o", "out", "--model", ""],
        ["measure", "eye.png", "--output="],
        ["report", ""],
        ["merge", "", "-o", "out"],
        ["serve", "--token", ""],
        ["evaluate", ""],
    ],
)
def test_a_variable_that_is_not_set_does_not_stand_for_the_folder_where_one_is(words, ground, monkeypatch, capfd):
    monkeypatch.chdir(ground)
    before = sorted(ground.iterdir())
    code, said = venule(words, monkeypatch, capfd)
    assert code == 2
    assert "is empty: give a value" in said
    assert sorted(ground.iterdir()) == before


def test_a_name_cannot_drive_the_terminal_or_turn_its_text(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    for name in ("\x1b[31mred\x07.png", "\u202egnp.eye", "\udcff.png"):
        monkeypatch.setattr(sys, "argv", ["venule", "segment", name, "-o", "out"])
        with pytest.raises(SystemExit):
            main()
        said = "".join(capfd.readouterr())
        assert not re.search("[\x1b\x07\u202e]", said)
        assert "nothing found in" in said


def test_a_folder_whose_name_is_not_in_utf_8_is_refused_in_words(ground, monkeypatch, capfd):
    monkeypatch.chdir(ground)
    code, said = venule(["segment", "eye.png", "-o", "o\udcff"], monkeypatch, capfd)
    assert code == 2
    assert "is not in UTF-8" in said


def limited():
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))


@pytest.mark.parametrize(
    "words",
    [
        ["segment", "eye.png", "-o", "full/segment", "--jobs", "1"],
        ["measure", "eye.png", "-o", "full/measure", "--jobs", "1"],
        ["evaluate", "phantoms", "--masks", "phantoms/vessels", "-o", "full/scores"],
        ["data", "phantom", "-o", "full/phantoms", "--count", "1", "--size", "300"],
    ],
)
def test_a_full_disk_is_said_in_words(words, ground):
    program = "import sys; from venule.cli.main import main; sys.argv[0] = 'venule'; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ground,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (1, 2)
    said = done.stdout + done.stderr
    assert not PYTHON.search(said), said
    assert "File too large" in said or "disk" in said
