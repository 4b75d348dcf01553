from otter.test_files import test_case

OK_FORMAT = False

name = "counter"
points = None


@test_case(name="counts", points=1)
def test_counts(counts):
    assert counts == {"one": 1, "two": 2, "three": 3}


@test_case(name="an object that counts", points=2, hidden=True)
def test_object(Counter):
    counter = Counter()
    counter.add("a")
    counter.add("a")
    assert counter.total("a") == 2
