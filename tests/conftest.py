"""What every test may ask for."""

from hypothesis import settings

# A plugin is named before those that import it: only then are its assertions rewritten.
pytest_plugins = ["tests.browser", "tests.postgres", "tests.databases"]

# An example's time says more about the machine than about the code; what failed is printed so that
# it can be pasted into a test.
settings.register_profile("ci", deadline=None, print_blob=True)
settings.load_profile("ci")
