"""The routes of everything but the clusters themselves."""
