"""The sum over the samples of the outer products ∇a xᵀ."""

from otter.test_files import test_case

OK_FORMAT = False
name = "grad_w"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_example(grad_w):
    import numpy as np

    grad_a, x = np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])
    found = np.asarray(grad_w(grad_a, x))
    right = np.array([[1.0, 4.0, 1.0], [-1.0, -1.5, -3.5]])
    assert found.shape == right.shape, f"grad_w has the shape {found.shape}, expected: {right.shape}"
    assert np.allclose(found, right), f"grad_w gives {found.tolist()}, expected: {right.tolist()}"


@test_case(name="random numbers", points=2, hidden=True)
def random_numbers(env):
    import oracle

    from autograder.gradients import judge

    judge(env, oracle.GRAD_W)


def prepare():
    import oracle

    from autograder.gradients import ready

    ready(oracle.GRAD_W)


def mistakes():
    """The mistakes that this question can name."""
    import oracle

    from autograder.gradients import known

    return known(oracle.GRAD_W)
