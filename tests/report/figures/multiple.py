"""Makes multiple.jsonl: random cases with SciPy's, statsmodels' and scikit-posthocs' answers.

    python3 -m venv .venv && .venv/bin/pip install scipy statsmodels scikit-posthocs
    .venv/bin/python -P tests/report/figures/multiple.py

(-P, because statistics.py beside it would take the place of Python's own module of that name.)

The first line names the versions. Each other line is a table of values, read as method x seed for
Tukey's test, Hedges' g and the probability of improvement, and as data set x method for ranks.
"""

import json
import math
import pathlib
import warnings

import numpy as np
import pandas as pd
import scikit_posthocs
import scipy
import statsmodels
from scipy import stats
from statsmodels.formula.api import ols

warnings.simplefilter("ignore")  # pandas announces changes inside scikit-posthocs
draw = np.random.default_rng(20240911)
cases = []
for number in range(220):
    rows = int(draw.integers(3, 8))
    columns = int(draw.integers(3, 8))
    table = 0.6 + 0.05 * draw.normal(size=(rows, 1)) + 0.03 * draw.normal(size=(rows, columns))
    table = table.round(2 if number % 2 else 6)  # two digits make ties
    long = pd.DataFrame(
        {
            "value": table.ravel(),
            "method": np.repeat(np.arange(rows), columns),
            "seed": np.tile(np.arange(columns), rows),
        }
    )
    fit = ols("value ~ C(method) + C(seed)", long).fit()
    unit = math.sqrt(fit.mse_resid / columns)
    means = table.mean(axis=1)
    tukey = [
        float(stats.studentized_range.sf(abs(means[0] - mean) / unit, rows, fit.df_resid))
        for mean in means[1:]
    ]
    friedman = stats.friedmanchisquare(*table.T)
    nemenyi = scikit_posthocs.posthoc_nemenyi_friedman(table).to_numpy()
    difference = table[0] - table[1]
    df = columns - 1
    factor = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
    wins = stats.mannwhitneyu(table[0], table[1]).statistic / columns**2
    deviation = difference.std(ddof=1)
    cases.append(
        {
            "table": table.tolist(),
            "tukey": tukey,
            "least": float(unit * stats.studentized_range.ppf(0.95, rows, fit.df_resid)),
            "friedman": [float(friedman.statistic), float(friedman.pvalue)],
            "ranks": stats.rankdata(-table, axis=1).mean(axis=0).tolist(),
            "critical": float(
                stats.studentized_range.ppf(0.95, columns, np.inf)
                / math.sqrt(2)
                * math.sqrt(columns * (columns + 1) / (6 * rows))
            ),
            "nemenyi": nemenyi[0, 1:].tolist(),
            "hedges": None if deviation < 1e-12 else factor * difference.mean() / deviation,
            "iqm": float(stats.trim_mean(table.ravel(), 0.25)),
            "improvement": float(wins),
        }
    )

path = pathlib.Path(__file__).with_suffix(".jsonl")
made = {
    "scipy": scipy.__version__,
    "statsmodels": statsmodels.__version__,
    "scikit-posthocs": scikit_posthocs.__version__,
}
lines = [json.dumps(line, separators=(",", ":")) for line in [made, *cases]]
path.write_text("\n".join(lines) + "\n")
