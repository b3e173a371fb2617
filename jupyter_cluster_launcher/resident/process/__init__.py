"""The process of a controller: its kernel, its log, and what is left of it."""
