from otter.test_files import test_case

OK_FORMAT = False
name = "gradient"
points = None


@test_case(name="one point", points=0, hidden=False)
def one_point(gradient):
    by_a, by_b = gradient(1.0, 0.0, [2.0], [1.0])
    assert (by_a, by_b) == (4.0, 2.0), f"gradient(1, 0, [2], [1]) is {(by_a, by_b)}; (4, 2) was expected"


@test_case(name="random points", points=3, hidden=True)
def random_points(gradient):
    import oracle
    from autograder.grading.checks import close

    for count in (3, 7):
        xs, ys = oracle.points(count)
        right = oracle.gradient(0.5, -1.0, xs, ys)
        close(
            gradient(0.5, -1.0, xs.tolist(), ys.tolist()),
            right,
            "the gradient",
            mistakes=oracle.mistakes(right, count),  # a wrong answer that one of these explains is named
            setting=f"{count} points",
        )


def mistakes():
    """The mistakes that this question can name: `partial_credit:` of the configuration may give points for one."""
    import oracle

    return set(oracle.mistakes(oracle.gradient(0.0, 0.0, *oracle.points(2)), 2))
