"""Recipes that reach for more than numbers and words: refused with a RecipeError, in no time and no memory."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venule import networks
from venule.errors import RecipeError
from venule.study.plan import read_study
from venule.training import read_recipe
from venule.training.yaml_file import read_yaml

SHIPPED = Path(read_yaml.__code__.co_filename).parent / "recipes"
LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)


@pytest.fixture(params=[read_recipe, read_study])
def refuse(request, tmp_path):
    """Reads a content as a recipe and as a study, and gives the message with which it is refused."""

    def message(content):
        path = tmp_path / "recipe.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(RecipeError) as caught:
            request.param(path)
        assert len(str(caught.value)) < 1500
        return str(caught.value)

    return message


@pytest.mark.parametrize(
    "tag",
    [
        "python/object/apply:os.system",
        "python/object/new:os.system",
        "python/name:os.system",
        "python/module:os",
        "own",
    ],
)
def test_a_recipe_runs_nothing(refuse, tag, tmp_path):
    proof = tmp_path / "proof"
    assert "could not determine a constructor" in refuse(f"name: !!{tag} ['touch {proof}']\n")
    assert not proof.exists()


@pytest.mark.parametrize("content", [LAUGHS, f"{LAUGHS}network_arguments: *a29\n", "a: &a [*a]\n", "<<: &b {<<: *b}\n"])
def test_aliases_are_refused_before_they_are_written_out(refuse, content):
    assert "aliases" in refuse(content)


@pytest.mark.parametrize(
    "content",
    [
        "seed: 2001-02-30",
        "seed: !!int ''",
        "seed: !!bool perhaps",
        "seed: !!float one",
        "seed: !!binary '='",
        "seed: !!timestamp now",
        f"seed: {'9' * 5000}",
        "[" * 100_000,
        "{a: " * 30_000,
        "? " * 60_000,
        "- " * 60_000,
        b"\xff\xfe\xff",
        b"\0\0\0",
        "&a",
        "*nobody",
        "%YAML 9.9\n--- 1",
        "a: 1\n---\nb: 2",
    ],
)
def test_what_breaks_a_reader_of_yaml_is_refused_as_a_recipe(refuse, content):
    refuse(content)


@pytest.mark.parametrize(
    "content", ["", "1", "[]", "words", "null", "1: 2", "? [a]\n: b", "name: [" + "9," * 20000 + "]"]
)
def test_what_is_no_table_of_fields_is_refused(refuse, content):
    refuse(content)


def test_a_recipe_of_gigabytes_is_not_read(refuse, tmp_path):
    assert "as no recipe is" in refuse("#" * 2**20)


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "1e999"])
@pytest.mark.parametrize(
    "field",
    [
        "working_diameter: {}",
        "learning_rate: {}",
        "weight_decay: {}",
        "used_at: [{}, 1200]",
        "dice: {}",
        "validation: {}",
        "seed: {}",
        "augmentation: {{scale: [0.5, {}]}}",
        "augmentation: {{offset: {}}}",
        "data: [{{dataset: A, seen_at: [{}]}}]",
    ],
)
def test_numbers_that_are_none_are_refused_by_field(field, number, tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text(field.format(number))
    with pytest.raises(RecipeError, match=field.split(":")[0]):
        read_recipe(path)


@pytest.mark.parametrize(
    "arguments",
    [
        "{widths: []}",
        "{widths: [1000000000, 1000000000]}",
        "{widths: [-1, 3]}",
        "{widths: .nan}",
        "{self: 1}",
        "{name: 1}",
    ],
)
def test_arguments_that_no_network_has_are_refused(arguments, tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text(f"network_arguments: {arguments}")
    recipe = read_recipe(path)
    with pytest.raises(RecipeError, match="cannot be built"):
        networks.create(recipe.network, **recipe.network_arguments)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("recipes") / "recipe.yaml"


@given(
    name=st.sampled_from(sorted(path.name for path in SHIPPED.glob("*.yaml"))),
    share=st.floats(0, 1),
    inserted=st.one_of(st.binary(max_size=12), st.text(alphabet=":{}[]&*!|>-?#%@,'\"\n\t 0.~", max_size=12)),
)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_damaged_recipes_are_read_or_refused(scratch, name, share, inserted):
    content = (SHIPPED / name).read_bytes()
    at = int(share * len(content))
    more = inserted if isinstance(inserted, bytes) else inserted.encode()
    scratch.write_bytes(content[:at] + more + content[at + len(more) :])
    try:
        assert read_recipe(scratch).data
    except RecipeError as error:
        assert "recipe.yaml" in str(error)  # noqa: PT017  either may be
