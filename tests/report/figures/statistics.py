"""Makes statistics.jsonl: random cases with SciPy's and statsmodels' answers.

    python3 -m venv .venv && .venv/bin/pip install scipy statsmodels
    .venv/bin/python tests/report/figures/statistics.py

The first line names the versions. Each other line is a method x seed table of values; in the ragged
cases the one-way test leaves out the last method's last seed.
"""

import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import scipy
import statsmodels
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multitest import multipletests

warnings.simplefilter("error")
draw = np.random.default_rng(20240607)
cases = []
for number in range(240):
    methods = int(draw.integers(2, 9))
    seeds = int(draw.integers(2, 7))
    effect = 10.0 ** draw.uniform(-3, 0)
    table = (
        0.6
        + effect * draw.normal(size=(methods, 1))
        + 10.0 ** draw.uniform(-3, -1) * draw.normal(size=(1, seeds))
        + 10.0 ** draw.uniform(-3, -1) * draw.normal(size=(methods, seeds))
    ).round(6)
    ragged = [row[: seeds - int(number % 3 == 0 and m == methods - 1)] for m, row in enumerate(table)]
    one = stats.f_oneway(*ragged)
    long = pd.DataFrame(
        {
            "value": table.ravel(),
            "method": np.repeat(np.arange(methods), seeds),
            "seed": np.tile(np.arange(seeds), methods),
        }
    )
    two = anova_lm(ols("value ~ C(method) + C(seed)", long).fit(), typ=2)
    paired = [stats.ttest_rel(table[0], row) for row in table[1:]]
    cases.append(
        {
            "table": table.tolist(),
            "ragged": number % 3 == 0,
            "oneWay": [one.statistic, one.pvalue],
            "blocked": [
                two.loc["C(method)", "F"],
                two.loc["C(method)", "df"],
                two.loc["Residual", "df"],
                two.loc["C(method)", "PR(>F)"],
            ],
            "paired": [[test.statistic, test.pvalue] for test in paired],
            "holm": multipletests([test.pvalue for test in paired], method="holm")[1].tolist(),
        }
    )

path = pathlib.Path(__file__).with_suffix(".jsonl")
made = {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__}
lines = [json.dumps(line, separators=(",", ":")) for line in [made, *cases]]
path.write_text("\n".join(lines) + "\n")
