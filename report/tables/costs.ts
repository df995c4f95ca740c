/**
 * What runs cost, and what their confidence is worth.
 *
 * @module
 */
import brier from "../../metrics/brier.ts";
import ece from "../../metrics/ece.ts";
import nll from "../../metrics/nll.ts";
import { heading, type Metric } from "../../metrics/mod.ts";
import { calibration } from "../analysis/calibration.ts";
import { type DatasetResults, estimate, type MethodResults, scores } from "../analysis/arrange.ts";
import { secondsOf } from "../analysis/seconds.ts";
import { type Digest, scoreKey } from "../digest.ts";
import { estimates, METHOD } from "./columns.ts";
import { spreadSpeaksFor } from "./captions.ts";
import { nameOf, noteOf, scaled, scaledEstimate } from "./format.ts";
import { type Cell, type Column, MISSING, type Row, type Table } from "./table.ts";

/** Time, memory and calibration of every method of a data set. Nothing in it is marked. */
export function costsTable(dataset: DatasetResults): Table {
  const runs = dataset.methods.flatMap(({ runs }) => runs);
  const own = runs.every((run) =>
    !run?.digest || run.digest.origin || run.digest.timing.memoryAbove !== undefined
  );
  return {
    name: `${dataset.name}-costs`,
    title: `Cost and calibration on ${dataset.title}`,
    caption: [
      "Mean ± standard deviation (ddof 1) over seeds.",
      spreadSpeaksFor(runs),
      "Seconds: wall time of a run with its first stage, on the machines named under the runs; – " +
      "where the first stage's is not known. A process's first run also starts its libraries up: " +
      "its seconds and memory count only for methods that have no other.",
      own
        ? "Memory: what the process needed at its largest above its size when the run began, its " +
          "images being there."
        : "Memory: the process at its largest, earlier runs of the same process included, as " +
          "older records have it: it says more of the order of the runs than of the methods.",
      `${heading(ece)}: gap between confidence and accuracy in 15 bins of confidence, in ` +
      "percentage points, average over domains; by chance: what it would be on so few images if " +
      "every confidence were deserved; excess: mean confidence − accuracy. A method that guesses " +
      `and says so has little calibration error: ${brier.title} and ${nll.title} judge confidence ` +
      "and accuracy together; smaller is better in both.",
    ].filter((sentence) => sentence !== "").join(" "),
    columns: [
      METHOD,
      { key: "seconds", title: "Seconds", kind: "estimate", digits: 1 },
      { key: "memory_mib", title: "Memory, MiB", kind: "estimate", digits: 0 },
      unmarked(estimates(ece, { key: ece.name, title: heading(ece) })),
      { key: "ece_by_chance", title: "by chance", kind: "estimate", digits: 1 },
      { key: "excess", title: "Excess confidence", kind: "estimate", digits: 1 },
      unmarked(estimates(brier, { key: brier.name, title: heading(brier) })),
      unmarked(estimates(nll, { key: nll.name, title: heading(nll) })),
    ],
    groups: [{
      title: null,
      rows: dataset.methods.map((method): Row => ({
        cells: [nameOf(method), ...cellsOf(method, own)],
        ...noteOf(dataset, method),
      })),
    }],
  };
}

/** Nobody is called the best calibrated, the quickest or the smallest. */
function unmarked({ best: _, ...column }: Column): Column {
  return column;
}

function cellsOf(method: MethodResults, own: boolean): Cell[] {
  const digests = method.runs.flatMap((run) => run?.state.status === "done" ? [run.digest!] : []);
  if (digests.length === 0) return new Array<Cell>(7).fill(MISSING);
  const found = calibration(method);
  const memory = ({ timing }: Digest) => own ? timing.memoryAbove! : timing.peakMemory;
  const average = (metric: Metric) =>
    scaledEstimate(metric, scores(method, scoreKey("average", metric.name)));
  const here = digests.filter(({ origin }) => !origin);
  const warm = here.filter(({ timing }) => timing.runsBefore !== 0);
  return [
    secondsOf(method),
    estimate((warm.length > 0 ? warm : here).map((digest) => memory(digest) / 2 ** 20)),
    found && scaled(ece, found.error),
    found && scaled(ece, found.floor),
    found && scaled(ece, found.excess),
    average(brier),
    average(nll),
  ];
}
