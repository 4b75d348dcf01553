"""For who writes a lab: a first one to change, one made of a notebook, one question tried."""
