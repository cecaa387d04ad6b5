"""What the product does, a module per noun; the caller owns the transaction."""
