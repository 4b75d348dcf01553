"""Each parameter minus lr times its gradient."""

from otter.test_files import test_case

OK_FORMAT = False
name = "training_step"
points = None


@test_case(name="every parameter is there", points=0, hidden=False)
def every_parameter(training_step):
    import numpy as np

    start = {"w": np.array([[0.5, -0.5]]), "b": np.array([0.1]), "v": np.array([1.0]), "c": 0.2}
    found = training_step(start, np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([3.0, 2.0]), 0.1)
    assert set(found) == set("wbvc"), f"the new parameters are called {sorted(found)}, expected: b, c, v, w"
    for name, value in start.items():
        assert np.shape(found[name]) == np.shape(value), f"{name} has the shape {np.shape(found[name])}"


@test_case(name="random numbers", points=3, hidden=True)
def random_numbers(env):
    import oracle

    from autograder.gradients import judge, standing_in

    # What earlier questions judge is right here, so that one mistake costs one question.
    with standing_in(env, oracle.HIDDEN, oracle.GRAD_V, oracle.GRAD_A, oracle.GRAD_W):
        judge(env, *oracle.STEP)


def prepare():
    import oracle

    from autograder.gradients import ready

    ready(*oracle.STEP)


def mistakes():
    """The mistakes that this question can name."""
    import oracle

    from autograder.gradients import known

    return known(*oracle.STEP)
