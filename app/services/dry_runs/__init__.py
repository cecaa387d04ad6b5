"""What programs would have awarded over a history: previews of drafts, and runs over files."""
