"""The mistakes that public cases name: what each gives for two examples, as numbers.

The formulas with these mistakes in them stay on the grading side: with one of them the right formula would be in
the students' hands. So each mistake stands here as the two weighted sums that it leads to, one for the example of
two states and one at the lab's sizes. An answer that has both has the mistake, as far as numbers can tell. A test
computes the tables anew (``tests/lab/public_tables.py``).
"""

from reference.language import later

# `autograder build` copies what a public case uses from here into the students' tests.
FOR_STUDENTS = True

# ruff: noqa: E501

GRAD_B = {
    later("grad_b lacks diag(1 − h[t]²)."): (-0.9924, -4.1095),
    later("grad_b has 1 − h[t] instead of 1 − h[t]²."): (-0.458, -7.6522),
    later("grad_b has h[t]² instead of 1 − h[t]²."): (-0.0724, -2.3045),
    later("grad_b has −h[t]² instead of 1 − h[t]²: the 1 is missing."): (0.0724, 2.3045),
    later("grad_b has 1 + h[t]² instead of 1 − h[t]²."): (-1.0648, -6.4141),
    later("grad_b has 1 − 2·h[t] instead of 1 − h[t]²."): (0.0763, -11.1949),
    later("grad_b has h[t]·(1 − h[t]), which is the slope of the sigmoid; that of tanh is 1 − h[t]²."): (
        -0.462,
        5.8472,
    ),
    later("grad_b has (1 − h[t])² instead of 1 − h[t]²."): (0.0039, -13.4994),
    later("grad_b has (1 − h[t]²)² instead of 1 − h[t]²."): (-0.8155, -1.0326),
    later("grad_b has 1 − tanh(h[t])²: h[t] is the tanh already."): (-0.9054, -2.5311),
    later("grad_b has h[t−1] instead of h[t] in diag(1 − h[t]²)."): (0.1988, -2.1265),
    later(
        "grad_b has h[t−1] instead of h[t] in diag(1 − h[t]²); at the first step index −1 takes the last row."
    ): (
        -0.0437,
        -2.6871,
    ),
    later("grad_b has h[t+1] instead of h[t] in diag(1 − h[t]²)."): (-1.5276, -1.6185),
    later("grad_b has 1 − h[t]²·∇h[t]: the brackets in (1 − h[t]²)·∇h[t] are missing."): (3.6381, 16.2952),
    later("grad_b adds 1 − h[t]² and ∇h[t] instead of multiplying them."): (1.367, 3.5091),
    later("grad_b has 1 − (∇h[t])² instead of 1 − h[t]²."): (16.7202, -3.3437),
    later("grad_b multiplies sums over time: multiply at each time step, then sum."): (-1.5684, -60.775),
    later("grad_b has 1 − (h[t]·∇h[t])² instead of (1 − h[t]²)·∇h[t]."): (1.4558, 12.8703),
    later(
        "grad_b has the dot product of 1 − h[t]² and ∇h[t], one number, in the place of their entries: multiply with * instead of @, and sum over time only."
    ): (
        0.8958,
        0.1238,
    ),
    later("grad_b lacks ∇h[t]."): (2.3594, 7.6186),
    later("grad_b has h[t] in the place of ∇h[t]."): (0.4464, -2.637),
    later("grad_b has the wrong sign."): (0.92, 1.805),
    later("grad_b is the mean over the time steps instead of their sum."): (-0.3067, -0.0752),
    later("grad_b leaves out the first time step."): (-1.5921, -2.3218),
    later("grad_b leaves out the last time step."): (0.8441, -1.6679),
    later("grad_b takes every second time step only."): (-1.092, -0.7476),
    later("grad_b sums as many time steps as there are hidden units, not all of them."): (0.8441, -1.7755),
    later(
        "grad_b holds the first time step only: the sum over time is missing, or `return` stands inside the loop."
    ): (
        0.6721,
        0.5168,
    ),
    later("grad_b holds the last time step only: the sum over time is missing."): (-1.7641, -0.1371),
    later(
        "grad_b is twice the gradient: is each step added twice, or the factor 2 there again, which is in ∇h already?"
    ): (
        -1.84,
        -3.61,
    ),
    later("grad_b is three times the gradient."): (-2.7601, -5.415),
    later("grad_b is half the gradient: no factor ½ belongs here."): (-0.46, -0.9025),
    later("The sum for grad_b starts with ones instead of zeros."): (0.2685, -1.2221),
    later("The sum for grad_b starts at self.b, the weight itself, instead of zeros."): (-0.8814, -0.4223),
    later("grad_b pairs step t with ∇h[t−1] instead of ∇h[t]."): (0.6576, -0.9576),
    later(
        "grad_b pairs step t with ∇h[t−1] instead of ∇h[t]; at the first step index −1 takes the last row."
    ): (
        -0.6046,
        -1.0962,
    ),
    later("grad_b pairs step t with ∇h[t+1] instead of ∇h[t]."): (-0.8224, -3.3306),
    later("grad_b is still zero."): (0.0, 0.0),
}
GRAD_C = {
    later("This is the loss, not its derivative."): (0.4435, 2.0724),
    later("grad_c lacks the factor 2 of the squared error's derivative."): (-0.6391, 1.3816),
    later("The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ)."): (1.2782, -2.7632),
    later("grad_c is (y − ŷ): the sign is flipped and the factor 2 is missing."): (0.6391, -1.3816),
    later("grad_c has the factor 2 twice."): (-2.5565, 5.5264),
    later("grad_c has the factor 3 instead of 2."): (-1.9174, 4.1448),
    later("grad_c has ŷ + y instead of ŷ − y."): (7.9324, 3.6842),
    later("grad_c has ŷ alone instead of ŷ − y."): (3.3271, 3.2237),
    later("grad_c lacks ŷ − y."): (1.8421, 1.8421),
    later("grad_c has the amount |ŷ − y| instead of ŷ − y."): (1.2782, 2.7632),
    later("grad_c has (ŷ − y)²: the derivative of the square is 2(ŷ − y)."): (0.887, 4.1448),
    later("grad_c has ŷ − 2y: the factor 2 stands before the bracket, 2(ŷ − y)."): (-2.9418, 1.1513),
    later("grad_c is 2ŷ − y: the brackets in 2(ŷ − y) are missing."): (1.0244, 2.9934),
    later("grad_c is multiplied with c: the derivative of V·h[T] + c by c is 1."): (-0.3835, 1.3247),
    later("grad_c is still zero."): (0.0, 0.0),
}
GRAD_H = {
    later("The last row lacks the factor 2 of the squared error's derivative."): (0.981, 2.7166),
    later("The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ)."): (-1.962, -5.4332),
    later("The last row is (y − ŷ)·V: the sign is flipped and the factor 2 is missing."): (-0.981, -2.7166),
    later("The last row has the factor 2 twice."): (3.924, 10.8665),
    later("The last row has the factor 3 instead of 2."): (2.943, 8.1498),
    later("The last row has ŷ + y instead of ŷ − y."): (-12.1756, 7.2443),
    later("The last row has ŷ alone instead of ŷ − y."): (-5.1068, 6.3388),
    later("The last row lacks ŷ − y."): (-2.8275, 3.6222),
    later("The last row has the amount |ŷ − y| instead of ŷ − y."): (-1.962, 5.4332),
    later("The last row has (ŷ − y)²: the derivative of the square is 2(ŷ − y)."): (-1.3614, 8.1498),
    later("The last row has ŷ − 2y: the factor 2 stands before the bracket, 2(ŷ − y)."): (4.5154, 2.2638),
    later("The last row is 2ŷ − y·V: the brackets in 2(ŷ − y) are missing."): (0.2014, 5.734),
    later("The last row is V alone: it lacks the factor 2(ŷ − y)."): (-1.4138, 1.8111),
    later("The last row lacks V."): (1.2805, 5.303),
    later("The last row has h[T] in the place of V: that is ∇V."): (0.3837, -1.7673),
    later(
        "The last row is multiplied with diag(1 − h²) already; ∇h[T] is the gradient of the state itself."
    ): (
        1.5673,
        4.2205,
    ),
    later("The last row is multiplied with h[T], too, which belongs into ∇V."): (1.1156, -1.681),
    later("The last row is 2(ŷ − y) + V: the two are multiplied instead."): (-0.1332, 7.114),
    later(
        "grad_h is filled from its first row on: it begins with the last row, which is 2(ŷ − y)·V, and the loop runs back from there."
    ): (
        -4.2346,
        7.2279,
    ),
    later("The last row of grad_h is still zero."): (0.0, 0.0),
    later("The recursion lacks diag(1 − h[t+1]²)."): (2.2857, 4.8696),
    later("The recursion has 1 − h instead of 1 − h²."): (1.3355, 5.3279),
    later("The recursion has h² instead of 1 − h²."): (1.6393, 6.2397),
    later("The recursion has −h² instead of 1 − h²: the 1 is missing."): (2.8413, 9.1317),
    later("The recursion has 1 + h² instead of 1 − h²."): (2.9439, 4.4614),
    later("The recursion has 1 − 2h instead of 1 − h²."): (0.8787, 6.6373),
    later("The recursion has h·(1 − h), which is the slope of the sigmoid; that of tanh is 1 − h²."): (
        4.358,
        9.9817,
    ),
    later("The recursion has (1 − h)² instead of 1 − h²."): (1.8042, 5.5568),
    later("The recursion has (1 − h²)² instead of 1 − h²."): (1.8871, 6.0506),
    later("The recursion has 1 − tanh(h)²: h is the tanh already."): (1.973, 5.3458),
    later("The recursion has 1 − h²·∇h: the brackets in (1 − h²)·∇h are missing."): (2.5471, 9.0961),
    later("The recursion lacks ∇h[t+1]."): (2.2049, 7.5453),
    later("The recursion has h[t+1] in the place of ∇h[t+1]."): (2.8493, 7.6596),
    later("The recursion has 1 − (h·∇h)² instead of (1 − h²)·∇h."): (3.102, 6.4843),
    later("The recursion adds 1 − h² and ∇h instead of multiplying them."): (3.1694, 4.8286),
    later("The recursion takes h[t] instead of h[t+1] in diag(1 − h²)."): (1.8824, 5.7647),
    later("The recursion takes h[t+2] instead of h[t+1] in diag(1 − h²)."): (1.6282, 4.4259),
    later("The recursion takes h[t−1] instead of h[t+1] in diag(1 − h²)."): (1.653, 5.9825),
    later("diag(1 − h²) stands on the wrong side of Wᵀ."): (1.6328, 5.5755),
    later("The recursion multiplies with W instead of Wᵀ."): (3.8926, 9.3259),
    later("The recursion lacks Wᵀ."): (1.6164, 3.9065),
    later("Each step back has the wrong sign."): (4.2265, 10.3291),
    later("Each step back is doubled: no factor 2 belongs here."): (3.8933, 4.1173),
    later("Each step back is halved: no factor ½ belongs here."): (1.7623, 6.2935),
    later("The rows of grad_h start with ones instead of zeros."): (2.6154, 4.389),
    later("The recursion adds 2(ŷ − y)·V at every step, but only the last step has an output in the loss."): (
        0.6606,
        8.106,
    ),
    later("Each row follows from the last one instead of the row after it: ∇h[T] instead of ∇h[t+1]."): (
        1.5779,
        7.2547,
    ),
    later(
        "Only the last two rows of grad_h are filled: does the loop run backwards through all rows, and `return` stand behind it?"
    ): (
        0.9408,
        5.0016,
    ),
    later("The first row of grad_h is still zero: the loop stops one row too early."): (0.9408, 5.4332),
    later(
        "Only the last row of grad_h is filled: the others are zero. The loop has to begin with the row before the last, and take row i + 1 to fill row i."
    ): (
        2.0731,
        7.3496,
    ),
    later("Each row repeats the row after it: Wᵀ diag(1 − h²) is missing."): (0.1347, 7.5602),
}
GRAD_U = {
    later("grad_u pairs step t with x[t−1] instead of x[t]."): (-0.2629, 0.7303),
    later(
        "grad_u pairs step t with x[t−1] instead of x[t]; at the first step index −1 takes the last row."
    ): (
        -0.4871,
        -0.082,
    ),
    later("grad_u pairs step t with x[t+1] instead of x[t]."): (-0.6323, -0.0928),
    later("grad_u runs through time in the wrong direction."): (-2.496, 0.4801),
    later("grad_u lacks diag(1 − h[t]²)."): (-0.8229, 0.9549),
    later("grad_u has 1 − h[t] instead of 1 − h[t]²."): (-1.0782, 1.1538),
    later("grad_u has h[t]² instead of 1 − h[t]²."): (-0.1005, 0.2358),
    later("grad_u has −h[t]² instead of 1 − h[t]²: the 1 is missing."): (0.1005, -0.2358),
    later("grad_u has 1 + h[t]² instead of 1 − h[t]²."): (-0.9234, 1.1906),
    later("grad_u has 1 − 2·h[t] instead of 1 − h[t]²."): (-1.3335, 1.3527),
    later("grad_u has h[t]·(1 − h[t]), which is the slope of the sigmoid; that of tanh is 1 − h[t]²."): (
        0.3558,
        -0.4347,
    ),
    later("grad_u has (1 − h[t])² instead of 1 − h[t]²."): (-1.434, 1.5884),
    later("grad_u has (1 − h[t]²)² instead of 1 − h[t]²."): (-0.6166, 0.4883),
    later("grad_u has 1 − tanh(h[t])²: h[t] is the tanh already."): (-0.7224, 0.7364),
    later("grad_u has h[t−1] instead of h[t] in diag(1 − h[t]²)."): (-0.6432, 1.0248),
    later(
        "grad_u has h[t−1] instead of h[t] in diag(1 − h[t]²); at the first step index −1 takes the last row."
    ): (
        -0.5409,
        0.8749,
    ),
    later("grad_u has h[t+1] instead of h[t] in diag(1 − h[t]²)."): (-0.9136, 1.1524),
    later("grad_u has 1 − h[t]²·∇h[t]: the brackets in (1 − h[t]²)·∇h[t] are missing."): (-0.9902, -2.6274),
    later("grad_u adds 1 − h[t]² and ∇h[t] instead of multiplying them."): (-1.6866, -0.9309),
    later("grad_u has 1 − (∇h[t])² instead of 1 − h[t]²."): (1.0978, 0.9087),
    later("grad_u multiplies sums over time: multiply at each time step, then sum."): (-4.042, -1.5867),
    later("grad_u has 1 − (h[t]·∇h[t])² instead of (1 − h[t]²)·∇h[t]."): (-0.9621, -2.5447),
    later(
        "grad_u has the dot product of 1 − h[t]² and ∇h[t], one number, in the place of their entries: multiply with * instead of @, and sum over time only."
    ): (
        -0.247,
        -0.4075,
    ),
    later("grad_u lacks ∇h[t]."): (-0.8637, -1.8857),
    later("grad_u has h[t] in the place of ∇h[t]."): (0.1816, 1.5227),
    later("grad_u lacks the factor x[t]ᵀ."): (-4.6513, 1.6412),
    later("grad_u has the wrong sign."): (0.7224, -0.7191),
    later("grad_u is the mean over the time steps instead of their sum."): (-0.2408, 0.03),
    later("grad_u leaves out the first time step."): (-0.516, 0.2968),
    later("grad_u leaves out the last time step."): (-0.2781, 0.7391),
    later("grad_u takes every second time step only."): (-0.6508, 0.3514),
    later("grad_u sums as many time steps as there are hidden units, not all of them."): (-0.2781, 2.0533),
    later(
        "grad_u holds the first time step only: the sum over time is missing, or `return` stands inside the loop."
    ): (
        -0.2065,
        0.4223,
    ),
    later("grad_u holds the last time step only: the sum over time is missing."): (-0.4443, -0.02),
    later(
        "grad_u is twice the gradient: is each step added twice, or the factor 2 there again, which is in ∇h already?"
    ): (
        -1.4448,
        1.4382,
    ),
    later("grad_u is three times the gradient."): (-2.1672, 2.1573),
    later("grad_u is half the gradient: no factor ½ belongs here."): (-0.3612, 0.3595),
    later("The sum for grad_u starts with ones instead of zeros."): (-1.5886, 0.1826),
    later("The sum for grad_u starts at self.u, the weight itself, instead of zeros."): (-2.1423, 1.0713),
    later("grad_u pairs step t with ∇h[t−1] instead of ∇h[t]."): (-0.5443, 0.1465),
    later(
        "grad_u pairs step t with ∇h[t−1] instead of ∇h[t]; at the first step index −1 takes the last row."
    ): (
        -2.6702,
        0.6202,
    ),
    later("grad_u pairs step t with ∇h[t+1] instead of ∇h[t]."): (-0.6441, 1.0762),
    later("grad_u is still zero."): (0.0, 0.0),
}
GRAD_V = {
    later("grad_v lacks the factor 2 of the squared error's derivative."): (-0.1876, -2.1063),
    later("The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ)."): (0.3753, 4.2126),
    later("grad_v is (y − ŷ)·h[T]: the sign is flipped and the factor 2 is missing."): (0.1876, 2.1063),
    later("grad_v has the factor 2 twice."): (-0.7505, -8.4252),
    later("grad_v has the factor 3 instead of 2."): (-0.5629, -6.3189),
    later("grad_v has ŷ + y instead of ŷ − y."): (2.3288, -5.6168),
    later("grad_v has ŷ alone instead of ŷ − y."): (0.9767, -4.9147),
    later("grad_v lacks ŷ − y."): (0.5408, -2.8084),
    later("grad_v has the amount |ŷ − y| instead of ŷ − y."): (0.3753, -4.2126),
    later("grad_v has (ŷ − y)²: the derivative of the square is 2(ŷ − y)."): (0.2604, -6.3189),
    later("grad_v has ŷ − 2y: the factor 2 stands before the bracket, 2(ŷ − y)."): (-0.8636, -1.7553),
    later("grad_v is 2ŷ − y·h[T]: the brackets in 2(ŷ − y) are missing."): (3.6173, 2.3914),
    later("This takes the first hidden state instead of the last."): (-0.9414, 6.8484),
    later("This takes the last but one hidden state instead of the last."): (0.7204, -6.4442),
    later("This sums over all hidden states, but only the last one reaches the output."): (-0.5963, -19.94),
    later("This averages all hidden states, but only the last one reaches the output."): (-0.1988, -0.8308),
    later("This is the last hidden state alone: the factor 2(ŷ − y) is missing."): (0.2704, -1.4042),
    later("This has V in the place of the last hidden state."): (-2.1853, 8.3613),
    later("This is multiplied with 1 − h[T]², but no tanh lies between h[T] and the output."): (
        -0.3218,
        -1.2807,
    ),
    later("This is multiplied with V, too, which belongs into ∇h[T]."): (-1.3979, -1.3128),
    later("grad_v is 2(ŷ − y) + h[T]: the two are multiplied instead."): (-1.3791, 0.3446),
    later("grad_v is still zero."): (0.0, 0.0),
}
GRAD_W = {
    later("grad_w pairs step t with h[t] instead of h[t−1]."): (-0.422, -1.473),
    later("grad_w pairs step t with h[t] instead of h[t−1], from the second step on."): (-0.3296, -1.4742),
    later("grad_w leaves out the second time step, the first one whose h[t−1] is not zero."): (
        1.0662,
        1.2075,
    ),
    later(
        "grad_w holds the second time step only: the sum over time is missing, or `return` stands inside the loop."
    ): (
        -0.779,
        -0.4586,
    ),
    later("grad_w pairs step t with h[t+1] instead of h[t−1]."): (-0.064, -2.8933),
    later("grad_w pairs step t with h[t−2] instead of h[t−1]."): (-2.1837, 3.2551),
    later("grad_w takes h[T] for h[0]: index −1 is the last row. h[0] is zero."): (0.625, 0.5482),
    later("grad_w has 1 − h[t−1]² and ∇h[t−1] for step t: only the state at the end is h[t−1]."): (
        -0.1156,
        -1.0412,
    ),
    later("grad_w is transposed."): (1.1729, -4.4029),
    later(
        "grad_w has 1 − h[t]² on its columns instead of its rows: multiply it with ∇h[t] first, then take the outer product with h[t−1]."
    ): (
        0.5158,
        3.4184,
    ),
    later("grad_w multiplies vectors entry by entry: ∇h[t] h[t−1]ᵀ is an outer product (torch.outer)."): (
        -0.1101,
        2.0572,
    ),
    later("grad_w lacks diag(1 − h[t]²)."): (0.2782, 2.8286),
    later("grad_w has 1 − h[t] instead of 1 − h[t]²."): (-0.0676, -1.0565),
    later("grad_w has h[t]² instead of 1 − h[t]²."): (-0.009, 2.0797),
    later("grad_w has −h[t]² instead of 1 − h[t]²: the 1 is missing."): (0.009, -2.0797),
    later("grad_w has 1 + h[t]² instead of 1 − h[t]²."): (0.2692, 4.9084),
    later("grad_w has 1 − 2·h[t] instead of 1 − h[t]²."): (-0.4134, -4.9416),
    later("grad_w has h[t]·(1 − h[t]), which is the slope of the sigmoid; that of tanh is 1 − h[t]²."): (
        0.3548,
        1.8054,
    ),
    later("grad_w has (1 − h[t])² instead of 1 − h[t]²."): (-0.4224, -2.8618),
    later("grad_w has (1 − h[t]²)² instead of 1 − h[t]²."): (0.2682, 0.3047),
    later("grad_w has 1 − tanh(h[t])²: h[t] is the tanh already."): (0.2736, 1.5016),
    later("grad_w has h[t−1] instead of h[t] in diag(1 − h[t]²)."): (-0.2176, 3.1631),
    later("grad_w has h[t+1] instead of h[t] in diag(1 − h[t]²)."): (0.6226, -0.2114),
    later("grad_w has 1 − h[t]²·∇h[t]: the brackets in (1 − h[t]²)·∇h[t] are missing."): (-0.6698, -7.9572),
    later("grad_w adds 1 − h[t]² and ∇h[t] instead of multiplying them."): (-0.4203, -10.1725),
    later("grad_w has 1 − (∇h[t])² instead of 1 − h[t]²."): (-9.1839, 2.0249),
    later("grad_w multiplies sums over time: multiply at each time step, then sum."): (-2.3431, -4.6172),
    later("grad_w has 1 − (h[t]·∇h[t])² instead of (1 − h[t]²)·∇h[t]."): (0.4913, -7.7904),
    later(
        "grad_w has the dot product of 1 − h[t]² and ∇h[t], one number, in the place of their entries: multiply with * instead of @, and sum over time only."
    ): (
        0.6727,
        0.5567,
    ),
    later("grad_w lacks ∇h[t]."): (-0.6985, -13.0012),
    later("grad_w has h[t] in the place of ∇h[t]."): (-0.6859, -0.641),
    later("grad_w lacks the factor h[t−1]ᵀ."): (-5.961, 0.9445),
    later("grad_w has the wrong sign."): (-0.2873, -0.7489),
    later("grad_w is the mean over the time steps instead of their sum."): (0.0958, 0.0312),
    later("grad_w leaves out the last time step."): (-0.779, 1.1635),
    later("grad_w takes every second time step only."): (1.0662, 0.5663),
    later("grad_w sums as many time steps as there are hidden units, not all of them."): (-0.779, -0.1764),
    later("grad_w holds the last time step only: the sum over time is missing."): (1.0662, -0.4146),
    later(
        "grad_w is twice the gradient: is each step added twice, or the factor 2 there again, which is in ∇h already?"
    ): (
        0.5745,
        1.4978,
    ),
    later("grad_w is three times the gradient."): (0.8618, 2.2467),
    later("grad_w is half the gradient: no factor ½ belongs here."): (0.1436, 0.3744),
    later("The sum for grad_w starts with ones instead of zeros."): (-0.1118, 1.8585),
    later("The sum for grad_w starts at self.w, the weight itself, instead of zeros."): (-0.6569, 1.2157),
    later("grad_w pairs step t with ∇h[t−1] instead of ∇h[t]."): (-0.1072, -3.9552),
    later("grad_w pairs step t with ∇h[t+1] instead of ∇h[t]."): (-1.7558, 5.434),
    later("grad_w is still zero."): (0.0, 0.0),
}
HIDDEN = {
    later("The states lack the bias b."): (0.1891, 1.0191),
    later("The states lack tanh."): (0.2327, 1.6925),
    later("The states go through the sigmoid instead of tanh."): (-0.4205, 0.712),
    later("The states go through relu instead of tanh."): (-0.3731, 1.1731),
    later("The states multiply with Wᵀ instead of W."): (0.7227, 1.0805),
    later("The states ignore the state before: W·h[t−1] is missing, or the state in it is still zero."): (
        0.9663,
        0.7435,
    ),
    later("The states add h[t−1] itself: W is missing."): (0.5435, 1.4332),
    later("The bias b is added behind tanh instead of inside."): (0.1934, 1.9374),
    later("U·x[t] + b is added behind tanh: its brackets go around all three terms."): (0.4025, 1.8049),
    later("U·x[t] is added behind tanh: its brackets go around all three terms."): (0.3497, 1.3102),
    later("W·h[t−1] is added behind tanh: its brackets go around all three terms."): (0.1724, 1.4918),
    later("W·h[t−1] + b is added behind tanh: its brackets go around all three terms."): (0.0973, 1.5996),
    later("The states add the bias b twice."): (0.2539, 1.6323),
    later("The states have the wrong sign."): (-1.6599, -0.7728),
    later("The states subtract W·h[t−1]."): (1.6599, 0.7728),
    later("The states ignore the input: U·x[t] is missing."): (-0.0335, 1.2044),
    later("The states subtract U·x[t]."): (-0.2141, 0.0213),
    later("The states subtract the bias b."): (0.2141, -0.0213),
    later("The bias b is multiplied with W: W·(h[t−1] + b) instead of W·h[t−1] + b."): (0.1364, -0.1141),
    later("U·x[t] is multiplied with W: W·(h[t−1] + U·x[t]) instead of W·h[t−1] + U·x[t]."): (0.9606, 2.113),
    later("The states add h[t−1] to what tanh gives."): (-0.2905, -24.8472),
    later("The states take the last hour, x[-1], at every step."): (-0.5662, 0.5366),
    later("The states take the first hour, x[0], at every step."): (-0.9079, 0.9673),
    later("The states take x[t−1] instead of x[t]."): (-0.1765, 0.6824),
    later("The states take x[t−1] instead of x[t]; at the first step index −1 takes the last hour."): (
        -0.0182,
        -1.2298,
    ),
    later("The states take x[t+1] instead of x[t]."): (-0.6998, 2.2321),
    later("The states take the inputs from the last to the first."): (0.5474, -0.4263),
    later("The states begin with h[0] = 1 instead of h[0] = 0."): (0.2592, 1.6272),
    later("The loop leaves out the first time step."): (0.2902, -0.5284),
    later("The loop leaves out the last time step: the last state is never computed."): (0.6059, 1.3988),
    later("Only the first row of hidden is filled: does `return` stand behind the loop?"): (0.6784, 0.9946),
    later("The states take h[t−2] instead of h[t−1]."): (1.0735, -0.6546),
    later("hidden is shifted by one step: it holds h[0]..h[T−1]."): (-0.2136, -1.4873),
    later(
        "hidden is shifted by one step: its first row holds h[2]. Row 0 of h is for h[0], so step t fills row t+1."
    ): (
        -0.2105,
        0.1732,
    ),
    later(
        "The loop fills h[t] from h[t] itself, which is zero then: row 0 is for h[0], so step t fills h[t+1]."
    ): (
        -0.96,
        0.1419,
    ),
    later("hidden is in the wrong order: its first row holds h[T]."): (-0.1325, 0.3222),
    later("hidden is still zero."): (0.0, 0.0),
}
