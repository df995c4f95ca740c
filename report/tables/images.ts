/**
 * The table of seeds and images as two factors.
 *
 * @module
 */
import { median } from "simple-statistics";
import type { ImageEffects } from "../analysis/images.ts";
import { DATASET, DOMAIN, METHOD, METRIC, text } from "./columns.ts";
import { datasetName, figureTitle, metricName, nameOf, pointsOf, signed } from "./format.ts";
import { intervalCell, type Row, type Table } from "./table.ts";

/** Differences to the control with what seeds and what images do to them. */
export function imagesTable(all: readonly ImageEffects[], control: string, alpha: number): Table {
  const draws = Math.max(...all.map(({ resamples }) => resamples));
  return {
    name: "images",
    title: "Seeds and test images as two sources of chance",
    caption:
      `Differences method − ${control} of test figures ${pointsOf(all)}. By seeds: standard ` +
      "error of the mean over seeds, the test images being these. By images: standard error over " +
      `test images, the runs being these, from ${draws} draws of images within each class of each ` +
      `domain, the same for all methods. Both: ${Math.round(100 * (1 - alpha))} % interval that ` +
      "allows for other seeds and other images (crossed bootstrap), of each difference alone and " +
      "not corrected for the number of methods. With one seed it allows for images alone, and " +
      "says nothing of training again: two runs of one method differ as well.",
    columns: [
      DATASET,
      DOMAIN,
      METRIC,
      METHOD,
      { key: "difference", title: "Both", kind: "interval", digits: 1 },
      { key: "seeds", title: "Seeds", kind: "number" },
      { key: "se_seeds", title: "By seeds", kind: "number", digits: 2 },
      { key: "se_images", title: "By images", kind: "number", digits: 2 },
      text("limit", "Limited by"),
    ],
    groups: all.map((effects) => {
      const { dataset, domain, metric, rows } = effects;
      const { factor } = metric.scale;
      return {
        title: `${dataset.title}: ${figureTitle(effects)}`,
        rows: rows.map((row): Row => ({
          cells: [
            ...[datasetName(dataset), domain, metricName(metric), nameOf(row.method)],
            intervalCell(row.difference, row.interval, factor),
            row.seeds,
            row.bySeeds && factor * row.bySeeds,
            factor * row.byImages,
            row.limit,
          ],
        })),
      };
    }),
  };
}

/** Which of the two limits what can be seen, in a sentence a figure. */
export function imagesSentence(effects: ImageEffects): string {
  const { dataset, metric, rows, images } = effects;
  const shown = (values: readonly number[]) => signed(metric, median([...values])).slice(1);
  const seeds = rows.flatMap(({ bySeeds }) => bySeeds ?? []);
  const where = `On ${figureTitle(effects)} of ${dataset.title} (${images} test images)`;
  const byImages = shown(rows.map((row) => row.byImages));
  if (seeds.length === 0) {
    return `${where} each method has one run: a difference to the control is uncertain by ` +
      `${byImages} for its images alone (median standard error), and nobody knows by how much for ` +
      "its seed.";
  }
  const [s, i] = [median(seeds), median(rows.map((row) => row.byImages))];
  return `${where} a difference to the control is uncertain by ${
    shown(seeds)
  } for its seeds and by ` +
    `${byImages} for its images (median standard errors): ` +
    (s > 1.5 * i
      ? "more seeds would show more, more test images hardly."
      : i > 1.5 * s
      ? "more test images would show more, more seeds hardly."
      : "it takes more of both to show more.");
}
