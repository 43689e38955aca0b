"""How the documentation is built."""

import os
import sys
from importlib.metadata import version as installed
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ["COLUMNS"] = "100"

from generate import write_pages  # noqa: E402  (the folder has just been put on the path)

write_pages(HERE / "reference")

project = "Corridors"
author = "The Corridors maintainers"
copyright = "2026, the Corridors maintainers"
version = release = installed("corridors")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
numpydoc_show_class_members = False
autodoc_typehints = "none"
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Corridors"
html_math_renderer = "mathml"


def _math_block(translator, node):
    from docutils import nodes
    from latex2mathml.converter import convert

    translator.body.append(convert(node.astext(), display="block"))
    raise nodes.SkipNode


def _math_inline(translator, node):
    from docutils import nodes
    from latex2mathml.converter import convert

    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def setup(app):
    # Formulas become MathML when the pages are built, so that they open without a network and without a script.
    app.add_html_math_renderer("mathml", (_math_inline, None), (_math_block, None))
