"""The site of hpcph: `make docs`. Every warning is an error, and every figure and number is computed by the build."""

import os
import sys
from importlib.metadata import version as installed
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("HPCPH_CACHE", "off")  # what the site shows is computed
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # !hpcph is this one

project = "hpcph"
author = "The hpcph developers"
copyright = "the hpcph developers"
release = version = installed("hpcph").partition("+")[0]

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
]
root_doc = "index"
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]
nitpicky = False

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_show_tb = True  # as a warning that fails the build: an exception is not told of by builds on several cores
nb_execution_in_temp = True  # pages write their results beside nothing
nb_merge_streams = True
nb_render_markdown_format = "myst"  # tables that cells make
bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "unsrt"
autodoc_typehints = "description"
default_role = "code"  # `this` in docstrings
copybutton_prompt_text = "$ "

html_theme = "pydata_sphinx_theme"
html_title = "hpcph"
html_static_path = ["_static", str(Path(find_spec("sphinx-mathjax-offline").origin).parent / "static")]
html_css_files = ["site.css"]
mathjax_path = "mathjax/tex-chtml.js"  # formulas are set without another machine
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
