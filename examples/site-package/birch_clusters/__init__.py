"""The clusters of the computing center Birch."""
