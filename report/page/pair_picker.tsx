/**
 * "Is A better than B?" for any two methods: the answer is put together in the page.
 *
 * @module
 */
import { besideBest, type Pairwise } from "../analysis/significance.ts";
import { inScript } from "./embed.ts";
import { metricTitle } from "../tables/format.ts";

/** What the page's script knows about a figure of a data set; values rounded for reading. */
interface PairData {
  readonly dataset: string;
  readonly figure: string;
  readonly methods: readonly string[];
  /** The two that are asked for first. */
  readonly best: string;
  readonly second: string;
  /** Points that Tukey's HSD asks for, or why it cannot be computed. */
  readonly least: number | string;
  /**
   * By pair, first before second: difference in points, p by Tukey and by Holm-corrected t tests,
   * Cohen's d_z, seeds; null where there is none.
   */
  readonly pairs: readonly (readonly (number | null)[])[];
}

/** The pairs as the page's script reads them. */
function pairData(all: readonly Pairwise[]): PairData[] {
  return all.filter(({ pairs }) => pairs.length > 0).map((pairwise) => {
    const { dataset, domain, metric, methods, tukey, pairs } = pairwise;
    const compared = besideBest(pairwise);
    const [best, second] = [
      compared?.best ?? methods[0]!,
      compared?.others[0]?.method ?? methods[1]!,
    ];
    return {
      dataset: dataset.title,
      figure: `${domain === "worst" ? "worst-domain" : "average"} ${metricTitle(metric)}`,
      methods: methods.map(({ title }) => title),
      best: best.title,
      second: second.title,
      least: tukey.computable ? rounded(100 * tukey.leastSignificant)! : tukey.why,
      pairs: pairs.map(({ difference, tukey, holm, test }) => [
        rounded(100 * difference),
        rounded(tukey),
        rounded(holm),
        test.computable ? rounded(test.effect) : null,
        test.computable ? test.df + 1 : null,
      ]),
    };
  });
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(3));
}

/** The picker with its data; the page's script fills its lists and answers. */
export function PairPicker({ pairs, alpha }: { pairs: readonly Pairwise[]; alpha: number }) {
  return (
    <>
      <div class="picker" data-alpha={alpha} hidden>
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
        Differences are means over the seeds that both methods have. Tukey's HSD is blocked by seed
        and takes methods that lack no seed; the paired t test is Holm-corrected over all pairs. All
        pairs: <a href="tables/pairs.csv">CSV</a>
      </p>
      <script
        type="application/json"
        dangerouslySetInnerHTML={{ __html: inScript(JSON.stringify(pairData(pairs))) }}
      />
    </>
  );
}
