"""Checkpoint formats, ours and others': one file each, with a reader and, where others read it, a writer."""

from .convert import convert, folder_names, writable
from .format import Format
from .hooks import hook_of_site, module_of_site, site_of_hook, site_of_module
from .hub import PREFIX, Reference, fetch, is_cached
from .load import load_dictionaries
from .table import FORMATS
from .upload import EVIDENCE, upload

__all__ = [
    "EVIDENCE",
    "FORMATS",
    "PREFIX",
    "Format",
    "Reference",
    "convert",
    "fetch",
    "folder_names",
    "hook_of_site",
    "is_cached",
    "load_dictionaries",
    "module_of_site",
    "site_of_hook",
    "site_of_module",
    "upload",
    "writable",
]
