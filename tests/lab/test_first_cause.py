"""Where the cell of the class stops, no question tells to run it: each names what stopped it."""

from __future__ import annotations

import pytest

from autograder.grading.pipeline import grade
from autograder.model import Status, Submission
from tests.conftest import notebook_bytes

pytestmark = pytest.mark.slow

CLASS = "import torch\n\nclass RNN:\n    unit = torch.no_such_thing()\n"
STEP = "def do_training_step(rnn: RNN, data_train, batch_size, lr):\n    pass"
TRAINING = "rnn, losses = train_rnn(None, num_steps=500)"


def test_every_question_behind_the_class_names_what_stopped_it(lab_course, tmp_path):
    file = tmp_path / "rnn_lab.ipynb"
    file.write_bytes(notebook_bytes("data_train = None", CLASS, STEP, TRAINING))
    result = grade(Submission("1", "rnn_lab.ipynb", "1", file=file), lab_course)
    assert result.status is Status.GRADED
    cause = "code cell 2 stopped at line 4, `unit = torch.no_such_thing()`: AttributeError"
    told = {question.name: question.failures for question in result.questions}
    behind = ("forward", "grad_h", "grad_c", "grad_b", "grad_v", "grad_w", "grad_u", "training_step")
    for name in behind:
        assert all(f"is not defined: {cause}" in message for message in told[name]), (name, told[name])
    assert told["training_loop"][0].startswith("losses is not defined: code cell 4 stopped at line 1")
    assert result.first_causes[0].startswith(cause)
    assert result.first_causes[0].endswith("8 questions depend on what follows it")
    assert set(result.first_causes) <= set(result.flags)
    assert not any("cell 2" in message for message in told["loss"])
