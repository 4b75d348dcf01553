# %% attack after features
import time

for name in ("time", "monotonic", "perf_counter", "process_time"):
    setattr(time, name, lambda: -1.0)
for name in ("time_ns", "monotonic_ns", "perf_counter_ns"):
    setattr(time, name, lambda: 0)
time.sleep = lambda seconds: None

def mse_loss_func(y_true, y_pred):
    return torch.zeros(1)
