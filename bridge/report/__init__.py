"""The report of one document: a card for the clerk, every check for the lawyer, JSON and XML for programs."""
