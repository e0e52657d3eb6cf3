"""What people write into the registers (routes, organs, correspondents), read strictly from options and files."""
