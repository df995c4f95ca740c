/**
 * `results.csv`: every figure of every finished run, one a row.
 *
 * @module
 */
import { stringify } from "csv-stringify/sync";
import { networkOf, tableOf } from "../analysis/arrange.ts";
import { type Study, studyOf } from "../../methods/study.ts";
import { plainText } from "./formats/csv.ts";
import type { Run, Store } from "../folder.ts";

/**
 * The text of the file, runs in the order of the plan; its columns are a contract. Of a study that is
 * judged by validation images, such as a search, test figures are left out, so that nothing is chosen
 * by them.
 *
 * @param known Definitions of studies.
 */
export function resultsCsv({ runs }: Store, known: readonly Study[] = []): string {
  const columns = ["dataset", "network", "method", "seed", "split", "domain", "metric", "value"];
  const rows = runs.flatMap((run) =>
    (run.digest?.figures ?? []).filter(({ split }) => isShown(run, split, known)).map((
      { seed, split, domain, metric, value },
    ) => [
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

/** Whether figures of a split may be shown of a run: of a study, those that its settings are judged by. */
function isShown({ study: tag }: Run, split: string, known: readonly Study[]): boolean {
  const study = tag === null ? undefined : studyOf(known, tag.name, tag.method);
  const judgedBy = study !== undefined && "settings" in study ? study.splits : undefined;
  return split !== "test" || judgedBy === undefined || judgedBy.includes("test");
}
