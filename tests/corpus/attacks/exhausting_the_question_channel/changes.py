# %% attack after features
import os
import threading


def noise():
    while True:
        os.write(3, os.urandom(1000))


threading.Thread(target=noise, daemon=True).start()
