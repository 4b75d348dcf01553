# %% attack after features
import os
import socket
try:
    ours, theirs = socket.socketpair()
    os.dup2(theirs.fileno(), 3)
except OSError:
    os.dup2(os.open("/dev/null", os.O_RDWR), 3)
