"""2(ŷ − y)/N · v (1 − h²), a row for each sample."""

from otter.test_files import test_case

OK_FORMAT = False
name = "grad_a"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_example(grad_a):
    import numpy as np

    y_true, y_pred, v = np.array([1.0, 0.0]), np.array([2.0, 3.0]), np.array([2.0, -1.0])
    hidden = np.array([[0.5, -0.2], [0.1, 0.4]])
    found = np.asarray(grad_a(y_true, y_pred, v, hidden))
    right = np.array([[1.5, -0.96], [5.94, -2.52]])
    assert found.shape == right.shape, f"grad_a has the shape {found.shape}, expected: {right.shape}"
    assert np.allclose(found, right), f"grad_a gives {found.tolist()}, expected: {right.tolist()}"


@test_case(name="random numbers", points=3, hidden=True)
def random_numbers(env):
    import oracle

    from autograder.gradients import judge

    judge(env, oracle.GRAD_A)


def prepare():
    import oracle

    from autograder.gradients import ready

    ready(oracle.GRAD_A)


def mistakes():
    """The mistakes that this question can name."""
    import oracle

    from autograder.gradients import known

    return known(oracle.GRAD_A)
