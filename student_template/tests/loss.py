# The public test cases of this question. Grading asks further ones.

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "loss"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    mse_loss_func = env.get("mse_loss_func")
    assert mse_loss_func not in (None, ...), "mse_loss_func is not defined: run its cell first."
    loss = mse_loss_func(torch.tensor([1.0]), torch.tensor([1.5]))
    assert not isinstance(loss, type(None) | type(...)), (
        f"The loss is {loss}: is the TODO filled in and returned?"
    )
    assert abs(float(loss) - 0.25) < 1e-6, f"The loss is {float(loss):.4g}, by hand (1.5 − 1)² = 0.25."
    loss = mse_loss_func(torch.tensor([2.0]), torch.tensor([-1.5]))
    assert abs(float(loss) - 12.25) < 1e-4, (
        f"For y_true = 2 and y_pred = −1.5 the loss is {float(loss):.4g}, by hand (−3.5)² = 12.25."
    )
