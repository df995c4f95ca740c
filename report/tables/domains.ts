/**
 * A data set's results domain by domain.
 *
 * @module
 */
import { type DatasetResults, scores } from "../analysis/arrange.ts";
import { scoreKey } from "../folder.ts";
import { METHOD } from "./columns.ts";
import { MARKED, overSeeds, selectedBy } from "./captions.ts";
import { nameOf, noteOf, percentEstimate } from "./format.ts";
import { type Cell, type Column, MISSING, type Row, type Table } from "./table.ts";

/** Macro-F1 and accuracy of every method in every domain. */
export function domainsTable(dataset: DatasetResults): Table {
  const figures = (["macro_f1", "accuracy"] as const).flatMap((metric) =>
    (dataset.data?.domains ?? []).map((domain) => ({ metric, domain }))
  );
  return {
    name: `${dataset.name}-domains`,
    title: `Results on ${dataset.title} by domain`,
    caption: `Test figures in percent, ${overSeeds(dataset.seeds)}. ` +
      `${selectedBy(dataset.methods.map(({ spec }) => spec))} ${MARKED}`,
    columns: [
      METHOD,
      ...figures.map(({ metric, domain }): Column => ({
        key: `${metric}_${domain}`,
        title: domain,
        columnGroup: metric === "accuracy" ? "Accuracy" : "Macro-F1",
        kind: "estimate",
        digits: 1,
        best: "max",
      })),
    ],
    groups: [{
      title: null,
      rows: dataset.methods.map((method): Row => {
        return {
          cells: [
            nameOf(method),
            ...figures.map(({ metric, domain }): Cell =>
              percentEstimate(scores(method, scoreKey(domain, metric))) ?? MISSING
            ),
          ],
          ...noteOf(dataset, method),
        };
      }),
    }],
    notesInCsv: true,
  };
}
