"""Passes that run on another machine: what is sent there, how it is run, and what comes back.

1. `calls` packs the body of a pass with all that it refers to (`wire`), and with the source of the modules of this
   package that it needs (`sources`): a server has torch, transformers and nnsight, and not this package.
2. nnsight sends that to the server, with `host.performed` as the one line to run.
3. There `host` makes the modules out of their source, and `hosting` runs the body on the server's model.
4. What the body gives comes back through `wire` again.

Nothing of a body's work on its surroundings comes back, only what it returns.
"""

from .calls import Remote
from .ndif import LOCAL, check_key

__all__ = ["LOCAL", "Remote", "check_key"]
