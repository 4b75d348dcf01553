"""The networks and numbers of the public cases.

The first example can be followed with pencil and paper. The second has so many states, columns and steps that
a transposed matrix, a step that is left out or a bias that is forgotten gives other numbers. The third has
the lab's own sizes, and its answers are compared by one sum each. Whatever is right stands here as a number,
not as a formula: a test compares the numbers with the oracle.
"""

import math
from typing import Any

import torch

# `autograder build` copies what a public case uses from here into the students' tests.
FOR_STUDENTS = True

# H = 1, F = 1, T = 2 with states that can be checked by hand: tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8.
BY_HAND = {
    "weights": {"u": [[1.0]], "w": [[0.5]], "v": [2.0], "b": [0.0], "c": [-0.1]},
    "x": [[0.693147], [0.798612]],  # ln 2 and ln 3 − 0.5 · 0.6
    "y_true": [1.0],
    "hidden": [[0.6], [0.8]],
    "y_pred": [1.5],  # 2 · 0.8 − 0.1
    "grad_h": [[0.36], [2.0]],  # last row 2 · 0.5 · 2, first row 0.5 · 0.36 · 2
    "grad_c": [1.0],  # 2 · 0.5
    "grad_b": [0.9504],  # 0.64 · 0.36 + 0.36 · 2
    "grad_v": [0.8],  # 2 · 0.5 · 0.8
    "grad_w": [[0.432]],  # 0.36 · 2 · 0.6; h[0] is zero
    "grad_u": [[0.734703]],  # 0.64 · 0.36 · 0.693147 + 0.36 · 2 · 0.798612
}

# H = 2, F = 3, T = 3: a matrix and its transpose differ, and every step and every bias counts.
TWO_STATES = {
    "weights": {
        "u": [[0.5, -1.0, 0.25], [1.0, 0.5, -0.75]],
        "w": [[0.5, -0.25], [1.0, 0.75]],
        "v": [2.0, -1.0],
        "b": [0.1, -0.2],
        "c": [0.3],
    },
    "x": [[1.0, 0.0, 0.5], [-0.5, 1.0, 0.25], [0.75, -0.25, 1.0]],
    "y_true": [2.5],
    "hidden": [[0.62, 0.4011], [-0.7053, 0.4879], [0.4624, -0.5813]],
    "y_pred": [1.8061],
    "grad_h": [[0.8975, 0.7272], [-0.1722, 1.2347], [-2.7756, 1.3878]],
    "grad_c": [-1.3878],
    "grad_b": [-1.7162, 2.4698],
    "grad_v": [-0.6417, 0.8067],
    "grad_w": [[1.4854, -1.0994], [-0.0648, 0.8257]],
    "grad_u": [[-1.0408, 0.459, -1.9275], [0.829, 0.7111, 1.4591]],
}


def wave(*shape: int, start: float, size: float = 1.0) -> Any:
    """Numbers of this shape that look like no pattern, as lists: those of a sine at distances of 1.3."""
    numbers = size * torch.sin(1.3 * torch.arange(math.prod(shape), dtype=torch.float64) + start)
    return numbers.reshape(shape).tolist()


# H = 10, F = 6, T = 24: the lab's sizes. Of each answer the sum of all entries, each with its own weight.
LAB_SIZES = {
    "weights": {
        "u": wave(10, 6, start=0.1, size=0.3),
        "w": wave(10, 10, start=0.2, size=0.3),
        "v": wave(10, start=0.3),
        "b": wave(10, start=0.4, size=0.5),
        "c": wave(1, start=0.5),
    },
    "x": wave(24, 6, start=0.6),
    "y_true": [0.25],
    "hidden": wave(24, 10, start=0.7, size=0.9),
    "y_pred": [1.75],
    "grad_h": wave(24, 10, start=0.8, size=0.5),
}
SUMS = {
    "states": 1.6742,
    "output": 2.0304,
    "grad_h": 5.4332,
    "grad_c": 2.7632,
    "grad_b": -1.805,
    "grad_v": -4.2126,
    "grad_w": 0.7489,
    "grad_u": 0.7191,
}
# The same for those who take something of what was called before: the states of the forward pass, the slopes
# of its sums, or the gradients of the states that the formula gives.
SUMS_OF_KEPT = {
    "grad_h": (7.5811, 6.1257),
    "grad_b": (-3.1024, -1.2655, 7.0374, 5.7394, 4.8396),
    "grad_v": (-0.382,),
    "grad_w": (0.5045, 1.3761, 4.851, -1.2887, -2.2974),
    "grad_u": (0.5377, 0.8409, -9.7489, -13.0733, -2.3088),
}
SHAPES = {
    "states": (24, 10),
    "output": (1,),
    "grad_h": (24, 10),
    "grad_c": (1,),
    "grad_b": (10,),
    "grad_v": (10,),
    "grad_w": (10, 10),
    "grad_u": (10, 6),
}
