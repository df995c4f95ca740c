/**
 * A run's test predictions, `predictions.csv`, reduced to what a report shows of them.
 *
 * @module
 */
import { join } from "node:path";
import { readIfThere } from "./files.ts";
import { type Bin, binned } from "./statistics/calibration.ts";

/**
 * Bins of confidence for each domain; null when the run kept no predictions, or none that can be
 * read.
 *
 * @param folder The run's folder.
 * @param domains Names, in the record's order.
 */
export async function readBins(
  folder: string,
  domains: readonly string[],
): Promise<Bin[][] | null> {
  const text = await readIfThere(join(folder, "predictions.csv"));
  if (text === null) return null;
  const byDomain = new Map(domains.map((domain) => [
    domain,
    { confidence: [] as number[], correct: [] as boolean[] },
  ]));
  // A grid holds millions of rows, too many for a general reader of CSV. The last four fields are
  // numbers; what stands before them is the domain, whatever its name holds.
  for (const line of text.split("\n").slice(1)) {
    if (line === "") continue;
    const last = line.lastIndexOf(",");
    const middle = line.lastIndexOf(",", last - 1);
    const first = line.lastIndexOf(",", middle - 1);
    const confidence = Number(line.slice(last + 1));
    const rows = byDomain.get(unquoted(line.slice(0, line.lastIndexOf(",", first - 1))));
    if (!rows || !(confidence >= 0)) return null;
    rows.confidence.push(confidence);
    rows.correct.push(line.slice(first + 1, middle) === line.slice(middle + 1, last));
  }
  return [...byDomain.values()].map(({ confidence, correct }) => binned(confidence, correct));
}

function unquoted(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}
