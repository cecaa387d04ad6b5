"""The Lark grammars of the rule language: core.lark, and a file for each spoken form."""
