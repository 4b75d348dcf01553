"""tanh of the weighted sums."""

from otter.test_files import test_case

OK_FORMAT = False
name = "hidden_states"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_example(hidden_states):
    import numpy as np

    w, b, x = np.array([[1.0, 0.0]]), np.array([0.5]), np.array([[0.5, 9.0], [-0.5, 9.0]])
    found = np.asarray(hidden_states(w, b, x))
    right = np.array([[0.76159416], [0.0]])
    assert found.shape == right.shape, f"hidden_states has the shape {found.shape}, expected: {right.shape}"
    assert np.allclose(found, right), f"hidden_states gives {found.tolist()}, expected: {right.tolist()}"


@test_case(name="random numbers", points=2, hidden=True)
def random_numbers(env):
    import oracle

    from autograder.gradients import judge

    judge(env, oracle.HIDDEN)


def prepare():
    import oracle

    from autograder.gradients import ready

    ready(oracle.HIDDEN)


def mistakes():
    """The mistakes that this question can name."""
    import oracle

    from autograder.gradients import known

    return known(oracle.HIDDEN)
