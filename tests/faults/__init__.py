"""Sources that misbehave between the console and the real ones: every fault, on every page."""
