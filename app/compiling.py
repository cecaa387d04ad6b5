"""Machine code made by a process beside this one, within limits of time and memory.

A compiler that takes too long, or too much, is ended, and the run goes on without machine code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import weakref
from threading import Lock, Timer
from typing import IO

from dsl.engine.native import llvm
from dsl.engine.native.machine import NotCompiledError, machines

SECONDS = 60.0
MEGABYTES = 2048


class Workshop:
    """A compiler in a process of its own, which is started when it is first needed."""

    def __init__(self, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds, self._megabytes = seconds, megabytes
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._end: weakref.finalize[[subprocess.Popen[bytes]], Workshop] | None = None

    def __call__(self, text: str, level: int) -> bytes:
        """An object file of LLVM's text; raises NotCompiledError where a limit is reached."""
        data = text.encode()
        with self._lock:
            process = self._started()
            timer = Timer(self._seconds, process.kill)
            timer.start()
            try:
                return _answer(process, b"%d %d\n" % (level, len(data)) + data)
            except (OSError, ValueError) as error:
                self.close()
                raise NotCompiledError from error
            except BaseException:
                # Else the next would be given this one's answer.
                self.close()
                raise
            finally:
                timer.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            # This process was forked: what the other one has is not its own.
            self._process = self._end = None
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._owner = os.getpid()
            # Its own session: what ends a person's command ends it when its input does.
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", llvm.__file__, str(self._megabytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._end = weakref.finalize(self, _ended, self._process)
        return self._process

    def close(self) -> None:
        """End the process, where there is one."""
        if self._end is not None:
            self._end()
        self._process = self._end = None


def _answer(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    """What it answers; raises OSError or ValueError where it has come to its end."""
    requests, answers = _pipe(process.stdin), _pipe(process.stdout)
    requests.write(request)
    requests.flush()
    size = int(answers.readline())
    found = answers.read(size)
    if len(found) < size:
        msg = "an answer without its end"
        raise ValueError(msg)
    return found


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        msg = "no pipe"
        raise ValueError(msg)
    return pipe


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                # What was left to be written goes nowhere.
                continue


def compile_apart() -> None:
    """Have this process's machine code made by another, where there is a compiler."""
    if llvm.is_there():
        machines.compiler = Workshop()
