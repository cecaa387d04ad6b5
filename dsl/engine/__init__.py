"""A checked program decides events: one at a time and a whole history."""
