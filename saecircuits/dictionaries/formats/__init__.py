"""Checkpoint formats, ours and others': one file each, with a reader and, where others read it, a writer."""

from .convert import convert, writable
from .format import Format
from .hooks import hook_of_site, module_of_site, site_of_hook, site_of_module
from .load import load_dictionaries
from .table import FORMATS

__all__ = [
    "FORMATS",
    "Format",
    "convert",
    "hook_of_site",
    "load_dictionaries",
    "module_of_site",
    "site_of_hook",
    "site_of_module",
    "writable",
]
