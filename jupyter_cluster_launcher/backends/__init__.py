"""What differs from one kind of platform to another."""
