"""Whether a platform file is right, and what to say where it is not."""
