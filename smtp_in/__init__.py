"""docbridge's SMTP door: takes mail in and answers 250 only when it is on disk."""
