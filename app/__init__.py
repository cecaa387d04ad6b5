"""The product around the language: services, HTTP, command line and storage."""
