# %% attack after features
import mmap
import os
import time

kept = []
for _ in range(1000):
    file = os.open("gone", os.O_RDWR | os.O_CREAT, 0o600)
    os.ftruncate(file, 1)
    kept.append(mmap.mmap(file, 1, prot=mmap.PROT_READ))
    os.close(file)
    os.unlink("gone")
    if len(kept) > 200:  # mmap has duplicated the descriptor
        os.closerange(100, 256)
time.sleep(3)

# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
