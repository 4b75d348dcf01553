"""Each column has mean 0 and standard deviation 1, and the test data use the training data's numbers."""

import torch
from otter.test_files import test_case

from reference.language import lab as _
from reference.language import later
from reference.open_todos import filled_in

OK_FORMAT = False
name = "standardize"
points = None


@test_case(name="shapes, and roughly mean 0 and std 1", points=0, hidden=False)
def roughly_standard(env):
    for what in ("means", "stds"):
        value = filled_in(env, what)
        assert torch.as_tensor(value).numel() == 6, _(
            "{what} should hold one number per column, six in all."
        ).format(what=what)
    train = filled_in(env, "data_train")
    assert isinstance(train, torch.Tensor), _("data_train is not a tensor.")
    # Statistics of the whole data set are off by up to 0.05 here.
    means, stds = train.double().mean(dim=0), train.double().std(dim=0)
    assert bool((means.abs() < 0.1).all()), _(
        "The columns of data_train do not have mean 0: it is {means}."
    ).format(means=rounded(means))
    assert bool(((stds - 1).abs() < 0.1).all()), _(
        "The columns of data_train do not have std 1: it is {stds}."
    ).format(stds=rounded(stds))
    test = filled_in(env, "data_test")
    assert isinstance(test, torch.Tensor), _("data_test is not a tensor.")
    # Without test rows, which is a mistake of the split, there is nothing to see.
    if len(test):
        whole = env.get("dataset")
        of_the_other = isinstance(whole, torch.Tensor) and len(test) == len(train) > len(whole) - len(train)
        assert not of_the_other, _(
            "data_test has {count} rows, as many as data_train: make it of the rows of data_test."
        ).format(count=len(test))
        assert test.double().abs().mean() < 3, _("data_test is not standardised yet.")
        assert bool((test.double().mean(dim=0).abs() > 1e-3).any()), _(
            "The columns of data_test have mean 0 themselves: scale it with means and stds of the training data."
        )


MISTAKES = {
    "variances": later("stds holds variances: the square root is missing."),
    "not_per_column": later("{} does not hold one number per column, six in all."),
    "of_the_test_rows": later("{} is computed from the test data."),
    "of_standardised_rows": later("{} is computed from rows that are standardised already."),
    "means_for_stds": later("stds holds the means."),
    "stds_for_means": later("means holds the standard deviations."),
    "medians": later("means holds medians."),
    "extremes": later("{} is computed from the smallest and largest values."),
    "wrong_statistics": later("{} is wrong."),
    "from_wrong_statistics": later(
        "data_train and data_test follow from your means and stds, which are wrong."
    ),
    "train_not_standardised": later("data_train is not standardised with the mean and std of its columns."),
    "own_means_for_testing": later(
        "The means of data_test itself are subtracted from it, not those of the training data."
    ),
    "own_stds_for_testing": later("data_test is divided by its own stds, not by those of the training data."),
    "own_statistics_for_testing": later("data_test is standardised with its own mean and std."),
    "training_rows_for_testing": later(
        "data_test holds as many rows as data_train: it is made of data_train."
    ),
    "test_not_standardised": later("data_test is not standardised right."),
    "sign_flipped": later(
        "{} has the wrong sign: it is (means − data) / stds instead of (data − means) / stds."
    ),
    "not_divided": later("{} is not divided by stds."),
    "means_not_subtracted": later("The means are not subtracted from {}."),
    "divided_by_variances": later("{} is divided by the square of stds."),
    "multiplied": later("{} is multiplied with stds instead of divided by them."),
    "means_added": later("The means are added to {} instead of subtracted."),
    "divided_by_means": later("{} is divided by means instead of stds."),
    "stds_subtracted": later("stds are subtracted from {} instead of means."),
    "brackets_missing": later(
        "{} is data − means / stds: the brackets in (data − means) / stds are missing."
    ),
    "standardised_twice": later("{} is standardised twice."),
    "still_raw": later("{} is still as it was before."),
    "not_computed": later("{} not computed from the data set."),
}
"""The sentences by code; what was found goes into the braces."""


def named(code, *found):
    """The mistake of this code."""
    from autograder.grading.checks import Mistake

    return Mistake(code, _(MISTAKES[code]).format(*found))


def mistakes():
    """The mistakes that this question can name."""
    return [named(code, "…") for code in MISTAKES]


def wrong_scalings(rows, means, stds):
    """By the code of a mistake what it makes of raw rows (N, 6); means and stds are (6,)."""
    right = (rows - means) / stds
    return {
        "sign_flipped": -right,
        "not_divided": rows - means,
        "means_not_subtracted": rows / stds,
        "divided_by_variances": (rows - means) / stds.square(),
        "multiplied": (rows - means) * stds,
        "means_added": (rows + means) / stds,
        "divided_by_means": (rows - means) / means,
        "stds_subtracted": (rows - stds) / stds,
        "brackets_missing": rows - means / stds,
        "standardised_twice": (right - means) / stds,
        "still_raw": rows,
    }


def named_scaling(what, values, rows, accepted):
    """The mistake that explains a part, ``what``, of these values, (N, 6) each; None where none does.

    Args:
        accepted: pairs of means and stds, (6,) each, that the notebook may have used.
    """
    for means, stds in accepted:
        for code, wrong in wrong_scalings(rows, means, stds).items():
            if distance(values, wrong, 1e-9 + wrong.abs().amax(0)) <= TOLERANCE:
                return named(code, what)
    return None


# Shares of a standard deviation. NumPy sums 34,368 float32 values with an error of up to 3e-4, n and n - 1
# differ by 1.5e-5, and statistics of the wrong rows by 3e-2.
TOLERANCE = 2e-3

ROWS_FOR_TRAINING = 34_368
"""Rows of 80 % of the days, where the student's own split cannot be seen."""


A_DAY = 24
"""Rows by which right splits differ."""


def statistics(rows):
    """Mean and std of each column of ``rows`` (N, 6), both (6,) float64, in the units of the columns."""
    return rows.double().mean(0), rows.double().std(0)


def sources(raw, count):
    """The two data sets whose statistics are accepted: the first ``count`` rows of raw (N, 6), and all rows."""
    return {"train": statistics(raw[:count]), "all": statistics(raw)}


def distance(tensor, expected, scale):
    """Largest difference of two tensors of one shape in units of ``scale``; infinite if not finite, 0 if empty."""
    if tensor.numel() == 0:
        return 0.0
    if not bool(torch.isfinite(tensor).all()):
        return float("inf")
    return float(((tensor - expected).abs() / scale).max())


def one_per_column(value, what):
    """A vector (6,) of what the notebook has as ``what``: (6,) or (1, 6).

    Raises:
        CheckFailed: it has another shape.
    """
    from autograder.grading import checks

    values = checks.as_tensor(value, what)
    checks.require(
        tuple(values.shape) in ((6,), (1, 6)),
        named("not_per_column", what),
        help=_("mean(dim=0) and std(dim=0) go through all rows of a column; dim=1 goes through a row."),
        evidence=_("yours: {yours}, expected: {expected}").format(yours=tuple(values.shape), expected="(6,)"),
    )
    return values.reshape(6)


def other_statistics(what, raw, count):
    """Pairs of a mistake's code and what it gives for ``what``, (6,), of a split of raw (N, 6) after count rows."""
    part = ("means", "stds").index(what)
    train, test = raw[:count], raw[count:]
    smallest, largest = train.amin(0), train.amax(0)
    own, other = statistics(train)[part], statistics(train)[1 - part]
    found = [
        ("means_for_stds" if part else "stds_for_means", other),
        ("extremes", largest - smallest if part else smallest),
        ("extremes", largest),
    ]
    if len(test) > 1:
        found.append(("of_the_test_rows", statistics(test)[part]))
    if part:
        return [("variances", own.square()), ("of_standardised_rows", torch.ones_like(own)), *found]
    return [("medians", train.median(0).values), ("of_standardised_rows", torch.zeros_like(own)), *found]


def named_statistics(what, values, raw, count):
    """The mistake that explains ``values`` (6,) as ``what``; that they are wrong where none does."""
    scale = statistics(raw[:count])[1]
    for code, wrong in other_statistics(what, raw, count):
        if distance(values, wrong, 1.0 if code == "of_standardised_rows" else scale) <= TOLERANCE:
            return named(code, what)
    return named("wrong_statistics", what)


def check_statistics(found, raw, count):
    """Judge ``means`` and ``stds`` of the notebook, (6,) or (1, 6), for a split of raw after ``count`` rows.

    Raises:
        CheckFailed: one has another shape, or holds other numbers.
    """
    from autograder.grading import checks

    means, stds = (one_per_column(found[what], what) for what in ("means", "stds"))
    accepted = sources(raw, count)
    for what, values, part in (("means", means, 0), ("stds", stds, 1)):
        nearest = min(accepted, key=lambda key: distance(values, accepted[key][part], accepted[key][1]))
        right = accepted[nearest]
        if distance(values, right[part], right[1]) > TOLERANCE:
            column = int(((values - right[part]).abs() / right[1]).argmax())
            checks.fail(
                named_statistics(what, values, raw.double(), count),
                help=_("One number per column, over all rows (dim=0)."),
                evidence=_("column {column}: yours {yours:.6g}, expected {expected:.6g}").format(
                    column=column, yours=float(values[column]), expected=float(right[part][column])
                ),
            )
        if nearest == "all":
            note_leakage()


def note_leakage():
    """Tell the student that the test data leak into the training; it costs nothing, for the TODO asks for it."""
    from autograder.grading import checks

    checks.note(
        _(
            "The statistics are those of the whole data set, as the TODO says. Strictly, the "
            "test data leak into the training that way; use the statistics of data_train."
        )
    )


def check_scaled(found, raw, count):
    """Judge both standardised parts, (N, 6) each, for a split of raw after ``count`` rows.

    Raises:
        CheckFailed: one has another shape, or is standardised otherwise.
    """
    from autograder.grading import checks

    raw = raw.double()
    parts = {"data_train": raw[:count], "data_test": raw[count:]}
    test = found["data_test"]
    checks.require(
        not (
            isinstance(test, torch.Tensor)
            and test.shape == parts["data_train"].shape != parts["data_test"].shape
        ),
        named("training_rows_for_testing"),
        help=_("data_test = (data_test − means) / stds: the rows are those of data_test."),
    )
    scaled = {what: checks.shape(found[what], what, rows.shape) for what, rows in parts.items()}
    worst = {}
    for source, (means, stds) in sources(raw, count).items():
        expected = {what: (rows - means) / stds for what, rows in parts.items()}
        # Relative for the rare extremes: Ir reaches 25 standard deviations.
        worst[source] = {
            what: distance(scaled[what], expected[what], 1 + expected[what].abs()) for what in parts
        }
        if max(worst[source].values()) <= TOLERANCE:
            if source == "all":
                note_leakage()
            return
    require_right_statistics(found, parts, scaled)
    train_fits = [source for source in worst if worst[source]["data_train"] <= TOLERANCE]
    if not train_fits:
        source = sources(raw, count)["train"]
        expected = (parts["data_train"] - source[0]) / source[1]
        checks.fail(
            named_scaling(
                "data_train", scaled["data_train"], parts["data_train"], [*sources(raw, count).values()]
            )
            or named("train_not_standardised"),
            help=_(
                "Subtract the mean of each column, then divide by its standard deviation: (data − "
                "means) / stds."
            ),
            evidence=_("first row: yours {yours}, expected {expected}").format(
                yours=rounded(scaled["data_train"][0]), expected=rounded(expected[0])
            ),
        )
    own_means, own_stds = statistics(parts["data_test"])
    own = distance(scaled["data_test"], (parts["data_test"] - own_means) / own_stds, 1.0) <= 0.01
    used = [sources(raw, count)[source] for source in train_fits]
    wrong = named_scaling("data_test", scaled["data_test"], parts["data_test"], used)
    for code, means, stds in (
        ("own_means_for_testing", own_means, used[0][1]),
        ("own_stds_for_testing", used[0][0], own_stds),
    ):
        half_own = (parts["data_test"] - means) / stds
        if distance(scaled["data_test"], half_own, 1 + half_own.abs()) <= TOLERANCE:
            wrong = wrong or named(code)
    expected = (parts["data_test"] - used[0][0]) / used[0][1]
    checks.fail(
        named("own_statistics_for_testing") if own else wrong or named("test_not_standardised"),
        help=_("Use for data_test the same means and stds as for data_train."),
        evidence=_("first row: yours {yours}, expected {expected}").format(
            yours=rounded(scaled["data_test"][0]), expected=rounded(expected[0])
        ),
    )


def require_right_statistics(found, parts, scaled):
    """Check that both parts are not scaled rightly with wrong numbers; ``scaled`` holds what became of ``parts``.

    Raises:
        CheckFailed: they are, so that right numbers will do.
    """
    from autograder.grading import checks

    try:
        means, stds = (one_per_column(found[what], what) for what in ("means", "stds"))
    except checks.CheckFailed:
        return
    expected = {what: (rows - means) / stds for what, rows in parts.items()}
    far = [distance(scaled[what], expected[what], 1 + expected[what].abs()) for what in parts]
    checks.require(
        not all(one <= TOLERANCE for one in far),
        named("from_wrong_statistics"),
        help=_("Repair means and stds first: with right ones, both parts are right."),
    )


def rounded(values):
    """A vector as a list, rounded to three decimals for a message."""
    return [round(value, 3) for value in values.tolist()]


def found_in(env):
    """The four names as the notebook left them."""
    return {what: env.get(what) for what in ("means", "stds", "data_train", "data_test")}


def training_rows(found, rows):
    """Where the student split so many rows, by the length of both parts; None when they do not fit together."""
    parts = [found["data_train"], found["data_test"]]
    if any(not isinstance(part, torch.Tensor) or part.dim() != 2 for part in parts):
        return None
    train, test = map(len, parts)
    return train if train + test == rows and train > 1 else None


def counted_rows(env):
    """The training rows that num_train_samples tells of where it is a right split, else those of 80 % of the days.

    A part of a wrong length is judged by it: rounding the days up is as right as rounding them down.
    """
    count = env.get("num_train_samples")
    near = isinstance(count, int | float) and abs(count - ROWS_FOR_TRAINING) <= A_DAY
    return int(count) if near else ROWS_FOR_TRAINING


def found_alone(env, dataset, count):
    """The four names after the standardising cells ran again on raw data (N, 6) and the right split.

    Nothing of it remains in the notebook. None where cells cannot be run again; a cell that fails leaves
    None for what it should have made.
    """
    from autograder.grading.namespace import kept, namespace_of, student_errors

    names = namespace_of(env)
    raw = {"data_train": dataset[:count], "data_test": dataset[count:]}
    given = {"dataset": dataset, "num_train_samples": count, "means": None, "stds": None, **raw}
    found = dict.fromkeys(("means", "stds", "data_train", "data_test"))
    with kept(env, *given):
        try:
            if not names.rerun("means", given):
                return None
            # The lab has one cell for all four; others use one for each.
            if names.get("stds") is None:
                names.rerun("stds", {})
            for part, rows in raw.items():
                if untouched(names.get(part), rows):
                    names.rerun(part, {})
                found[part] = names.get(part)
            found.update({what: names.get(what) for what in ("means", "stds")})
        except student_errors(env):
            return found
    return found


def untouched(value, rows):
    """Whether ``value`` still is the raw table ``rows`` (N, 6)."""
    return isinstance(value, torch.Tensor) and value.shape == rows.shape and bool((value == rows).all())


def may_be_judged_alone(env, found):
    """Whether a mistake before the standardising cells may be to blame, rather than these cells or no data at all.

    They came to numbers, which those of another split may be; or the data are there and the split is not.
    Where the data never came, or are there for a cell that stopped all the same, nothing was standardised.
    """
    from autograder.grading.namespace import student_errors
    from reference.dataset import features

    if found["means"] is not None and found["stds"] is not None:
        return True
    try:
        loaded = env.get("dataset")
    except student_errors(env):
        return False
    is_there = tuple(getattr(loaded, "shape", ())) == tuple(features().shape)
    return is_there and training_rows(found, len(features())) is None


def judge(env, what, check):
    """Judge what the notebook left; if that fails, the standardising cells alone on the right split.

    Then the same on fewer rows: numbers that were written down are right for these only.

    Args:
        what: what ``check`` judges, and a verb, for the message.
        check: is called with the four names, the data set, and the number of training rows, and raises
            CheckFailed.

    Raises:
        CheckFailed: neither passes, or it does not pass on fewer rows.
        StudentCodeError: a cell does not end in time.
    """
    from autograder.grading import checks
    from reference.dataset import features

    found = found_in(env)
    own_split = training_rows(found, len(features()))
    right_split = counted_rows(env)
    try:
        check(found, features(), own_split or right_split)
    except checks.CheckFailed as failure:
        alone = found_alone(env, features(), right_split) if may_be_judged_alone(env, found) else None
        if alone is None:
            raise
        try:
            check(alone, features(), right_split)
        except checks.CheckFailed:
            if own_split is not None and abs(own_split - ROWS_FOR_TRAINING) <= A_DAY:
                raise failure from None  # the split is right: what is wrong is in what it gave
            raise
    require_computed(env, what, check)


def require_computed(env, what, check):
    """Check that the cells that standardise are right for fewer rows, too; arguments are those of ``judge``.

    Raises:
        CheckFailed: they are not.
        StudentCodeError: one does not end in time.
    """
    from autograder.grading import checks
    from reference.dataset import fewer_rows, on_fewer_rows

    raw = fewer_rows()
    count = len(raw) // 24 * 4 // 5 * 24

    def is_right(found):
        with checks.collected_notes():  # what they would say has been said of the whole data set
            try:
                check(found, raw, training_rows(found, len(raw)) or count)
            except checks.CheckFailed:
                return False
        return True

    if on_fewer_rows(env, tuple(found_in(env)), is_right):
        return
    alone = found_alone(env, fewer_rows(), count)  # a mistake in the split costs nothing here
    checks.require(
        alone is not None and is_right(alone),
        named("not_computed", what),
        help=_("Compute means and stds with mean(dim=0) and std(dim=0), and scale both parts with these."),
        evidence=_("wrong for the first {count} rows of the data set").format(count=len(raw)),
    )


def wrong_statistics(env):
    """Lines that show the means or stds that the notebook has now, where they are wrong for its own split."""
    from autograder.grading import checks
    from reference.dataset import features
    from reference.repeats import with_answers

    found = found_in(env)
    count = training_rows(found, len(features()))
    if count is None:
        return ""
    accepted = [*sources(features(), count).values()]
    for part, what in enumerate(("means", "stds")):
        values = checks.as_tensor(found[what], what)
        if tuple(values.shape) not in ((6,), (1, 6)):
            return with_answers([f"{what}.shape"], str(tuple(values.shape)), "(6,)")
        values = values.reshape(6)
        far = {distance(values, right[part], right[1]): right[part] for right in accepted}
        if min(far) > TOLERANCE:
            return with_answers([what], values, far[min(far)])
    return ""


def wrong_rows(env):
    """Lines that show the first row of a part as the notebook has it now, where that is wrong for its own split."""
    from autograder.grading import checks
    from reference.dataset import features
    from reference.repeats import with_answers

    found = found_in(env)
    count = training_rows(found, len(features()))
    if count is None:
        return ""
    accepted = [*sources(features(), count).values()]
    for what, rows in (("data_train", features()[:count]), ("data_test", features()[count:])):
        values = checks.shape(found[what], what, rows.shape)
        right = [(rows[:1].double() - means) / stds for means, stds in accepted]
        far = [distance(values[:1], one, 1 + one.abs()) for one in right]
        if far and min(far) > TOLERANCE:
            return with_answers([f"{what}[0]"], values[0], right[far.index(min(far))][0])
    return ""


@test_case(name="mean and standard deviation of each column", points=1, hidden=True)
def column_statistics(env):
    from reference.repeats import shown_again

    with shown_again(env, lambda: wrong_statistics(env), same_numbers=True):
        judge(env, _("means and stds are"), check_statistics)


@test_case(name="both parts are scaled with the same statistics", points=1, hidden=True)
def scaled_parts(env):
    from reference.repeats import shown_again

    with shown_again(env, lambda: wrong_rows(env), same_numbers=True):
        judge(env, _("The scaled parts are"), check_scaled)
