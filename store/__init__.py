"""docbridge's memory: what is kept, exactly once, and who did what to it."""
