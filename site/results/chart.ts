/**
 * All methods of a comparison in one chart: mean and spread, the best on top.
 *
 * @module
 */
import { GUIDE, NEUTRAL, PALETTE, short, specOf } from "../../report/charts/chart.ts";
import { axisTitle } from "../../report/tables/format.ts";
import type { ChartSpec } from "../../report/types.ts";
import { type Comparison, type Entrant, type Figure, METRIC } from "./figures.ts";

/** With more methods than these, names do not fit beside a small chart. */
const NAMED = 16;

/** Rows between two names that do not touch. */
const APART = 3;

/** A figure as tables show it. */
export function figureText(figure: Figure | null): string {
  if (figure === null) return "–";
  const { decimals } = METRIC.scale;
  const sd = figure.sd === null ? "" : ` ± ${figure.sd.toFixed(decimals)}`;
  return `${figure.mean.toFixed(decimals)}${sd}`;
}

/**
 * The chart of a comparison.
 *
 * @param marked The method that it is about, whose chart is small; left out, all are named.
 */
export function comparisonSpec(comparison: Comparison, marked?: Entrant): ChartSpec {
  const { entrants, protocol, title } = comparison;
  const small = marked !== undefined && entrants.length > NAMED;
  const description = `Average test ${METRIC.title} of ${entrants.length} ` +
    `method${entrants.length === 1 ? "" : "s"} on ${title}, ${protocol}: mean and standard ` +
    `deviation over seeds, the best first. ` +
    (marked === undefined
      ? `Highest: ${entrants[0]!.title}, ${figureText(entrants[0]!.average)}.`
      : `${marked.title}, ${figureText(marked.average)}, is marked.`);
  const y = {
    field: "method",
    type: "nominal" as const,
    sort: entrants.map(({ title }) => title),
    title: null,
    axis: {
      grid: !small,
      ticks: false,
      labelOverlap: false,
      ...(small && { values: namesOf(entrants, marked), domain: false }),
      ...(marked && {
        labelFontWeight: {
          condition: {
            test: `datum.value === ${JSON.stringify(marked.title)}`,
            value: "bold" as const,
          },
          value: "normal" as const,
        },
      }),
    },
  };
  const x = (field: string) => ({
    field,
    type: "quantitative" as const,
    title: axisTitle(`Average test ${METRIC.title}`, METRIC),
    scale: { zero: false },
    axis: { tickCount: 5 },
  });
  const own = { test: "datum.marked" };
  const color = { condition: { ...own, value: PALETTE[1] }, value: marked ? NEUTRAL : PALETTE[0] };
  return specOf(description, {
    width: 270,
    height: { step: small ? 5 : 18 },
    data: { values: entrants.map((entrant) => rowOf(entrant, entrant === marked)) },
    layer: [
      ...(marked === undefined ? [] : [{
        transform: [{ filter: "datum.marked" }],
        mark: { type: "rule" as const, ...GUIDE, strokeOpacity: 0.35 },
        encoding: { x: x("mean") },
      }]),
      {
        transform: [{ filter: "datum.low !== null" }],
        mark: { type: "rule", aria: false },
        encoding: {
          y,
          x: x("low"),
          x2: { field: "high" },
          color,
          strokeWidth: { condition: { ...own, value: 3 }, value: small ? 1 : 2 },
          opacity: { condition: { ...own, value: 1 }, value: small ? 0.55 : 1 },
        },
      },
      {
        mark: { type: "point", filled: true, opacity: 1, aria: false },
        encoding: {
          y,
          x: x("mean"),
          color,
          size: { condition: { ...own, value: 90 }, value: small ? 14 : 50 },
          shape: { condition: { ...own, value: "diamond" }, value: "circle" },
        },
      },
    ],
  });
}

/** The marked one, and for orientation the first and the last where there is room. */
function namesOf(entrants: readonly Entrant[], marked: Entrant): string[] {
  const at = entrants.indexOf(marked);
  return [0, entrants.length - 1].filter((row) => Math.abs(row - at) >= APART)
    .map((row) => entrants[row]!.title).concat(marked.title);
}

function rowOf({ title, average: { mean, sd } }: Entrant, marked: boolean) {
  const ends = sd === null ? { low: null, high: null } : {
    low: short(mean - sd),
    high: short(mean + sd),
  };
  return { method: title, mean: short(mean), ...ends, marked };
}
