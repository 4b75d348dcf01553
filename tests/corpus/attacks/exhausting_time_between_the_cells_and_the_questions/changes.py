# %% attack after features
import os
import signal
import threading

threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGSTOP)).start()
