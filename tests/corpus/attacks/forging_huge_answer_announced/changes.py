# %% attack after features
import os
import struct
os.write(3, struct.pack(">IQ", 2 ** 32 - 1, 2 ** 64 - 1) + b"{" * 1000)
