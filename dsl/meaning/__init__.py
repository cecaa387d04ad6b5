"""What a tree means against a catalogue: checking, diagnostics and reading events."""
