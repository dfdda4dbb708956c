"""Making modules of this package out of their source, in a process that does not have it.

nnsight sends the functions of this file as text, so they use nothing but the standard library, and nothing of each
other that is not a function or a plain class. The modules are private to one request: neither this package, if the
server has it after all, nor another request sees them.
"""

from __future__ import annotations

import builtins
import linecache
import sys
import types
import typing
from typing import Any


def performed(request: dict[str, Any], model: Any) -> bytes:
    """Run a packed body on the server's model inside a trace; what it gives, packed again."""
    return opened(request, model).perform()


def opened(request: dict[str, Any], model: Any) -> Any:
    """A packed body, ready to run on the server's model."""
    host = Host(request["package"], request["sources"], request["exports"])
    return host.load(request["package"] + ".subject.remote.hosting").Job(request, model, host)


class Host:
    """The modules of one request.

    Args:
        package: the name of this package.
        sources: text by name of the module.
        exports: by package, where the names that are imported from it are defined: module and attribute.
    """

    def __init__(self, package: str, sources: dict[str, str], exports: dict[str, dict[str, tuple[str, str]]]) -> None:
        self.package, self.sources, self.exports = package, sources, exports
        self.private = "_hosted_" + package
        self.modules: dict[str, Any] = {}
        self.codes: dict[str, Any] = {}
        self.builtins = {**vars(builtins), "__import__": self.imported}

    def load(self, name: str) -> Any:
        """A module by its name in this package."""
        if name in self.modules:
            return self.modules[name]
        own = self.private + name[len(self.package) :]
        module: Any = types.ModuleType(own)
        is_package = name in self.exports or any(known.startswith(name + ".") for known in self.sources)
        module.__package__ = name if is_package else name.rpartition(".")[0]
        module.__builtins__ = self.builtins
        self.modules[name] = module
        if name in self.sources:
            sys.modules[own] = module  # dataclasses look their class's module up
            try:
                exec(self.code(name), module.__dict__)
            finally:
                del sys.modules[own]
        elif not is_package:
            raise ModuleNotFoundError(f"{name} did not come with the request.")
        return module

    def code(self, name: str) -> Any:
        """The compiled source of a module."""
        if name not in self.codes:
            source, file = self.sources[name], f"<{name}>"
            linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
            self.codes[name] = compile(source, file, "exec", dont_inherit=True)
        return self.codes[name]

    def find(self, module: str, name: str) -> Any:
        """What a module calls `name`; of a package, from where it is defined."""
        loaded = self.load(module)
        if not hasattr(loaded, name):
            where = self.exports.get(module, {}).get(name)
            value = self.load(f"{module}.{name}") if where is None else self.find(where[0], where[1])
            setattr(loaded, name, value)
        return getattr(loaded, name)

    def imported(self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        """The `import` statement of the modules: this package's from the request, others from the server."""
        if level:
            parents = globals["__package__"].split(".")
            parents = parents[: len(parents) - level + 1]
            name = ".".join([*parents, name] if name else parents)
        if name != self.package and not name.startswith(self.package + "."):
            return imported_or_missing(name, fromlist)
        for each in fromlist or ():
            self.find(name, each)
        return self.load(name if fromlist else self.package)


def imported_or_missing(name: str, fromlist: Any) -> Any:
    """A module of the server, or a stand-in where it has none: annotations use modules that nothing else needs."""
    try:
        return __import__(name, None, None, fromlist)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != name.partition(".")[0]:
            raise
        return Missing(name)


class Missing:
    """A module that the server does not have, or a part of it: it can be named in annotations, and not be used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(self._name + "." + name)

    def __getitem__(self, _: Any) -> Any:
        return typing.Any

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Refuse to work."""
        raise ModuleNotFoundError(f"The server does not have {self._name}.")
