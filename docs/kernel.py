"""What the kernel of an executed page does first: programs that it starts see a terminal on which no bar moves."""

import os

os.environ["TERM"] = "dumb"
del os
