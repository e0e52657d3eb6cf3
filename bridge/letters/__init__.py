"""Letters in Vietnamese: receipts to senders, documents to their receivers, and when an answer is allowed at all."""
