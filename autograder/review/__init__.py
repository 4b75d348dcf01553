"""The page for people: a class that was graded, in a browser on this machine."""
