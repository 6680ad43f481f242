"""What only PostgreSQL can show is collected only there: see tests/postgres.sh."""

import os

if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
    collect_ignore = ["test_on_postgres.py"]
