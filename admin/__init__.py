"""The screens: rules written, previewed, approved; customers, and why each point is there."""

from admin.site import init_app

__all__ = ["init_app"]
