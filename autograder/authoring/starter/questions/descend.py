from otter.test_files import test_case

OK_FORMAT = False
name = "descend"
points = None


@test_case(name="two points on a line", points=0, hidden=False)
def on_a_line(descend):
    a, b = descend([0.0, 1.0], [1.0, 3.0], steps=200, lr=0.3)
    assert abs(a - 2) < 0.01, f"a is {a}; the line through (0, 1) and (1, 3) has 2"
    assert abs(b - 1) < 0.01, f"b is {b}; the line through (0, 1) and (1, 3) has 1"


# replaced: what another question judges comes from the oracle, so that one mistake costs one question.
@test_case(name="with a right gradient", points=2, hidden=True)
def with_a_right_gradient(env):
    import oracle
    import torch
    from autograder.grading.checks import close
    from autograder.grading.namespace import replaced

    def right_gradient(a, b, xs, ys):
        numbers = [torch.tensor(values, dtype=torch.float64) for values in (xs, ys)]
        return tuple(oracle.gradient(a, b, *numbers).tolist())

    xs, ys = oracle.points(4)
    a = b = 0.0
    steps = min(3, oracle.settings().most_steps)
    for _ in range(steps):
        by_a, by_b = oracle.gradient(a, b, xs, ys).tolist()
        a, b = a - 0.1 * by_a, b - 0.1 * by_b
    with replaced(env, gradient=right_gradient):
        found = env["descend"](xs.tolist(), ys.tolist(), steps=steps, lr=0.1)
    close(
        found,
        torch.tensor([a, b], dtype=torch.float64),
        "(a, b)",
        help="Each step is −lr times the gradient.",
    )
