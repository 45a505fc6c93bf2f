"""How the pages are built: `make docs`, where a broken reference is an error."""

from dunnage import __version__

project = "dunnage"
author = "The dunnage contributors"
copyright = "2026, the dunnage contributors"
release = version = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "alabaster"
html_theme_options = {
    "description": "The same hits on the host and in unmodified containers",
    "fixed_sidebar": True,
}
