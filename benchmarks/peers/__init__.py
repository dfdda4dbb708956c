"""Other libraries, each in a process of its own: they need other versions of what this package needs."""
