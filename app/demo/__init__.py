"""A programme with a year of history to try everything on."""
