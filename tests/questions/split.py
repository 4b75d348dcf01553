"""The last 20 % of the days are for testing."""

from math import ceil, floor

from otter.test_files import test_case

from reference.language import lab as _
from reference.language import later
from reference.open_todos import filled_in

OK_FORMAT = False
name = "split"
points = None

ROWS = 42_984  # 1,791 days
WHOLE_DAYS = (34_368, 34_392)  # 20 % of 1,791 days are 358.2: rounded either way
OF_THE_ROWS = 34_387  # int(0.8 · 42,984): 80 % of the rows, as most people write it

TOLERANCE = 1e-3
"""Shares of a standard deviation: float32 rounds the pressure to 6e-6 of one, and other rows differ by whole ones."""

FIRST_TEMPERATURES = (
    -11, -12, -11, -14, -12, -10, -9, -9, -9, -8, -7, -5, -5, -3, -2, -1, -2, -3, -5, -4, -5, -5, -5, -5,
    -4, -4, -5, -5, -5, -6, -6, -5, -6, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -6, -6,
)  # fmt: skip
"""Of the first two days, in the file's order and degrees Celsius."""

WEATHER_COLUMNS = 3  # dew point, temperature, pressure: the others are cumulated, and mostly rise
SAME_WAY = 0.75
"""Share of the hours at which a column has to go the same way as in the data set; by chance it is about half.
Rows that are scaled each by itself still follow the data in some column."""


@test_case(name="both parts together", points=0, hidden=False)
def parts_fit(env):
    count, train, test = (filled_in(env, one) for one in ("num_train_samples", "data_train", "data_test"))
    assert len(train) == int(count), _("data_train has {rows} rows, num_train_samples is {count}.").format(
        rows=len(train), count=count
    )
    assert len(train) + len(test) == ROWS, _(
        "data_train and data_test have {found} rows together, the data set has {rows}."
    ).format(found=len(train) + len(test), rows=ROWS)
    assert 0.79 < len(train) / ROWS < 0.81, _(
        "data_train has {found} of {rows} rows, {share:.0f} %; it should have the first 80 %."
    ).format(found=len(train), rows=ROWS, share=100 * len(train) / ROWS)


@test_case(name="the rows of both parts", points=0, hidden=False)
def rows_in_order(env):
    """A scaled column rises and falls where the data set's does: in other rows it goes its own way."""
    dataset, train, test = (filled_in(env, one) for one in ("dataset", "data_train", "data_test"))
    first = dataset[: len(FIRST_TEMPERATURES), 1].double()
    assert len(first) < len(FIRST_TEMPERATURES) or follows(first, first.new_tensor(FIRST_TEMPERATURES)), _(
        "dataset holds its rows in another order than the file: split them as they are, sorted by time."
    )
    parts = {"data_train": (train, dataset[: len(train)]), "data_test": (test, dataset[len(train) :])}
    for part, (found, right) in parts.items():
        if len(found) != len(right) or len(found) < 2:
            continue  # the case above says so
        telling = [
            pair for pair in zip(found.T[:WEATHER_COLUMNS], right.T, strict=False) if comparable(pair[0])
        ]
        assert not telling or any(follows(*pair) for pair in telling), _(
            "{part} holds other rows than the data set has there, or in another order: the first num_train_samples "
            "rows are for training, all others for testing."
        ).format(part=part)


PARTS = ("data_train", "data_test")

MISTAKES = {
    "no_number": later("num_train_samples is not a whole number."),
    "other_share": later("num_train_samples is {}; 80 % of the days are {} or {} hours."),
    "sizes_do_not_fit": later("data_train and data_test have {} and {} rows, num_train_samples is {}."),
    "wrong_rows": later("Not the right rows of the data set: {}."),
    "not_computed": later("The split is not computed from the data set."),
}
"""The sentences by code; what was found goes into the braces."""


COUNT_DAYS = later(
    "Count whole days: 80 % of the days for training, times 24 hours, and slice both parts there."
)
CUT_THERE = later(
    "data_train is what lies before row num_train_samples of dataset, data_test all from it on."
)


def named(code, *found):
    """The mistake of this code."""
    from autograder.grading.checks import Mistake

    return Mistake(code, _(MISTAKES[code]).format(*found))


def mistakes():
    """The mistakes that this question can name."""
    return [named(code, "…", "…", "…") for code in MISTAKES]


def table(value):
    """A table of six columns as a tensor (N, 6); None when it is something else."""
    import torch

    if type(value).__module__.split(".")[0] not in ("torch", "numpy"):
        return None
    tensor = torch.as_tensor(value).detach()
    return tensor if tensor.dim() == 2 and tensor.shape[1] == 6 and not tensor.is_complex() else None


def found_in(names):
    """What the notebook has now: number of training rows (as it is), and both parts, None for other things."""
    return names.get("num_train_samples"), [table(names.get(part)) for part in PARTS]


def accepted_counts(rows):
    """The numbers of training rows that are right for so many rows, which are whole days."""
    from reference.settings import settings

    days = rows // 24 * 4 / 5
    whole_days = (24 * floor(days), 24 * ceil(days))
    return whole_days if settings().whole_days else (*whole_days, int(0.8 * rows))


def problem(count, parts, rows=ROWS):
    """What is wrong with the sizes, as a sentence; empty when nothing is. A day cut in two may earn a remark.

    Args:
        count: number of training rows, as the notebook has it.
        parts: training and test rows, (N, 6) each or None.
        rows: of the data set.

    Raises:
        CheckFailed: ``count`` is no number at all.
    """
    from autograder.grading import checks

    train, test = (None if part is None else len(part) for part in parts)
    number = checks.as_tensor(count, "num_train_samples")
    if number.numel() != 1 or float(number) != round(float(number)):
        return named("no_number")
    if int(number) not in accepted_counts(rows):
        return named("other_share", int(number), *WHOLE_DAYS)
    if (train, test) != (int(number), rows - int(number)):
        return named("sizes_do_not_fit", train, test, int(number))
    return ""


def columns(parts):
    """(part, column of the notebook, the data set's column that belongs there), both (N,) float64."""
    from reference.dataset import features

    sizes = [len(rows) for rows in parts]
    raw = features()[: sum(sizes)].double()
    for part, rows, expected in zip(PARTS, parts, raw.split(sizes), strict=True):
        for found, right in zip(rows.double().T, expected.T, strict=True):
            yield part, found, right


def comparable(column):
    """Whether a column (N,) has numbers that can be told apart: finite, and not all the same."""
    return 0 < float(column.std()) < float("inf")


def fits(column, right):
    """Whether ``column`` is ``right``, both (N,), up to a factor and a shift: standardised, rightly or wrongly."""
    x, y = right - right.mean(), column - column.mean()
    return float((y - (x @ y) / (x @ x) * x).abs().max()) <= TOLERANCE * float(y.std())


def follows(column, right):
    """Whether ``column`` mostly rises and falls where ``right`` does, both (N,), or mostly the other way round."""
    change = right.diff()
    same_way = (column.diff().sign() * change.sign())[change != 0]
    return any(float((same_way == way).double().mean()) >= SAME_WAY for way in (1, -1))


def exactly_misplaced(parts):
    """The parts that do not hold their rows of the data set, each column scaled in whatever way.

    A column of NaN or of one number is the work of a mistake in scaling; a part with nothing else tells nothing.
    """
    telling = [(part, fits(*pair)) for part, *pair in columns(parts) if comparable(pair[0])]
    silent = set(PARTS) - {part for part, _clear in telling}
    return silent | {part for part, right in telling if not right}


def clearly_misplaced(parts):
    """The parts that hold other rows even if each row was scaled by itself, or nothing of them at all."""
    pairs = [*columns(parts)]
    telling = [
        (part, follows(*pair))
        for number, (part, *pair) in enumerate(pairs)
        if comparable(pair[0]) and number % 6 < WEATHER_COLUMNS
    ]
    told = {part for part, _clear in telling}
    broken = {
        part for part, found, _clear in pairs if not bool(found.isfinite().all())
    }  # by a mistake in scaling
    return (told - {part for part, right in telling if right}) | (set(PARTS) - told - broken)


def prepare():
    """Read the data set before the first submission."""
    from reference.dataset import features

    features()


@test_case(name="20 % of the days for testing", points=1, hidden=True)
def share_of_days(env):
    from autograder.grading import checks
    from autograder.grading.namespace import namespace_of
    from reference.repeats import shown_again

    names = namespace_of(env)
    checks.require(
        names.get("num_train_samples") not in (None, ...),
        _("num_train_samples is not defined."),
        help=_("Is the TODO of the split filled in?"),
    )
    with shown_again(env, lambda: left_by_the_notebook(names)):
        require_right_split(env, names)


def left_by_the_notebook(names):
    """Lines that show the sizes, or rows, that the notebook has now, where they are wrong."""
    from autograder.grading import checks
    from reference.repeats import of_the_rows, of_the_sizes

    count, parts = found_in(names)
    number = checks.as_tensor(count, "num_train_samples")
    is_number = number.numel() == 1 and bool(number.isfinite().all())
    if not is_number or any(part is None or not len(part) for part in parts):
        return ""
    right = int(number) if int(number) in accepted_counts(ROWS) else WHOLE_DAYS[0]
    parts = dict(zip(PARTS, parts, strict=True))
    if found := of_the_sizes(int(number), parts, right):
        return found
    means, stds = (checks.shape(names.get(one), one, (6,), (1, 6)).reshape(6) for one in ("means", "stds"))
    return of_the_rows(parts, means, stds)


def require_right_split(env, names):
    """Judge what the notebook left; if that fails, the cells of the split alone.

    Raises:
        CheckFailed: the split is wrong either way, or not computed from the data set.
        StudentCodeError: a cell does not end in time.
    """
    from autograder.grading import checks
    from autograder.grading.namespace import kept, student_errors
    from reference.dataset import features

    count, parts = found_in(names)
    wrong = problem(count, parts)
    if not wrong and not exactly_misplaced(parts):
        require_computed(env)
        remark_on_a_cut_day(count)
        return
    # A later cell may have left something else in data_train: ask the cell of the split alone.
    with kept(env, "dataset", "num_train_samples", *PARTS):
        try:
            ran = names.rerun(
                "num_train_samples", {"dataset": features(), "data_train": None, "data_test": None}
            )
            for part in PARTS:  # cut in another cell, where they appear for the first time
                if ran and names.get(part) is None:
                    names.rerun(part, {}, first=True)
        except student_errors(env):
            ran = False
        count_alone, parts_alone = found_in(names)
    if ran and (wrong or any(part is not None for part in parts_alone)):
        count, wrong = count_alone, problem(count_alone, parts_alone)
        misplaced = set() if wrong else exactly_misplaced(parts_alone)
    else:  # it cannot be run, or the parts are cut in another cell: what a mistake later on left must do
        misplaced = set() if wrong else clearly_misplaced(parts)
    is_cut_elsewhere = bool(wrong) and wrong.code == "sizes_do_not_fit"
    checks.require(not wrong, wrong, help=_(CUT_THERE if is_cut_elsewhere else COUNT_DAYS))
    checks.require(
        not misplaced,
        named("wrong_rows", " and ".join(sorted(misplaced, reverse=True))),
        help=_("The first num_train_samples rows are for training, all others for testing, in their order."),
    )
    require_computed(env)
    remark_on_a_cut_day(count)


def require_computed(env):
    """Check that the cells that split give the right split of fewer days, too.

    Raises:
        CheckFailed: they do not: the number, or the parts, were written down.
        StudentCodeError: one does not end in time.
    """
    from autograder.grading import checks
    from reference.dataset import fewer_rows, on_fewer_rows

    rows = len(fewer_rows())

    def is_right(found):
        count, parts = found["num_train_samples"], [table(found[part]) for part in PARTS]
        try:
            return not problem(count, parts, rows) and not clearly_misplaced(parts)
        except checks.CheckFailed:
            return False

    checks.require(
        on_fewer_rows(env, ("num_train_samples", *PARTS), is_right),
        named("not_computed"),
        help=_("Compute num_train_samples from len(dataset), and cut both parts from dataset."),
        evidence=_("a data set of {rows} rows is not split right").format(rows=rows),
    )


def remark_on_a_cut_day(count):
    """Tell that ``count`` rows, which are accepted, are not whole days; it costs nothing."""
    from autograder.grading import checks

    if int(count) == OF_THE_ROWS:
        checks.note(
            _(
                "{count} training rows are 80 % of the rows and cut a day in two: its first 19 "
                "hours are for training, the other 5 for testing. Counted in days it is {least} or "
                "{most} rows."
            ).format(count=OF_THE_ROWS, least=WHOLE_DAYS[0], most=WHOLE_DAYS[1])
        )
