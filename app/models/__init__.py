"""The tables, columns only, a module per noun."""
