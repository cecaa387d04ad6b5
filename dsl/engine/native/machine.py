"""Restricted texts made functions of the machine; the last few are kept."""

from __future__ import annotations

import ctypes
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from dsl.engine.native.llvm import Loaded, object_file
from dsl.engine.native.modules import Lowered, lowered

# A draft and what is live, in a few programs at once.
MOST_KEPT = 8
METADATA = '\n!0 = !{!"branch_weights", i32 1, i32 100000}\n!1 = !{}\n'


class NotCompiledError(Exception):
    """A text could not be made machine code within the limits there are."""


# LLVM's text and a level to an object file; raises NotCompiledError.
Compiler = Callable[[str, int], bytes]


class Machine:
    """The functions of a text; arrays are given by address, numbers by value.

    The first argument of all is the array V (numbers.py). Calls hold no lock of the interpreter.
    """

    def __init__(self, lowering: Lowered, level: int, compiler: Compiler) -> None:
        self._loaded = Loaded([compiler(text + METADATA, level) for text in lowering.texts])
        self.functions: dict[str, Callable[..., int]] = {}
        for name, takes_array in lowering.exported.items():
            takes = (True, *takes_array)
            kinds = [ctypes.c_void_p if is_array else ctypes.c_int64 for is_array in takes]
            found = ctypes.CFUNCTYPE(ctypes.c_int64, *kinds)(self._loaded.address(name))
            self.functions[name] = found


class Machines:
    """Machines by their texts, of which the last few are kept; `compiler` is what compiles."""

    def __init__(self, compiler: Compiler = object_file) -> None:
        self.compiler = compiler
        # What could not be compiled, which is not tried again.
        self._failed: OrderedDict[tuple[str, frozenset[str], int], None] = OrderedDict()
        self._kept: OrderedDict[tuple[str, frozenset[str], int], Machine] = OrderedDict()
        # Object files by their texts: an edit leaves some as they are.
        self._files: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = Lock()

    def machine(self, text: str, exported: frozenset[str], level: int) -> Machine:
        """The exported functions of a text; raises UnfitError and NotCompiledError."""
        key = text, exported, level
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
            if key in self._failed:
                raise NotCompiledError
        try:
            found = Machine(lowered(text, exported), level, self._compiled)
        except NotCompiledError:
            with self._lock:
                self._failed[key] = None
                if len(self._failed) > MOST_KEPT:
                    self._failed.popitem(last=False)
            raise
        with self._lock:
            self._kept[key] = found
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def _compiled(self, text: str, level: int) -> bytes:
        """The object file of LLVM's text."""
        with self._lock:
            found = self._files.get((text, level))
        if found is None:
            found = self.compiler(text, level)
        with self._lock:
            self._files[text, level] = found
            self._files.move_to_end((text, level))
            if len(self._files) > 2 * MOST_KEPT:
                self._files.popitem(last=False)
        return found


# Those of this process, which may have its texts compiled by another.
machines = Machines()
