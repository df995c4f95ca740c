/**
 * `results.csv`: every figure of every finished run, one a row.
 *
 * @module
 */
import { stringify } from "csv-stringify/sync";
import type { Store } from "../folder.ts";

/** The text of the file, runs in the order of the plan; its columns are a contract. */
export function resultsCsv({ runs }: Store): string {
  const columns = ["dataset", "method", "seed", "split", "domain", "metric", "value"];
  const rows = runs.flatMap(({ name, digest }) =>
    (digest?.figures ?? []).map(({ dataset, seed, split, domain, metric, value }) => [
      dataset,
      name,
      seed,
      split,
      domain,
      metric,
      value,
    ])
  );
  return stringify([columns, ...rows]);
}
