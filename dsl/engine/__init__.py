"""The engine: a checked program planned, emitted and run; see docs/engine.md."""
