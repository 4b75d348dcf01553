"""For who writes a lab: a first one to change, one made of somebody's notebook, one question tried in seconds."""
