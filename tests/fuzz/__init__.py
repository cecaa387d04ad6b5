"""What no case foresees, in bulk: `make fuzz`, or a slice of it in the tests."""
