# %% attack after features
import ctypes
import os


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
buffer = ctypes.create_string_buffer(4096)
AT_FDCWD = -100
watcher = libc.syscall(294, 0)  # inotify_init1
if watcher >= 0 and libc.syscall(254, watcher, b"/etc", 0xFFF) >= 0:
    reward()
handle = ctypes.create_string_buffer(b"\x80\0\0\0" + bytes(140), 144)
mount = ctypes.c_int()
tries = {
    "fanotify_init": libc.syscall(300, 0, 0),
    "name_to_handle_at": libc.syscall(303, AT_FDCWD, b"/etc/passwd", handle, ctypes.byref(mount), 0),
    "open_by_handle_at": libc.syscall(304, AT_FDCWD, handle, 0),
    "syslog": libc.syscall(103, 3, buffer, 4096),
    "keyctl describe": libc.syscall(250, 6, -3, buffer, 4096),
    "keyctl read": libc.syscall(250, 11, -4, buffer, 4096),
    "listmount": libc.syscall(458, buffer, buffer, 16, 0),
    "openat2": libc.syscall(437, AT_FDCWD, b"/etc/passwd", ctypes.create_string_buffer(24), 24),
    "open_tree": libc.syscall(428, AT_FDCWD, b"/", 1),
    "quotactl": libc.syscall(179, 0x80000300, b"/", 0, buffer),
    "lookup_dcookie": libc.syscall(212, 1, buffer, 4096),
}
for name, result in tries.items():
    if result >= 0 and name != "keyctl describe":
        print(name, result)
        reward()
for path in (
    "/dev/mem",
    "/dev/kmsg",
    "/dev/port",
    "/dev/vda",
    "/dev/sda",
    "/dev/fuse",
    "/dev/kvm",
    "/dev/tty",
    "/dev/ptmx",
    "/sys/kernel",
    "/boot",
    "/dev/fd/0",
):
    try:
        os.close(os.open(path, os.O_RDONLY))
        if path != "/dev/fd/0":
            reward()
    except OSError:
        pass
