/**
 * How many training images every class has in every domain: the long tails.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { seedOfImages } from "../../bench/records/data_seed.ts";
import type { DatasetResults } from "../analysis/arrange.ts";
import { type Chart, classOrder, GUIDE, labelAngle, PALETTE, specOf } from "./chart.ts";

/** Training images of a class in a domain. */
export interface ClassCount {
  readonly domain: string;
  readonly class: string;
  /** Place of the class among all, from 1. */
  readonly place: number;
  readonly images: number;
}

/**
 * One row of bars a domain, classes in the same order in all.
 *
 * @param classes From the most training images to the fewest.
 * @param shots Bounds of the shot groups, drawn as dashed lines.
 */
export function distributionSpec(
  rows: readonly ClassCount[],
  domains: readonly string[],
  classes: readonly string[],
  shots: { readonly many: number; readonly few: number },
  description: string,
): TopLevelSpec {
  const width = Math.max(220, Math.min(440, classes.length * 26));
  const named = classes.length <= 30; // hundreds of names cannot be read, nor as many bars
  const y = {
    field: "images",
    type: "quantitative" as const,
    title: "images",
    scale: { type: "symlog" as const, constant: 10 },
    axis: { tickCount: 4 },
  };
  const x = classAxis(classes, width, named);
  const tooltip = [
    { field: "domain" },
    { field: "class" },
    { field: "images", title: "training images" },
  ];
  return specOf(description, {
    data: { values: [...rows] },
    facet: {
      row: {
        field: "domain",
        type: "nominal",
        sort: [...domains],
        title: null,
        header: {
          labelColor: "currentColor",
          labelFontSize: 12,
          labelAngle: 0,
          labelAlign: "left",
          labelOrient: "top",
          labelAnchor: "start",
          labelPadding: 2,
        },
      },
    },
    spacing: 12,
    spec: {
      width,
      height: 70,
      layer: [
        {
          mark: named
            ? { type: "bar", color: PALETTE[0], aria: false }
            : { type: "area", interpolate: "step", color: PALETTE[0], aria: false },
          encoding: named ? { x, y, tooltip } : { x, y },
        },
        // A layer without data would have no extent to draw an axis for.
        ...(named && rows.some(({ images }) => images === 0)
          ? [{
            transform: [{ filter: "datum.images === 0" }],
            mark: { type: "text" as const, text: "0", baseline: "bottom" as const, aria: false },
            encoding: { x, y, tooltip },
          }]
          : []),
        ...boundLayers(shots),
      ],
    },
  });
}

/** Classes by name, or by place where their names could not be read. */
function classAxis(classes: readonly string[], width: number, named: boolean) {
  return named
    ? {
      field: "class",
      type: "nominal" as const,
      sort: [...classes],
      title: null,
      axis: { labelAngle: labelAngle(classes, width / classes.length) },
    }
    : {
      field: "place",
      type: "quantitative" as const,
      scale: { domain: [1, classes.length], nice: false },
      title: `${classes.length} classes, most training images first`,
      axis: { grid: false },
    };
}

/** A dashed line with its name at each bound of the shot groups. */
function boundLayers(shots: { readonly many: number; readonly few: number }) {
  const once = {
    transform: [{
      aggregate: [{ op: "count" as const, as: "classes" }],
      groupby: ["domain"],
    }],
  };
  const dashed = { type: "rule" as const, ...GUIDE };
  const label = {
    type: "text" as const,
    x: "width" as const,
    dx: 6,
    align: "left" as const,
    fontSize: 11,
    color: "currentColor",
    aria: false,
  };
  return [
    { bound: shots.many, text: `many: above ${shots.many}` },
    { bound: shots.few, text: `few: up to ${shots.few}` },
  ].flatMap(({ bound, text }) => [
    { ...once, mark: dashed, encoding: { y: { datum: bound } } },
    { ...once, mark: { ...label, text }, encoding: { y: { datum: bound } } },
  ]);
}

/** A data set's training images; needs no run. */
export interface Distribution {
  readonly name: string;
  readonly title: string;
  readonly domains: readonly string[];
  readonly classes: readonly string[];
  /** Training images, `train[domain][class]`. */
  readonly train: readonly (readonly number[])[];
  readonly shots: { readonly many: number; readonly few: number };
  /** The seed that draws them; left out where all seeds have the same. */
  readonly seed?: number;
}

/** The chart of a data set; one for each seed where every seed draws images of its own. */
export function distributionCharts({ name, data, methods }: DatasetResults): Chart[] {
  const runs = methods.flatMap((method) => method.runs.filter((run) => run?.digest));
  const bySeed = new Map(runs.map((run) => [seedOfImages(run!.spec), run!.digest!.data.counts]));
  return [...bySeed].sort(([a], [b]) => (a ?? -1) - (b ?? -1)).map(([seed, { train }]) =>
    distributionChart({ ...data!, name, train, ...(seed !== null && { seed }) })
  );
}

/** The chart of some training images. */
export function distributionChart(
  { name, title, domains, classes, train, shots, seed }: Distribution,
): Chart {
  const order = classOrder(train);
  const rows = domains.flatMap((domain, d) =>
    order.map((c, i) => ({ domain, class: classes[c]!, place: i + 1, images: train[d]![c]! }))
  );
  const all = rows.map((row) => row.images);
  const zero = all.filter((count) => count === 0).length;
  const drawn = seed === undefined ? "" : `, as seed ${seed} draws them`;
  const description = `Training images of every class in every domain of ${title}${drawn}, ` +
    `classes with the most training images first, on a logarithmic axis that holds 0: from ` +
    `${Math.min(...all)} to ${Math.max(...all)}` +
    (zero > 0 ? `, none in ${zero} of ${all.length} cells (zero-shot)` : "") +
    `. Dashed: the bounds of the many-shot and few-shot groups.`;
  return {
    name: `${name}-distribution${seed === undefined ? "" : `-seed-${seed}`}`,
    title: `Training images by class and domain${drawn}`,
    description,
    spec: distributionSpec(rows, domains, order.map((c) => classes[c]!), shots, description),
  };
}
