"""docbridge's eye: what is true of the bytes. Pure: bytes, evidence and time come in, values go out."""
