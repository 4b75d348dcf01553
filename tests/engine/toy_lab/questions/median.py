from otter.test_files import test_case

OK_FORMAT = False

name = "median"
points = None


@test_case(name="three numbers", points=0)
def test_three(median):
    assert median([3, 1, 2]) == 2, "the median of 3, 1, 2 is 2"


@test_case(name="an even count", points=2, hidden=True)
def test_even(median):
    assert median([4, 1, 3, 2]) == 2.5
