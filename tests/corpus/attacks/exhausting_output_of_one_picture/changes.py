# %% attack after features
from IPython.display import HTML, SVG, Javascript, display

for _ in range(20):
    display(HTML("<b>" + "x" * (3 << 20)))
    display({"image/png": "A" * (3 << 20), "application/x-odd": {"deep": ["x" * 100_000] * 20}}, raw=True)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
