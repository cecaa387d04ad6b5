"""JSON over HTTP, under /api/v1."""

from app.api.routes import PREFIX, blueprint

__all__ = ["PREFIX", "blueprint"]
