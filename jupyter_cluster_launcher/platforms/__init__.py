"""Platform files, their options, and the code that they stand for."""
