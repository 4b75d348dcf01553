# %% attack after features
kept = []
for _ in range(48):
    kept.append(bytearray(b"x") * (64 << 20))


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
