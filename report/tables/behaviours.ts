/**
 * The table of the behaviours that a method's paper reports.
 *
 * @module
 */
import type { BehaviourResults } from "../analysis/behaviours.ts";
import { text } from "./columns.ts";
import type { Table } from "./table.ts";

/** What became of each behaviour on a data set. */
export function behavioursTable(results: BehaviourResults): Table {
  const { file, study, dataset, subject, findings } = results;
  return {
    name: file,
    title: `${subject}, ${study.title} on ${dataset.title}`,
    caption:
      "Macro-F1 on test data in percentage points, mean over seeds, unless said otherwise; in " +
      "brackets 95 % t intervals over seeds. A behaviour holds, or does not, where the interval says so; " +
      "else it is not told.",
    columns: [
      text("behaviour", "Behaviour"),
      text("verdict", "Here"),
      text("figures", "Figures"),
    ],
    groups: [{
      title: null,
      rows: findings.map(({ claim, verdict, evidence }) => ({ cells: [claim, verdict, evidence] })),
    }],
  };
}
