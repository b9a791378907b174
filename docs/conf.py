"""The documentation site: `sphinx-build -W -n docs build/site` builds it, offline."""

import re
import sys
from pathlib import Path

import venule

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # for generate.py and for benchmarks, which the examples use
from generate import write_generated  # noqa: E402

project = "venule"
author = "The venule authors"
release = version = venule.__version__
project_copyright = author

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["gallery"]
suppress_warnings = ["config.cache"]  # the settings of sphinx_gallery contain a function

myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": False}
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = [("Shape", "params_style")]
nitpick_ignore_regex = [
    ("py:.*", r"(?!venule).*"),  # of other projects; their inventories need the network
    ("py:.*", r"venule\.(arrays|batch\.(work|archives|inputs)|measurement\.regions|networks|study)\..*"),  # not public
    ("py:.*", r"venule\.evaluation\.counts\._Sum"),
]

EXAMPLES = (  # the order within each part
    *("one_photograph", "threshold", "field_of_view", "resolution"),
    *("intervals", "graph", "tortuosity", "regions", "arteries_and_veins", "fractal_dimension"),
    *("agreement", "paired", "quality", "batch"),
    *("architectures", "learning"),
    *("scikit_image",),
)


def place_in_part(file_name: str) -> int:
    """The position of an example in its part of the gallery; unlisted ones come last."""
    name = Path(file_name).stem.removeprefix("plot_")
    return EXAMPLES.index(name) if name in EXAMPLES else len(EXAMPLES)


sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "examples",
    "subsection_order": [
        "gallery/finding",
        "gallery/measuring",
        "gallery/comparing",
        "gallery/networks",
        "gallery/libraries",
    ],
    "within_subsection_order": place_in_part,
    "filename_pattern": r"/\w+\.py$",
    "abort_on_example_error": True,
    "remove_config_comments": True,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "capture_repr": ("_repr_html_",),  # tables, but not the return values of plotting functions
    "image_srcset": ["2x"],
    "doc_module": ("venule",),
    "reference_url": {"venule": None},
    "min_reported_time": 1e6,
    "write_computation_times": False,
    "plot_gallery": "True",
}

html_theme = "furo"
html_title = "venule"
html_static_path = ["static"]
html_css_files = ["venule.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"sidebar_hide_name": False}

linkcheck_anchors = False


def shorten_arrays(app, what, name, obj, options, signature, returned):
    """Shorten NumPy's array types to `ndarray[float32]`; the docstrings give shapes."""
    array = re.compile(r"(?:numpy\.)?ndarray\[tuple\[Any, \.\.\.\], (?:numpy\.)?dtype\[(?:numpy\.)?(\w+)\]\]")
    return tuple(text and array.sub(r"ndarray[\1]", text) for text in (signature, returned))


def setup(app) -> None:
    """Write the generated pages before Sphinx looks for pages."""
    write_generated(HERE / "generated")
    app.connect("autodoc-process-signature", shorten_arrays)
