"""The last 20 % of the days are for testing, and both parts hold whole days."""

from otter.test_files import test_case

OK_FORMAT = False
name = "split"
points = None

ROWS = 42_984  # 1,791 days
HOURS = 24


@test_case(name="both parts together", points=0, hidden=False)
def parts_fit(env):
    count, train, test = env.get("num_train_samples"), env.get("data_train"), env.get("data_test")
    assert count not in (None, ..., ()), f"num_train_samples is {count}: is the TODO filled in?"
    assert train is not None, "data_train is not defined."
    assert test is not None, "data_test is not defined."
    assert len(train) == int(count), f"data_train has {len(train)} rows, num_train_samples is {count}."
    assert len(train) + len(test) == ROWS, (
        f"data_train and data_test have {len(train) + len(test)} rows together, the data set has {ROWS}."
    )
    assert int(count) % HOURS == 0, f"{count} rows are not whole days of {HOURS} hours."


def rows(value):
    """Rows of a table of six columns; None when it is something else."""
    import torch

    tensor = torch.as_tensor(value) if type(value).__module__.split(".")[0] in ("torch", "numpy") else None
    return len(tensor) if tensor is not None and tensor.dim() == 2 and tensor.shape[1] == 6 else None


def sizes(names):
    """What the notebook has now: number of training rows (as it is), rows of both parts."""
    return names.get("num_train_samples"), rows(names.get("data_train")), rows(names.get("data_test"))


def problem(count, train, test):
    """What is wrong with the sizes; empty when nothing is."""
    from autograder.grading import checks

    number = checks.as_tensor(count, "num_train_samples")
    if number.numel() != 1 or float(number) != round(float(number)):
        return "num_train_samples is not a whole number."
    accepted = (34_368, 34_392)  # 20 % of 1,791 days are 358.2: rounded either way
    if int(number) not in accepted:
        return (
            f"num_train_samples is {int(number)}; 80 % of the days are {accepted[0]} or {accepted[1]} hours."
        )
    if (train, test) != (int(number), ROWS - int(number)):
        return f"data_train and data_test have {train} and {test} rows, num_train_samples is {int(number)}."
    return ""


@test_case(name="20 % of the days for testing", points=1, hidden=True)
def share_of_days(env):
    from autograder.grading import checks
    from autograder.grading.namespace import kept, namespace_of, student_errors
    from reference.dataset import features

    names = namespace_of(env)
    checks.require(
        names.get("num_train_samples") not in (None, ...),
        "num_train_samples is not defined.",
        help="Is the TODO of the split filled in?",
    )
    wrong = problem(*sizes(names))
    if not wrong:
        return
    # A later cell may have left something else in data_train: ask the cell of the split alone.
    with kept(env, "dataset", "num_train_samples", "data_train", "data_test"):
        try:
            ran = names.rerun(
                "num_train_samples", {"dataset": features(), "data_train": None, "data_test": None}
            )
        except student_errors(env):
            ran = False
        alone = problem(*sizes(names)) if ran else wrong
    checks.require(
        not alone,
        alone,
        help="Count whole days: 80 % of the days for training, times 24 hours, and slice both parts there.",
    )
