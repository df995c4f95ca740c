/**
 * What every chart shares: a chart is a Vega-Lite specification, data in, plain object out.
 *
 * Text and axes take the colour of the text around the chart (`currentColor`), so that one chart
 * suits light and dark pages and paper.
 *
 * @module
 */
import type { Metric } from "../../metrics/mod.ts";
import {
  completeMethods,
  type DatasetResults,
  estimate,
  type MethodResults,
  scores,
} from "../analysis/arrange.ts";
import { bestFirst } from "../analysis/tested.ts";
import { scoreKey } from "../digest.ts";
import type { ChartConfig, ChartSpec } from "../types.ts";

/** A chart: its files' name, what it shows in words, and how it is drawn. */
export interface Chart {
  /** Of its files, and unique in the report. */
  readonly name: string;
  /** Above the chart. */
  readonly title: string;
  /** The text alternative: what a reader who cannot see the chart should know. */
  readonly description: string;
  /** With its data in it. */
  readonly spec: ChartSpec;
  /** What the description ends with, for each choice that the chart offers; as drawn first. */
  readonly says?: readonly Said[];
}

/** What is to be said of a chart when the reader has made a choice. */
export interface Said {
  /** The chart's parameters and their values. */
  readonly choice: Readonly<Record<string, string>>;
  /** Whole sentences. */
  readonly words: string;
}

/**
 * Colours that stay apart for readers who lack a kind of cone, each with a contrast of 3 to white and
 * to the dark page (`tests/report/colours_test.ts`); shape or dash always says the same.
 */
export const PALETTE = ["#1f83c4", "#e0690c", "#789e65", "#a207fc"] as const;

/** The colour of what is neither. */
export const NEUTRAL = "#808080";

/** Width in pixels of a chart with one panel: on one column of a paper its words can be read. */
export const WIDTH = 340;

const CONFIG = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    domainColor: "currentColor",
    tickColor: "currentColor",
    gridColor: "currentColor",
    gridOpacity: 0.14,
    labelFontSize: 12,
    labelLimit: 260,
    titleFontSize: 12,
    titleFontWeight: "normal",
  },
  legend: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
  },
  title: { color: "currentColor", fontSize: 13, fontWeight: 600, anchor: "start" },
  text: { color: "currentColor" },
} as const;

const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";

/** What is a chart's own of its specification. */
export type SpecBody<Spec = ChartSpec> = Spec extends unknown
  ? Omit<Spec, "$schema" | "description" | "config">
  : never;

/** A chart's specification, with what all charts share. */
export function specOf(description: string, body: SpecBody, config: ChartConfig = {}): ChartSpec {
  return { $schema: SCHEMA, description, config: { ...CONFIG, ...config }, ...body };
}

/** The methods with a result: by their worst domain, those that lack seeds last. */
export function fromBest(dataset: DatasetResults, metric: Metric): MethodResults[] {
  const full = completeMethods(dataset);
  const order = bestFirst(metric);
  const lacking = (method: MethodResults) => full.includes(method) ? 0 : 1;
  return dataset.methods
    .flatMap((method) => {
      const known = estimate(scores(method, scoreKey("worst", metric.name)));
      return known ? [{ method, mean: known.mean }] : [];
    })
    .sort((a, b) => lacking(a.method) - lacking(b.method) || order(a.mean, b.mean))
    .map(({ method }) => method);
}

/** Two decimals: more than a screen shows, and files stay small. */
export function short(value: number): number {
  return Number(value.toFixed(2));
}

/** Classes by training images (`train[domain][class]`) of all domains, the most first. */
export function classOrder(train: readonly (readonly number[])[]): number[] {
  const images = train[0]!.map((_, c) => train.reduce((sum, counts) => sum + counts[c]!, 0));
  return images.map((_, c) => c).sort((a, b) => images[b]! - images[a]!);
}

/** Colours and shapes of many categories: both change from one to the next. */
export const HUES = [...PALETTE, "#815e61", "#cd79a5", "#d21a2d"] as const;
const SHAPES = ["circle", "square", "triangle-up", "diamond", "cross"] as const;

/** How many categories {@linkcode categories} can tell apart at a glance. */
export const MOST_CATEGORIES = 20;

/** Scales of colour and shape for at most {@linkcode MOST_CATEGORIES} categories. */
export function categories(names: readonly string[]) {
  const turn = <T>(all: readonly T[]) => names.map((_, i) => all[i % all.length]!);
  return {
    color: { domain: [...names], range: turn<string>(HUES) },
    shape: { domain: [...names], range: turn<string>(SHAPES) },
  };
}

/** The angle at which names fit below columns of some width. */
export function labelAngle(names: readonly string[], width: number): 0 | -40 | -90 {
  const longest = 7 * Math.max(...names.map((name) => name.length));
  return longest < width ? 0 : width >= 22 ? -40 : -90;
}

/** How a line looks that values are held against. */
export const GUIDE = {
  strokeDash: [4, 3],
  color: "currentColor",
  strokeOpacity: 0.6,
  aria: false,
};

/** Below this share of viridis white text reads better on it, above it black. */
export const DARK_BELOW = 0.45;

/** A choice that the reader makes among names, beside the chart. */
export function choice(name: string, label: string, options: readonly string[], value: string) {
  return { name, value, bind: { input: "select", name: `${label} `, options: [...options] } };
}
