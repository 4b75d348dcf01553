"""Which submissions are more alike than a class usually is: for a person to look at, never a mark."""
