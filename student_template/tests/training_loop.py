# The public test cases of this question. Grading asks further ones.

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "training_loop"
points = None


@test_case(name="one loss per step, below 0.075 at the end", points=0, hidden=False)
def loss_at_the_end(env):
    losses = env.get("losses")
    assert losses is not None, "losses is not defined: run the cell that calls train_rnn."
    assert len(losses) == 500, f"losses has {len(losses)} entries, expected one for each of 500 steps."
    mean = float(torch.mean(torch.tensor([float(loss) for loss in losses[-25:]])))
    assert mean == mean, (
        "The losses end in nan: the weights grew without bound. Is the learning rate too high, does the step go "
        "against the gradient?"
    )
    assert mean < 0.075, f"The mean of the last 25 losses is {mean:.4f}, it should be below 0.075."
