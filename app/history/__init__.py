"""Histories of events are read from files and the database into columns."""
