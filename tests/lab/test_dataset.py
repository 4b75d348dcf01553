"""The lab's table is the one that the lab's address served, and any other is refused."""

import csv
import gzip
import hashlib

import pytest
import torch

from autograder.grading.case_number import cases_of
from reference import dataset


def test_the_csv_is_byte_for_byte_the_original():
    content = dataset.csv_bytes()
    assert len(content) == 2_010_492
    assert hashlib.sha256(content).hexdigest() == dataset.SHA256
    lines = content.split(b"\r\n")
    assert lines[0] == b"No,year,month,day,hour,pm2.5,DEWP,TEMP,PRES,cbwd,Iws,Is,Ir"
    assert lines[1] == b"1,2010,1,1,0,NA,-21,-11,1021,NW,1.79,0,0"
    assert len(lines) == 1 + 43_824
    assert not content.endswith(b"\n")


def test_the_compressed_copy_carries_no_time_and_no_name():
    header = dataset.FILE.read_bytes()[:10]
    assert header[:3] == b"\x1f\x8b\x08"
    assert header[3] == 0  # no flags: no file name, no comment
    assert header[4:8] == bytes(4)


def test_the_features_are_those_of_the_notebook():
    features = dataset.features()
    assert features.shape == (42_984, 6)
    assert features.dtype == torch.float32
    assert len(features) % 24 == 0
    assert features[0].tolist() == pytest.approx([-21, -11, 1021, 1.79, 0, 0])
    assert bool(torch.isfinite(features).all())
    # the way the notebook reads them, from the end of the rows that it keeps
    row = list(csv.reader(dataset.csv_bytes().decode().splitlines()))[42_984]
    assert features[-1].tolist() == pytest.approx([float(row[i]) for i in (6, 7, 8, 10, 11, 12)])


def test_the_features_are_read_once():
    assert dataset.features() is dataset.features()


def test_a_changed_table_is_refused(tmp_path):
    file = tmp_path / "pollution.csv.gz"
    file.write_bytes(gzip.compress(dataset.csv_bytes().replace(b"1.79", b"1.80", 1)))
    with pytest.raises(ValueError, match=r"another table.*rebuild"):
        dataset.csv_bytes(file)


@pytest.mark.parametrize("damage", ["cut", "no gzip", "broken", "missing"])
def test_a_damaged_copy_is_refused_with_advice(tmp_path, damage):
    whole = dataset.FILE.read_bytes()
    file = tmp_path / "pollution.csv.gz"
    if damage != "missing":
        middle = len(whole) // 2
        broken = whole[:middle] + bytes(100) + whole[middle + 100 :]
        file.write_bytes({"cut": whole[:1000], "no gzip": b"No,year", "broken": broken}[damage])
    with pytest.raises(ValueError, match=r"Restore pollution\.csv\.gz"):
        dataset.csv_bytes(file)


def test_statistics_of_fewer_days_are_others_whatever_their_number():
    table = dataset.features().double()
    sums, squares = table.cumsum(0), table.square().cumsum(0)

    def statistics(rows):
        mean = sums[rows - 1] / rows
        return mean, ((squares[rows - 1] / rows - mean.square()) * rows / (rows - 1)).sqrt()

    def of_days(days):  # those of the training days and of all
        return [statistics(24 * (days * 4 // 5)), statistics(24 * days)]

    for days in dataset.possible_days():
        for mean, std in of_days(days):
            for mean_of_all, std_of_all in of_days(1_791):
                assert float(((mean - mean_of_all) / std).abs().max()) > 0.02, days
                assert float(((std - std_of_all) / std).abs().max()) > 0.02, days


def test_how_many_days_are_left_is_drawn_for_a_class():
    found = set()
    for number in range(20):
        with cases_of(number):
            assert len(dataset.fewer_rows()) == 24 * dataset.fewer_days()
            found.add(dataset.fewer_days())
    assert len(found) > 15
    assert found <= {*dataset.possible_days()}
