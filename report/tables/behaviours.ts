/**
 * The table of the proposed method's behaviours.
 *
 * @module
 */
import type { Finding } from "../analysis/behaviours.ts";
import type { Table } from "./table.ts";

/** What became of each behaviour on a data set. */
export function behavioursTable(
  dataset: string,
  title: string,
  findings: readonly Finding[],
): Table {
  return {
    name: `${dataset}-behaviours`,
    title: `BRL (reconstruction), the paper's behaviours on ${title}`,
    caption: "Macro-F1 on test data in percentage points, mean over seeds, unless said otherwise.",
    columns: [
      { key: "behaviour", title: "Behaviour", kind: "text" },
      { key: "verdict", title: "Here", kind: "text" },
      { key: "figures", title: "Figures", kind: "text" },
    ],
    groups: [{
      title: null,
      rows: findings.map(({ behaviour, verdict, figures }) => ({
        cells: [behaviour, verdict, figures],
      })),
    }],
  };
}
