"""The screens, on Flask-Admin."""
