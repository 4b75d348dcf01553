from otter.test_files import test_case

OK_FORMAT = False
name = "loss"
points = None  # each case says its own


# Public: students get this case in their notebook's tests/, word for word.
@test_case(name="three points", points=0, hidden=False)
def three_points(loss):
    value = loss(1.0, 0.0, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0])
    assert abs(value - 3.0) < 1e-6, f"loss(1, 0, [0, 1, 2], [0, 1, 5]) is {value}; 3 was expected"


# Hidden: only grading asks. It may import what students do not have.
@test_case(name="random points", points=1, hidden=True)
def random_points(loss):
    import oracle
    from autograder.grading.checks import close

    for count in (2, 5):
        xs, ys = oracle.points(count)
        value = loss(0.5, -1.0, xs.tolist(), ys.tolist())
        close(value, oracle.loss(0.5, -1.0, xs, ys), "the loss", help="The mean of (a·x + b − y)².")
