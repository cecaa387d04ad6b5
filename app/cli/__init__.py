"""The tally command, a module per subcommand."""
