"""The code that creates a cluster, and the code that connects to it."""
