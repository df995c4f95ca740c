/**
 * Reliability diagram: how often predictions of a certain confidence are right.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { calibration, joined } from "../analysis/calibration.ts";
import type { DatasetResults, MethodResults } from "../analysis/arrange.ts";
import { type Chart, choice, GUIDE, PALETTE, type Said, specOf } from "./chart.ts";

const ALL = "all domains";

/** The bins of one method in one domain that hold images; all values in percent. */
export interface ReliabilityRows {
  readonly method: string;
  readonly domain: string;
  readonly error: number;
  readonly confidence: readonly number[];
  readonly accuracy: readonly number[];
  readonly images: readonly number[];
}

const SCALE = { domain: [0, 100] };
const X = {
  field: "confidence",
  type: "quantitative" as const,
  scale: SCALE,
  title: "Mean confidence (%)",
};
const Y = { field: "accuracy", type: "quantitative" as const, scale: SCALE, title: "Accuracy (%)" };
const TOOLTIP = [
  { field: "method" },
  { field: "domain" },
  { field: "confidence", format: ".1f", title: "confidence (%)" },
  { field: "accuracy", format: ".1f", title: "accuracy (%)" },
  { field: "images", title: "images, all seeds" },
];

/** Method, domain and error, in words above the chart. */
const LABEL = {
  transform: [{
    calculate:
      "datum.method + ', ' + datum.domain + ': calibration error ' + format(datum.error, '.1f') + ' %'",
    as: "label",
  }],
  mark: {
    type: "text" as const,
    align: "left" as const,
    baseline: "bottom" as const,
    dy: -8,
    color: "currentColor",
    fontSize: 12,
    aria: false,
  },
  encoding: {
    x: { datum: 0, type: "quantitative" as const, scale: SCALE },
    y: { datum: 100, type: "quantitative" as const, scale: SCALE },
    text: { field: "label" },
  },
};

/** Accuracy over confidence; the reader chooses method and domain. */
export function reliabilitySpec(
  rows: readonly ReliabilityRows[],
  domains: readonly string[],
  shown: string,
  description: string,
): TopLevelSpec {
  const methods = [...new Set(rows.map((row) => row.method))];
  return specOf(description, {
    params: [
      choice("method", "Method", methods, shown),
      choice("domain", "Domain", domains, ALL),
    ],
    width: 300,
    height: 300,
    data: { values: [...rows] },
    transform: [{ filter: "datum.method === method && datum.domain === domain" }],
    layer: [
      {
        data: { values: [{ confidence: 0, accuracy: 0 }, { confidence: 100, accuracy: 100 }] },
        mark: { type: "line", ...GUIDE },
        encoding: { x: X, y: Y },
      },
      {
        transform: [{ flatten: ["confidence", "accuracy", "images"] }],
        mark: { type: "rule", color: PALETTE[1], strokeWidth: 2, strokeOpacity: 0.7, aria: false },
        encoding: { x: X, y: Y, y2: { field: "confidence" } },
      },
      {
        transform: [{ flatten: ["confidence", "accuracy", "images"] }],
        mark: { type: "line", color: PALETTE[0], strokeWidth: 1.5, aria: false },
        encoding: { x: X, y: Y },
      },
      {
        transform: [{ flatten: ["confidence", "accuracy", "images"] }],
        mark: { type: "point", filled: true, color: PALETTE[0], opacity: 1, aria: false },
        encoding: {
          x: X,
          y: Y,
          size: {
            field: "images",
            type: "quantitative",
            scale: { range: [15, 240] },
            legend: null,
          },
          tooltip: TOOLTIP,
        },
      },
      LABEL,
    ],
  });
}

/** The chart of a data set; null when no run kept predictions. Methods from best to last. */
export function reliabilityChart(
  dataset: DatasetResults,
  ordered: readonly MethodResults[],
): Chart | null {
  const { domains } = dataset.data!;
  const found = ordered.flatMap((method) => {
    const known = calibration(method);
    return known ? [{ method, known }] : [];
  });
  if (found.length === 0) return null;
  const rows = found.flatMap(({ method, known }) =>
    [
      { domain: ALL, bins: joined(known.byDomain), error: known.error },
      ...domains.map((domain, d) => ({
        ...{ domain, bins: known.byDomain[d]!, error: known.errors[d]! },
      })),
    ].map(({ domain, bins, error }): ReliabilityRows => {
      const filled = bins.filter((bin) => bin.images > 0);
      const share = (value: number, images: number) => Number((100 * value / images).toFixed(1));
      return {
        method: method.title,
        domain,
        error: Number((100 * (error?.mean ?? 0)).toFixed(2)),
        confidence: filled.map((bin) => share(bin.confidence, bin.images)),
        accuracy: filled.map((bin) => share(bin.correct, bin.images)),
        images: filled.map((bin) => bin.images),
      };
    })
  );
  const { method, known } = found[0]!;
  const bins = known.byDomain[0]!.length;
  const says = found.flatMap((one) =>
    [ALL, ...domains].map((domain, d): Said => ({
      choice: { method: one.method.title, domain },
      words: errorWords(one.method.title, domain, one.known, d === 0 ? null : d - 1),
    }))
  );
  const description = `Accuracy of test predictions on ${dataset.title} by their confidence, in ` +
    `${bins} bins, seeds together; larger dots hold more images. On the dashed line confidence ` +
    `is deserved, below it the method is too sure of itself. ${says[0]!.words}`;
  return {
    name: `${dataset.name}-reliability`,
    title: "Reliability of the confidence",
    description,
    spec: reliabilitySpec(rows, [ALL, ...domains], method.title, description),
    says,
  };
}

/** A method's error of calibration, over all domains or in one. */
function errorWords(
  method: string,
  where: string,
  { error, floor, errors }: NonNullable<ReturnType<typeof calibration>>,
  domain: number | null,
): string {
  const own = domain === null ? error : errors[domain];
  if (!own) return `Shown: ${method}, ${where}.`;
  return `Shown: ${method}, ${where}; expected calibration error ${(100 * own.mean).toFixed(1)} %` +
    (domain !== null
      ? "."
      : ` (average over domains, mean over ${
        error.n === 1 ? "one seed" : `${error.n} seeds`
      }); deserved confidences would give ${(100 * floor.mean).toFixed(1)} % on so few images.`);
}
