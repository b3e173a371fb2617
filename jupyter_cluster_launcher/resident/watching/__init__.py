"""The watch over a controller: its timers, and how it ends."""
