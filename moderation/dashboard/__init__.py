"""What admins see first: counted by the worker, drawn by the server."""
