"""Makes family.jsonl: random families of comparisons with SciPy's and statsmodels' answers.

    python3 -m venv .venv && .venv/bin/pip install scipy statsmodels
    .venv/bin/python -P tests/report/figures/family.py

(-P, because statistics.py beside it would take the place of Python's own module of that name.)

The first line names the versions. Moderated spreads follow Smyth 2004 with the caution that
docs/statistics.md describes, written anew from these, with SciPy's functions and roots.
"""

import itertools
import json
import math
import pathlib

import numpy as np
import scipy
import statsmodels
from scipy import optimize, special, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import ttost_paired

draw = np.random.default_rng(20261128)


def prior(rows):
    """Degrees of freedom and variance that a family of differences is worth; None for a small one."""
    rows = [row[~np.isnan(row)] for row in rows]
    rows = [row for row in rows if len(row) > 1]
    m = len(rows)
    if m < 6:
        return None
    s2 = np.array([row.var(ddof=1) for row in rows])
    d = np.array([len(row) - 1 for row in rows])
    z = np.log(np.maximum(s2, 1e-5 * np.median(s2)))
    e = z - special.digamma(d / 2) + np.log(d / 2)
    expected = special.polygamma(1, d / 2).mean()

    def fit(scatter):
        excess = scatter - expected
        if excess <= 1e-6:
            df = 2e6
        else:
            equation = lambda x: math.log(special.polygamma(1, math.exp(x))) - math.log(excess)
            df = 2 * math.exp(optimize.brentq(equation, -20, 20, xtol=1e-14))
        return df, math.exp(e.mean() + special.digamma(df / 2) - math.log(df / 2))

    likely = fit(e.var(ddof=1))
    cautious = fit(e.var(ddof=1) * (m - 1) / stats.chi2.ppf(0.1, m - 1))
    n = max(len(row) for row in rows)
    whole = np.array([row for row in rows if len(row) == n])
    r = np.corrcoef(whole)
    pairs = r[np.triu_indices(len(whole), 1)]
    freedom = max(0, (n - 1) / max(1e-9, (pairs**2).mean()) - (n - 1))
    return min(cautious[0], freedom) * m / (m + 4), max(likely[1], cautious[1])


cases = []
for number in range(120):
    methods = int(draw.choice([2, 4, 8, 15]))
    seeds = int(draw.integers(3, 9))
    spread = np.exp(0.6 * draw.normal(size=(methods, 1)))
    values = 3 * draw.normal(size=(1, seeds)) + 2 * draw.normal(size=(methods, 1))
    values = values + spread * draw.normal(size=(methods, seeds))
    if number % 3 == 0:
        values[1, int(draw.integers(seeds))] = np.nan
    rows = values[1:] - values[0]
    known = prior(rows)
    df0, v0 = known or (0, 0)
    n = (~np.isnan(rows)).sum(axis=1)
    difference = np.nanmean(rows, axis=1)
    df = n - 1 + df0
    error = np.sqrt((df0 * v0 + (n - 1) * np.nanvar(rows, axis=1, ddof=1)) / df / n)
    p = 2 * stats.t.sf(abs(difference) / error, df)
    margin = 1.5
    tost = np.maximum(
        stats.t.sf((margin - difference) / error, df), stats.t.sf((margin + difference) / error, df)
    )
    plain = None
    if known is None:
        first = values[0][~np.isnan(values[-1])]
        last = values[-1][~np.isnan(values[-1])]
        plain = float(ttost_paired(last, first, -margin, margin)[0])
    low, high = stats.t.interval(0.95, df, difference, error)
    cases.append(
        {
            "rows": [[None if math.isnan(x) else x for x in row] for row in rows.tolist()],
            "prior": known,
            "p": p.tolist(),
            "holm": multipletests(p, method="holm")[1].tolist(),
            "tost": tost.tolist(),
            "tostHolm": multipletests(tost, method="holm")[1].tolist(),
            "plainTost": plain,
            "low": low.tolist(),
            "high": high.tolist(),
            "together": stats.t.interval(1 - 0.05 / len(rows), df, difference, error)[1].tolist(),
        }
    )

strata = []
for number in range(60):
    sizes = draw.integers(2, 8, size=int(draw.integers(1, 7)))
    groups = [draw.normal(size=size) * draw.uniform(0.2, 3) + draw.normal() for size in sizes]
    parts = np.array([g.var(ddof=1) / len(g) for g in groups]) / len(groups) ** 2
    df = parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum()
    middle = np.mean([g.mean() for g in groups])
    ends = stats.t.interval(0.95, df, middle, math.sqrt(parts.sum()))
    strata.append({"groups": [g.tolist() for g in groups], "ends": [float(end) for end in ends]})

friedman = []
for number in range(60):
    sets, methods = [(3, 3), (2, 5), (4, 3), (6, 12)][number % 4]
    table = draw.normal(size=(sets, methods)).round(1 if number % 2 else 6)
    ranks = stats.rankdata(-table, axis=1)
    if (ranks == ranks[:, :1]).all():
        continue
    chi = stats.friedmanchisquare(*table.T).statistic
    spread = lambda rows: (np.sum(rows, axis=0) ** 2).sum()
    exact = None
    if math.factorial(methods) ** (sets - 1) <= 50_000:
        orders = [list(itertools.permutations(row)) for row in ranks[1:]]
        all_spreads = [spread([ranks[0], *rows]) for rows in itertools.product(*orders)]
        exact = float(np.mean(np.array(all_spreads) >= spread(ranks) - 1e-9))
    room = sets * (methods - 1) - chi
    f = (sets - 1) * chi / room if room > 1e-9 else math.inf
    iman = float(stats.f.sf(f, methods - 1, (methods - 1) * (sets - 1)))
    friedman.append({"table": table.tolist(), "exact": exact, "iman": iman, "chi": float(chi)})

tails = []
for number in range(60):
    value, df, shift = draw.normal() * 3, draw.uniform(1, 40), draw.normal() * 3
    tails.append([value, df, shift, float(stats.nct.sf(value, df, shift))])
power = []
for seeds, effect in itertools.product([3, 5, 10, 30], [0.3, 0.5, 0.8]):
    power.append([seeds, effect, float(TTestPower().power(effect, seeds, 0.05))])

made = {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__}
parts = {"families": cases, "strata": strata, "friedman": friedman, "tails": tails, "power": power}
lines = [json.dumps(line, separators=(",", ":")) for line in [made, *parts.items()]]
pathlib.Path(__file__).with_suffix(".jsonl").write_text("\n".join(lines) + "\n")
