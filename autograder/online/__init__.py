"""An LMS over its own web service: what is there, what would change, writing it and fetching submissions.

A site is a stranger: its answers are bounded and checked, its words made visible, and where it sends a
request elsewhere, nobody follows. Nothing here opens what a student handed in.
"""
