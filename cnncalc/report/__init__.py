"""An analysis on paper: a table for the terminal, JSON, CSV, Markdown and LaTeX."""
