"""The demonstration: a small PKI, sample documents and sample mails, worth nothing elsewhere."""
