/**
 * `results.csv`: every figure of every finished run, one a row.
 *
 * @module
 */
import { stringify } from "csv-stringify/sync";
import { networkOf, tableOf } from "../analysis/arrange.ts";
import { plainText } from "./formats/csv.ts";
import type { Store } from "../folder.ts";

/** The text of the file, runs in the order of the plan; its columns are a contract. */
export function resultsCsv({ runs }: Store): string {
  const columns = ["dataset", "network", "method", "seed", "split", "domain", "metric", "value"];
  const rows = runs.flatMap((run) =>
    (run.digest?.figures ?? []).map(({ seed, split, domain, metric, value }) => [
      plainText(tableOf(run)),
      plainText(networkOf(run)),
      plainText(run.name),
      seed,
      split,
      plainText(domain),
      metric,
      value,
    ])
  );
  return stringify([columns, ...rows]);
}
