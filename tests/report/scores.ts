/**
 * Output folders in which every run has the score that a test gives it.
 *
 * @module
 */
import { join } from "node:path";
import type { Confusion, RunRecord } from "../../bench/records/record.ts";
import { type FakeGrid, writeStore } from "./store.ts";

/** Images of each class in each domain: scores are multiples of a thousandth. */
const IMAGES = 1000;

/** Scores by method and seed (from 0), null where the run failed; on every data set the same. */
export type Scores = Readonly<Record<string, readonly (number | null)[]>>;

/**
 * Writes a folder whose runs have exactly these accuracies and macro-F1, in every domain.
 *
 * @param change What else is to become of a record.
 */
export async function writeScores(
  out: string,
  scores: Scores,
  datasets: FakeGrid["datasets"],
  change: (record: RunRecord) => RunRecord = (record) => record,
): Promise<void> {
  const seeds = Object.values(scores)[0]!.map((_, seed) => seed);
  const { runs } = await writeStore(out, {
    ...{ datasets, seeds, methods: Object.keys(scores) },
    fate: (_, method, seed) => scores[method]![seed] === null ? "failed" : "done",
  });
  for (const { id, name, spec } of runs) {
    const score = scores[name]![spec.seed];
    if (score === null || score === undefined) continue;
    const path = join(out, "runs", id, "record.json");
    const record: RunRecord = JSON.parse(await Deno.readTextFile(path));
    const { domains, classes } = record.data;
    const test = domains.map(() => confusionOf(classes.length, score));
    const counts = { ...record.data.counts, test: test.map(() => classes.map(() => IMAGES)) };
    const whole = {
      ...record,
      data: { ...record.data, counts },
      result: { ...record.result!, test },
    };
    await Deno.writeTextFile(path, JSON.stringify(change(whole)));
  }
}

/** Every class is recognised as often, and its other images are taken for the next. */
function confusionOf(classes: number, score: number): Confusion {
  const right = Math.round(IMAGES * score);
  return Array.from(
    { length: classes },
    (_, truth) =>
      Array.from(
        { length: classes },
        (_, predicted) =>
          predicted === truth ? right : predicted === (truth + 1) % classes ? IMAGES - right : 0,
      ),
  );
}

/** What a part of a page says, without its markup. */
export function textOf(page: string, section: string): string {
  const [, inside] = new RegExp(`<section id="${section}"[^>]*>(.*?)</section>`, "s").exec(page)!;
  return inside!.replaceAll(/<script.*?<\/script>|<svg.*?<\/svg>/gs, " ")
    .replaceAll(/<[^>]+>/g, " ").replaceAll("&amp;", "&").replaceAll("&#x27;", "'")
    .replaceAll(/[ \n]+/g, " ");
}
