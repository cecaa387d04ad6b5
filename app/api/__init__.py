"""HTTP with JSON: each view parses its input, calls one service and renders."""
