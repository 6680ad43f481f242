"""The edge that readers meet as pages. Parse, call, render."""
