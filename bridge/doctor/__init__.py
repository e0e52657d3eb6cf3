"""The doctor: one look at each thing that the service stands on, and what to do where it does not stand."""
