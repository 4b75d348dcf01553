# %% attack after features
import os
os.close(3)
