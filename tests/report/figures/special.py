"""Writes special.json: values of special functions, computed with 60 digits by mpmath.

pip install mpmath; python special.py
"""

import json

from mpmath import beta, betainc, digamma, erfc, gammainc, hyp2f1, inf, loggamma, mp, mpf, polygamma

mp.dps = 60


def beta_lower(a, b, x):
    """The regularised incomplete beta function."""
    if a + b < 200:
        return betainc(a, b, 0, x, regularized=True)
    return x**a * (1 - x) ** b * hyp2f1(1, a + b, a + 1, x) / (a * beta(a, b))


def t(value, df):
    square = mpf(value) ** 2
    return beta_lower(mpf(df) / 2, mpf(1) / 2, df / (df + square))


def f(value, df1, df2):
    whole = df2 + df1 * mpf(value)
    return beta_lower(mpf(df2) / 2, mpf(df1) / 2, df2 / whole)


def chi(value, df):
    return gammainc(mpf(df) / 2, mpf(value) / 2, inf, regularized=True)


ONES = [0.001, 0.1, 0.5, 0.9, 1, 1.3, 2, 3.7, 8, 12, 55.5, 300, 10000]
FIGURES = {
    "tTwoSided": (t, [[v, df] for df in [1, 2, 3, 4, 7, 14.3, 58.7, 1000, 20000] for v in [0.001, 0.5, 2, 4.5, 25]]),
    "fUpperTail": (
        f,
        [[v, a, b] for a in [1, 2, 9, 150] for b in [2, 12, 100, 2000] for v in [0.01, 0.9, 1.3, 10]],
    ),
    "chiSquareUpperTail": (
        chi,
        [[v * df, df] for df in [1, 2, 3, 25, 200, 5000] for v in [0.01, 0.5, 0.875, 1, 1.125, 3]],
    ),
    "gammaln": (lambda x: loggamma(mpf(x)), [[x] for x in ONES]),
    "digamma": (lambda x: digamma(mpf(x)), [[x] for x in ONES]),
    "trigamma": (lambda x: polygamma(1, mpf(x)), [[x] for x in ONES]),
    "erfc": (lambda x: erfc(mpf(x)), [[x] for x in [-8, -2, -0.1, 0, 0.1, 0.49, 0.5, 1.2, 3, 6, 6.3, 15, 26]]),
}

with open("special.json", "w") as file:
    figures = {
        name: [[*args, float(function(*args))] for args in calls] for name, (function, calls) in FIGURES.items()
    }
    json.dump(figures, file)
    file.write("\n")
