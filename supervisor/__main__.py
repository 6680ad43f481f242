"""`python -m supervisor PLAN`: run the plan until told to stop."""

import sys
from pathlib import Path

from supervisor.loop import Supervisor
from supervisor.plan import Plan

if __name__ == "__main__":
    sys.exit(Supervisor(Plan.read(Path(sys.argv[1]))).run())
