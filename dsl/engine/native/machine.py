"""LLVM's text made into functions of the machine, by llvmlite where it is installed."""

from __future__ import annotations

import ctypes
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from dsl.engine.native.lower import lowered

try:
    import llvmlite.binding as llvm
except ImportError:  # pragma: no cover - an extra of the package
    llvm = None

# The level at which nothing is left out.
MOST = 2
# Branches to the trap are never taken, as far as the optimiser is concerned.
# A draft and what is live, in a few programs at once.
MOST_KEPT = 8
WEIGHTS = '\n!0 = !{!"branch_weights", i32 1, i32 100000}\n!1 = !{}\n'

_kept: OrderedDict[tuple[str, frozenset[str], int], Machine] = OrderedDict()
_lock = Lock()


def is_there() -> bool:
    """True where there is a compiler."""
    return llvm is not None


@cache
def _target() -> Any:  # noqa: ANN401 - llvmlite has no types
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()


class Machine:
    """The exported functions of a text, compiled; arrays are given by address, numbers by value.

    The first argument of all is the array V (numbers.py). Calls hold no lock of the interpreter.
    `level` 0 compiles soonest; 1 takes three times as long for functions twice as fast, 2 twice as
    long again for a fifth more.
    """

    def __init__(self, text: str, exported: frozenset[str], level: int) -> None:
        lowering = lowered(text, exported)
        module = llvm.parse_assembly(lowering.text + WEIGHTS)
        machine = _target().create_target_machine(
            opt=min(level, 1),
            cpu=llvm.get_host_cpu_name(),
            features=llvm.get_host_cpu_features().flatten(),
        )
        options = llvm.create_pipeline_tuning_options(speed_level=level)
        options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
        builder = llvm.create_pass_builder(machine, options)
        passes = llvm.create_new_module_pass_manager()
        if level == MOST:
            passes = builder.getModulePassManager()
        else:
            if level:
                passes.add_always_inliner_pass()
            passes.add_sroa_pass()
            passes.add_simplify_cfg_pass()
        passes.run(module, builder)
        self._engine = llvm.create_mcjit_compiler(module, machine)
        self._engine.finalize_object()
        self.functions: dict[str, Callable[..., int]] = {}
        for name, takes_array in lowering.exported.items():
            takes = (True, *takes_array)
            kinds = [ctypes.c_void_p if is_array else ctypes.c_int64 for is_array in takes]
            address = self._engine.get_function_address(name)
            self.functions[name] = ctypes.CFUNCTYPE(ctypes.c_int64, *kinds)(address)


def machine(text: str, exported: frozenset[str], level: int) -> Machine:
    """The functions of a text, of the last few kept ones where they are among them."""
    key = text, exported, level
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    found = Machine(text, exported, level)
    with _lock:
        _kept[key] = found
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found
