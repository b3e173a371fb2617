"""What a row says about jobs."""
