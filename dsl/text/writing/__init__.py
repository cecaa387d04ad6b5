"""The English form of a tree, laid out: one clause on a line, no parentheses without need."""
