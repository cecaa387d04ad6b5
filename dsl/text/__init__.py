"""Text and its tree: parsing and formatting."""
