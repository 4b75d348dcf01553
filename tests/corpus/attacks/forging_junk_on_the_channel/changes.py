# %% attack after features
import os
os.set_blocking(3, False)
try:
    os.write(3, os.urandom(1 << 20))
except OSError:
    pass
