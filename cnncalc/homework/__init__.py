"""Showing the working of every figure, asking for it, and grading what comes back."""
