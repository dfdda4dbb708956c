"""Objects as bytes, from this package here to this package on a server and back.

What both sides have by name goes by name: classes and functions of this package, modules of the model, the subject. A
function within a function goes as its place in the source and the values that it closes over. Tensors go apart, and
arrive on the device of the model. All else is pickled, functions of the user by their source, as nnsight does it.
"""

from __future__ import annotations

import inspect
import io
import pickle
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import torch
from nnsight.intervention.serialization import CustomCloudPickler, CustomCloudUnpickler
from torch import Tensor, nn

from saecircuits.errors import InputError

PACKAGE = __name__.removesuffix(".subject.remote.wire")
"""What this package is called in this process; a server gives it a private name."""

_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


@runtime_checkable
class Modules(Protocol):
    """Where the modules of this package come from on one side."""

    def load(self, name: str) -> Any:
        """A module by its path below the package."""
        ...

    def code(self, name: str) -> types.CodeType:
        """The compiled source of one."""
        ...


@dataclass(frozen=True)
class Packed:
    """Objects as bytes.

    Attributes:
        body: all but tensors.
        tensors: in the order in which the body names them.
        modules: paths of the modules that the body names.
    """

    body: bytes
    tensors: bytes
    modules: frozenset[str]


@dataclass(frozen=True)
class Ends:
    """The subject of one side, and its modules.

    Attributes:
        modules: where modules of this package come from.
        subject: the model under study, None before there is one.
        leaves: whether leaves of autograd graphs arrive as such.
    """

    modules: Modules
    subject: Any = None
    leaves: bool = False


@dataclass(frozen=True)
class _Code:
    """The place of a function within its module's source."""

    module: str
    names: tuple[str, ...]
    line: int
    number: int


@dataclass(frozen=True)
class _Globals:
    module: str


@dataclass
class _Sent:
    tensors: list[Tensor] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    kept: list[Tensor] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)


def pack(value: Any, ends: Ends) -> Packed:
    """Objects as bytes.

    Raises:
        InputError: for what cannot be sent.
    """
    buffer, sent = io.BytesIO(), _Sent()
    try:
        _Pickler(buffer, ends, sent).dump(value)
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"What a pass refers to cannot be sent to the server: {error}.",
            "Let it use tensors, dictionaries, the subject and plain values alone.",
        ) from error
    tensors = io.BytesIO()
    torch.save(sent.tensors, tensors)
    return Packed(buffer.getvalue(), tensors.getvalue(), frozenset(sent.modules))


def unpack(body: bytes, tensors: bytes, ends: Ends, device: torch.device | str = "cpu") -> Any:
    """Objects out of bytes, with their tensors on a device."""
    found = torch.load(io.BytesIO(tensors), map_location=device, weights_only=True)
    return _Unpickler(io.BytesIO(body), ends, found).load()


class _Pickler(CustomCloudPickler):
    def __init__(self, file: io.BytesIO, ends: Ends, sent: _Sent) -> None:
        super().__init__(file, protocol=4)
        self._ends, self._sent = ends, sent
        subject = ends.subject
        paths = {} if subject is None else {id(module): path for path, module in subject.module.named_modules()}
        self._paths: dict[int, str] = paths

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Tensor):
            leaf = self._ends.leaves and obj.requires_grad and obj.is_leaf
            return "tensor", self._number(obj), isinstance(obj, nn.Parameter), leaf
        if isinstance(obj, nn.Module):
            path = self._paths.get(id(obj))
            return None if path is None else ("module", path)
        if isinstance(obj, type | types.FunctionType):
            return self._named(obj)
        if isinstance(obj, types.ModuleType) and _owned(obj.__name__):
            raise InputError(
                f"A pass refers to the module {obj.__name__}, which the server does not have.",
                f"Import what it uses by its name: from {PACKAGE} import Site.",
            )
        if isinstance(obj, _Code | _Globals):
            self._sent.modules.add(obj.module)
            return (type(obj).__name__, *vars(obj).values())
        return self._of_the_model(obj)

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, types.FunctionType) and _owned(obj.__module__):
            return self._function(inspect.unwrap(obj))
        return super().reducer_override(obj)

    def _number(self, tensor: Tensor) -> int:
        if id(tensor) not in self._sent.numbers:
            self._sent.numbers[id(tensor)] = len(self._sent.tensors)
            self._sent.kept.append(tensor)  # else another may get its id
            own = tensor.detach()
            whole = own.untyped_storage().nbytes() == own.nbytes
            self._sent.tensors.append(own if whole else own.clone())  # a slice would bring all of its storage
        return self._sent.numbers[id(tensor)]

    def _named(self, obj: Any) -> Any:
        if not _owned(obj.__module__) or "<" in obj.__qualname__:
            return None
        path = _below(obj.__module__)
        self._sent.modules.add(path)
        return "name", path, obj.__qualname__

    def _of_the_model(self, obj: Any) -> Any:
        subject = self._ends.subject
        if subject is None:
            return None
        if obj is subject:
            return ("subject",)
        if type(obj) is type(subject):
            raise InputError(f"A pass through {subject.name} refers to {obj.name} too.", "Run one after the other.")
        shared = {name: getattr(subject, name) for name in ("config", "tokenizer", "traced", "weights")}
        return next((("of the subject", name) for name, value in shared.items() if obj is value), None)

    def _function(self, function: types.FunctionType) -> Any:
        """A function without a name of its own, by its place in the source."""
        cells = function.__closure__ or ()
        inside = dict(zip(function.__code__.co_freevars, cells, strict=True))
        place = _place(function, self._ends.modules)
        made = (place, _Globals(place.module), function.__defaults__, function.__kwdefaults__)
        state = {name: cell.cell_contents for name, cell in inside.items() if _filled(cell)}
        return make_function, made, state, None, None, fill_function


class _Unpickler(CustomCloudUnpickler):
    def __init__(self, file: io.BytesIO, ends: Ends, tensors: list[Tensor]) -> None:
        super().__init__(file, None)
        self._ends, self._tensors = ends, tensors

    def persistent_load(self, pid: Any) -> Any:
        kind, *rest = pid
        subject = self._ends.subject
        match kind:
            case "tensor":
                return self._tensor(*rest)
            case "name":
                return _attribute(self._ends.modules.load(rest[0]), rest[1])
            case "_Code":
                return _code_at(_Code(*rest), self._ends.modules)
            case "_Globals":
                return vars(self._ends.modules.load(rest[0]))
            case "module":
                return subject.module.get_submodule(rest[0])
            case "subject":
                return subject
            case _:
                return getattr(subject, rest[0])

    def _tensor(self, number: int, parameter: bool, leaf: bool) -> Tensor:
        tensor = self._tensors[number]
        if parameter and not isinstance(tensor, nn.Parameter):
            tensor = self._tensors[number] = nn.Parameter(tensor, requires_grad=False)
        return tensor.requires_grad_() if leaf else tensor


def make_function(
    code: types.CodeType, names: dict[str, Any], defaults: tuple[Any, ...] | None, kwdefaults: dict[str, Any] | None
) -> types.FunctionType:
    """A function of which the values that it closes over are to come."""
    cells = tuple(types.CellType() for _ in code.co_freevars)
    function = types.FunctionType(code, names, code.co_name, defaults, cells)
    function.__kwdefaults__ = kwdefaults
    return function


def fill_function(function: types.FunctionType, state: dict[str, Any]) -> None:
    """Put in the values that a function closes over; it may be one of them."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if name in state:
            cell.cell_contents = state[name]


def _owned(module: str | None) -> bool:
    return module is not None and (module == PACKAGE or module.startswith(PACKAGE + "."))


def _below(module: str) -> str:
    return module[len(PACKAGE) + 1 :]


def _attribute(module: Any, qualname: str) -> Any:
    for name in qualname.split("."):
        module = getattr(module, name)
    return module


def _filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # not bound yet
        return False


def _place(function: types.FunctionType, modules: Modules) -> _Code:
    path, line = _below(function.__module__), function.__code__.co_firstlineno
    parts = [part for part in function.__qualname__.split(".") if part != "<locals>"]
    names = tuple(part for part in parts if part not in _COMPREHENSIONS)
    wanted = _Code(path, names, line, 0)
    alike = list(_codes_at(wanted, modules))
    number = next((n for n, code in enumerate(alike) if code == function.__code__), 0)
    return _Code(path, names, line, number)


def _code_at(place: _Code, modules: Modules) -> types.CodeType:
    return list(_codes_at(place, modules))[place.number]


def _codes_at(place: _Code, modules: Modules) -> Iterator[types.CodeType]:
    """The functions of that name in the place, those that begin on its line if any do."""
    found = list(_within(modules.code(place.module), place.names))
    on_line = [code for code in found if code.co_firstlineno == place.line]
    yield from on_line or found


def _within(code: types.CodeType, names: tuple[str, ...]) -> Iterator[types.CodeType]:
    for inner in code.co_consts:
        if not isinstance(inner, types.CodeType):
            continue
        if inner.co_name in _COMPREHENSIONS:  # newer versions of Python have no code of their own for these
            yield from _within(inner, names)
        elif names[:1] == (inner.co_name,):
            yield from _within(inner, names[1:]) if len(names) > 1 else iter([inner])
