"""The whole decision as one text, and LLVM's machine for it; see docs/engine.md, "A history"."""
