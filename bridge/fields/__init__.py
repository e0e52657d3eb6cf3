"""What identifies a document: found on its pages or typed by a clerk, each value with where it came from."""
