"""growth.py ROOT: bench/measure.py tells linear from worse, whatever the fixed cost."""
import os
import sys

sys.path.insert(0, os.path.join(sys.argv[1], "bench"))
import measure

SIZES = [1, 10, 100, 1000, 4000]


def growth(cost):
    return measure.exponent([(n, cost(n)) for n in SIZES])


assert abs(growth(lambda n: 7 * n) - 1) < 0.01
assert abs(growth(lambda n: 50 + 7 * n) - 1) < 0.01
assert growth(lambda n: 50) == 0
assert growth(lambda n: 3000 + n) < 1.01
assert growth(lambda n: 50 - n / 1000) < 0.01
assert abs(growth(lambda n: n * n) - 2) < 0.01
assert growth(lambda n: 50 + n + n * n / 1000) > 1.5
assert growth(lambda n: 3000 + n * n / 1000) > 1.1
assert measure.exponent([(1, 5)]) is None
pairs = measure.ratio([1, 2, 9], [2, 4, 6])
assert pairs == {"median": 0.5, "low": 0.5, "high": 1.5}, pairs
assert measure.difference([1, 2, 9], [2, 4, 6])["median"] == -1
