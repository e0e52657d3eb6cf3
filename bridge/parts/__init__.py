"""The parts that `serve` runs: each a loop that can be started, woken and stopped, and that says how it is doing."""
