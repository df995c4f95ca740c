/**
 * A dry run on the terminal: every run of a plan with what it will probably take.
 *
 * @module
 */
import type { Forecast } from "../bench/execute/forecast.ts";
import { datasetText } from "../bench/records/left_out.ts";
import { print, printJson } from "./options/common.ts";
import { duration } from "./meter.ts";
import { type PlannedSensitivity, sensitivitySentence } from "./sensitivity.ts";

/** What times and memory are estimated from. */
const SOURCES: Readonly<Record<Forecast["open"]["sources"][number], string>> = {
  "same method": "earlier runs of the same methods",
  "other method": "earlier runs of other methods",
  "table": "a table of usual times",
};

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;

/** Prints a line for each run, one for what is open, and one for what can be seen. */
export function printForecast(
  { runs, open }: Forecast,
  sensitivity: PlannedSensitivity | null,
  json: boolean,
): void {
  const { jobs, seconds, memory, sources } = open;
  if (json) {
    return printJson({ runs, estimate: { open: open.runs, jobs, seconds, memory }, sensitivity });
  }
  runs.forEach((run) => print(lineOf(run)));
  if (open.runs > 0) {
    print(
      `About ${duration(seconds)} with ${jobs} side by side, ${
        megabytes(memory)
      }, estimated from ` +
        sources.map((source) => SOURCES[source]).join(" and "),
    );
  }
  if (sensitivity !== null) print(sensitivitySentence(sensitivity));
  print(`${runs.length} ${runs.length === 1 ? "run" : "runs"}`);
}

function lineOf({ id, name, spec, estimate, finished }: Forecast["runs"][number]): string {
  const { network, steps, batch } = spec.training;
  const first = spec.stage1 === null ? "" : `, after ${spec.stage1.method.name}`;
  const expected = finished
    ? "finished"
    : `about ${duration(estimate.seconds)}, ${megabytes(estimate.memory)}`;
  return `${id}  ${datasetText(spec)}  ${name}  seed ${spec.seed}  ` +
    `${steps} steps of ${batch} images a domain, ${network.name} × ${network.width}${first}` +
    `  ${expected}`;
}
