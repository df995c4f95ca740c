/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * "Is A better than B?" for any two methods: the answer is put together in the page.
 *
 * @module
 */
import { besideBest, type Pairwise } from "../analysis/significance.ts";
import type { Tested } from "../analysis/tested.ts";
import { inScript } from "./embed.ts";
import { FileButton } from "./file_button.tsx";
import { figureTitle } from "../tables/format.ts";
import type { FigurePairs, PairData } from "./pair_data.ts";

/** The pairs as the page's script reads them. */
function pairData(all: readonly Pairwise[], figure: string, alpha: number): PairData {
  const figures = all.filter(({ pairs }) => pairs.length > 0).map((pairwise): FigurePairs => {
    const { dataset, metric, methods, pairs } = pairwise;
    const { factor, decimals, unit } = metric.scale;
    const compared = besideBest(pairwise);
    const best = compared?.best ?? methods[0]!;
    const second = compared?.others[0]?.method ?? methods[1]!;
    return {
      dataset: dataset.title,
      figure: figureTitle(pairwise),
      methods: methods.map(({ title }) => title),
      best: best.title,
      second: second.title,
      better: metric.better,
      decimals,
      unit: unit === "%" ? " points" : "",
      pairs: {
        difference: pairs.map(({ compared: { difference } }) =>
          difference && rounded(factor * difference)
        ),
        half: pairs.map(({ compared: { together } }) =>
          together && rounded(factor * (together[1] - together[0]) / 2)
        ),
        p: pairs.map(({ compared: { p } }) => p && rounded(p)),
        equivalent: pairs.flatMap(({ compared: { verdict } }, i) =>
          verdict === "equivalent within the margin" ? [i] : []
        ),
        effect: pairs.map(({ effect }) => effect && rounded(effect)),
        seeds: pairs.map(({ seeds }) => seeds),
      },
    };
  });
  return { alpha, figure, figures };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** The picker with its data; the page's script fills its lists and answers. */
export function PairPicker({ pairs, first, alpha }: {
  pairs: readonly Pairwise[];
  /** The figure that is asked for first. */
  first: Tested;
  alpha: number;
}) {
  const data = pairData(pairs, figureTitle(first), alpha);
  return (
    <>
      <div class="picker" hidden>
        <p>
          {(["method", "other", "figure", "dataset"] as const).map((name, i) => (
            <label>
              {["Is ", "better than ", "on ", "of "][i]}
              <select
                name={name}
                aria-label={["method", "other method", "figure", "data set"][i]}
              />
              {" "}
            </label>
          ))}
        </p>
        <output aria-live="polite" />
      </div>
      <p class="caption">
        Differences are means over the seeds that both methods have. The test is a moderated paired
        t test, Holm-corrected over all pairs of the figure, and the interval holds together with
        those of all other pairs.{" "}
        <span class="files" hidden>
          <FileButton file="pairs.csv" of="all pairs">CSV</FileButton>
        </span>
      </p>
      <script
        type="application/json"
        dangerouslySetInnerHTML={{ __html: inScript(JSON.stringify(data)) }}
      />
    </>
  );
}
