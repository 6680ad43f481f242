"""Keeps a few child processes running: starts them, waits for each, restarts, stops.

A leaf without Django: it lives as long as the site does, and a process that only waits should
not hold seventy megabytes of framework. `manage.py up` writes a plan and becomes this program.
"""
