"""The sum over the samples of 2(ŷ − y)/N · h."""

from otter.test_files import test_case

OK_FORMAT = False
name = "grad_v"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_example(grad_v):
    import numpy as np

    y_true, y_pred = np.array([1.0, 0.0]), np.array([2.0, 3.0])
    hidden = np.array([[0.5, -0.2], [0.1, 0.4]])
    found = np.asarray(grad_v(y_true, y_pred, hidden))
    right = np.array([0.8, 1.0])
    assert found.shape == right.shape, f"grad_v has the shape {found.shape}, expected: {right.shape}"
    assert np.allclose(found, right), f"grad_v gives {found.tolist()}, expected: {right.tolist()}"


@test_case(name="random numbers", points=2, hidden=True)
def random_numbers(env):
    import oracle

    from autograder.gradients import judge

    judge(env, oracle.GRAD_V)


def prepare():
    import oracle

    from autograder.gradients import ready

    ready(oracle.GRAD_V)


def mistakes():
    """The mistakes that this question can name."""
    import oracle

    from autograder.gradients import known

    return known(oracle.GRAD_V)
