/**
 * A data set's results domain by domain.
 *
 * @module
 */
import { heading, type Metric } from "../../metrics/mod.ts";
import { type DatasetResults, scores } from "../analysis/arrange.ts";
import { scoreKey } from "../digest.ts";
import { estimates, METHOD } from "./columns.ts";
import { MARKED, overSeeds, selectedBy, spreadSpeaksFor } from "./captions.ts";
import { nameOf, noteOf, scaledEstimate, shownIn } from "./format.ts";
import { type Cell, MISSING, type Row, type Table } from "./table.ts";

/** Metrics of every method in every domain. */
export function domainsTable(dataset: DatasetResults, metrics: readonly Metric[]): Table {
  const figures = metrics.flatMap((metric) =>
    (dataset.data?.domains ?? []).map((domain) => ({ metric, domain }))
  );
  return {
    name: `${dataset.name}-domains`,
    title: `Results on ${dataset.title} by domain`,
    caption: [
      `Test figures ${shownIn(metrics)}, ${overSeeds(dataset.seeds)}.`,
      spreadSpeaksFor(dataset.methods.flatMap(({ runs }) => runs)),
      selectedBy(dataset.methods.flatMap(({ runs }) => runs)),
      MARKED,
    ].filter((sentence) => sentence !== "").join(" "),
    columns: [
      METHOD,
      ...figures.map(({ metric, domain }) =>
        estimates(metric, {
          key: `${metric.name}_${domain}`,
          title: domain,
          columnGroup: heading(metric),
        })
      ),
    ],
    groups: [{
      title: null,
      rows: dataset.methods.map((method): Row => {
        return {
          cells: [
            nameOf(method),
            ...figures.map(({ metric, domain }): Cell =>
              scaledEstimate(metric, scores(method, scoreKey(domain, metric.name))) ?? MISSING
            ),
          ],
          ...noteOf(dataset, method),
        };
      }),
    }],
    notesInCsv: true,
  };
}
