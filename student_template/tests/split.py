# The public test cases of this question. Grading asks further ones.

from otter.test_files import test_case

OK_FORMAT = False
name = "split"
points = None

ROWS = 42_984  # 1,791 days


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
    assert 0.79 < len(train) / ROWS < 0.81, (
        f"data_train has {len(train)} of {ROWS} rows, {100 * len(train) / ROWS:.0f} %; it should have the first 80 %."
    )
