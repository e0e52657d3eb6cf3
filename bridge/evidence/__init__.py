"""Evidence from the world, fetched outside the sandbox: the trust directory, DNS, SPF."""
