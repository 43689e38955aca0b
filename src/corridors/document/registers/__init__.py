"""Documented tables of instruments, bodies, meetings, processes, support, policies and activities."""
