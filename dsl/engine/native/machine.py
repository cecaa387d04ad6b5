"""LLVM's text made into functions of the machine, by llvmlite where it is installed."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

from dsl.engine.native.lower import lowered

try:
    import llvmlite.binding as llvm
except ImportError:  # pragma: no cover - an extra of the package
    llvm = None

# The level at which nothing is left out.
MOST = 2
# Branches to the trap are never taken, as far as the optimiser is concerned.
WEIGHTS = '\n!0 = !{!"branch_weights", i32 1, i32 100000}\n'


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

    Calls hold no lock of the interpreter. `level` 0 compiles soonest; 1 takes three times as long
    for functions twice as fast, 2 twice as long again for a fifth more.
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
            kinds = [ctypes.c_void_p if is_array else ctypes.c_int64 for is_array in takes_array]
            address = self._engine.get_function_address(name)
            self.functions[name] = ctypes.CFUNCTYPE(ctypes.c_int64, *kinds)(address)
        self._trapped = ctypes.c_int64.from_address(
            self._engine.get_global_value_address("trapped")
        )

    @property
    def has_trapped(self) -> bool:
        """True where a number left 64 bits since the start."""
        return bool(self._trapped.value)
