"""docbridge's IMAP door: takes mail from mailboxes and marks it there only after it is on disk."""
