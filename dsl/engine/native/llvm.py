"""LLVM by llvmlite, where it is installed: its text to machine code, in this process or another.

The module stands by itself: as a program it compiles what it reads from its input, within a limit
of memory, so that another process can end it (app/compiling.py). A request is a line `level size`
and the text, an answer a line `size` and an object file.
"""

from __future__ import annotations

import resource
import sys
from functools import cache
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

try:
    import llvmlite.binding as llvm
except ImportError:  # pragma: no cover - an extra of the package
    llvm = None

# The level that compiles soonest, and one that takes three times as long for functions twice as
# fast. All that LLVM can do takes three times as long again, for a tenth more.
SOONEST, BETTER = 0, 1
MEGABYTE = 1 << 20


def is_there() -> bool:
    """True where there is a compiler; words begin with their lowest byte, as in records."""
    return llvm is not None and sys.byteorder == "little"


@cache
def _target() -> Any:  # noqa: ANN401 - llvmlite has no types
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()


def _target_machine(level: int) -> Any:  # noqa: ANN401 - llvmlite has no types
    return _target().create_target_machine(
        opt=level,
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        jit=True,
    )


def object_file(text: str, level: int) -> bytes:
    """The machine code of LLVM's text, at a level."""
    target = _target_machine(level)
    module = llvm.parse_assembly(text)
    builder = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_module_pass_manager()
    if level:
        passes.add_always_inliner_pass()
    passes.add_sroa_pass()
    passes.add_simplify_cfg_pass()
    passes.run(module, builder)
    return bytes(target.emit_object(module))


class Loaded:
    """The functions of object files, which are there as long as this is."""

    def __init__(self, files: Iterable[bytes]) -> None:
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine(0))
        for file in files:
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(file))
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Where a function begins."""
        return int(self._engine.get_function_address(name))


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Compile one text after the other, until there are no more."""
    while head := requests.readline():
        level, size = map(int, head.split())
        file = object_file(requests.read(size).decode(), level)
        answers.write(f"{len(file)}\n".encode() + file)
        answers.flush()


if __name__ == "__main__":
    most = int(sys.argv[1]) * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    serve(sys.stdin.buffer, sys.stdout.buffer)
