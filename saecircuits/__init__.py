"""Circuits of language models, from sparse dictionaries, in a notebook.

    import saecircuits as sc

    lab = sc.load("world")
    circuit = lab.attribute("the capital of the country containing Gdansk is", target="Warsaw", against="Paris")
    circuit                       # in a notebook: the Explorer

The public names stand in `__init__.pyi`; each is loaded when it is first used, so importing the package is quick.
"""

import lazy_loader

from .version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
