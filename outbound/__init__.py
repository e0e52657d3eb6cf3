"""docbridge's way out by mail: sends finished letters and tells, per recipient, what became of them."""
