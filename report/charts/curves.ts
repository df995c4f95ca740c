/**
 * A validation metric and the training loss over the steps.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { type Metric, PRIMARY } from "../../metrics/mod.ts";
import { type DatasetResults, estimate, type MethodResults } from "../analysis/arrange.ts";
import { axisTitle } from "../tables/format.ts";
import { type Chart, PALETTE, short, specOf, WIDTH } from "./chart.ts";

/** A point of a method's training curve, mean over its finished seeds. */
export interface CurveScore {
  readonly method: string;
  readonly step: number;
  /** Of validation images, as the metric is shown; null where it is undefined. */
  readonly score: number | null;
  readonly loss: number | null;
  /** Ends of one standard deviation over seeds around the score; left out where there is none. */
  readonly low?: number;
  readonly high?: number;
}

/**
 * A validation metric and the training loss over steps: some methods in colour, the others behind
 * them; the page brings any one of those to the front.
 */
export function curvesSpec(
  metric: Metric,
  rows: readonly CurveScore[],
  highlighted: readonly string[],
  description: string,
): TopLevelSpec {
  const others = [...new Set(rows.map((row) => row.method))].filter((method) =>
    !highlighted.includes(method)
  );
  return specOf(description, {
    ...(others.length === 0 ? {} : {
      params: [{
        name: "highlight",
        value: "",
        bind: {
          input: "select",
          name: "Highlight ",
          options: ["", ...others],
          labels: ["none", ...others],
        },
      }],
    }),
    data: { values: [...rows] },
    vconcat: [
      panel("score", highlighted, others, axisTitle(`Validation ${metric.title}`, metric), {
        zero: false,
      }, rows.some(({ low }) => low !== undefined)),
      // Penalties make some losses orders of magnitude larger, and a few negative.
      rows.every(({ loss }) => loss === null || loss > 0)
        ? panel("loss", highlighted, others, "Training loss (logarithmic)", { type: "log" })
        : panel("loss", highlighted, others, "Training loss (symmetric log)", {
          type: "symlog",
          constant: 0.1,
          zero: false,
        }),
    ],
  });
}

/** The curves of one field: the others in the background, and those in colour before them. */
function panel(
  field: "score" | "loss",
  highlighted: readonly string[],
  others: readonly string[],
  title: string,
  scale: object,
  hasSpread = false,
) {
  const inColour = {
    field: "method",
    type: "nominal" as const,
    scale: { domain: [...highlighted], range: PALETTE.slice(0, highlighted.length) },
    legend: { title: null, orient: "top" as const, symbolType: "stroke", symbolStrokeWidth: 3 },
  };
  const dashed = {
    ...inColour,
    scale: { domain: [...highlighted], range: [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]] },
  };
  const encoding = {
    x: { field: "step", type: "quantitative" as const, title: "Updates" },
    y: { field, type: "quantitative" as const, title, scale },
    detail: { field: "method" },
    tooltip: [{ field: "method" }, { field: "step" }, { field, format: ".3~f", title }],
  };
  const line = { type: "line" as const, aria: false, invalid: "filter" as const };
  const own = { test: `indexof(${JSON.stringify(highlighted)}, datum.method) >= 0` };
  const chosen = "datum.method === highlight";
  return {
    width: WIDTH,
    height: 190,
    layer: [
      // A layer without data would have no extent to draw an axis for.
      ...(others.length === 0 ? [] : [{
        transform: [{ filter: { not: own.test } }],
        mark: { ...line, color: "currentColor" },
        encoding: {
          ...encoding,
          strokeWidth: { condition: { test: chosen, value: 2.2 }, value: 1 },
          strokeOpacity: { condition: { test: chosen, value: 1 }, value: 0.28 },
        },
      }]),
      ...(hasSpread
        ? [{
          transform: [{ filter: `${own.test} && isValid(datum.low)` }],
          mark: { type: "area" as const, fillOpacity: 0.15, aria: false },
          encoding: {
            x: encoding.x,
            y: { field: "low", type: "quantitative" as const, title, scale },
            y2: { field: "high" },
            color: inColour,
            detail: encoding.detail,
          },
        }]
        : []),
      {
        transform: [{ filter: own.test }],
        mark: { ...line, strokeWidth: 2.2 },
        encoding: { ...encoding, color: inColour, strokeDash: dashed },
      },
    ],
  };
}

/** The chart of a data set; methods are given from best to last. */
export function curvesChart(
  dataset: DatasetResults,
  asked: Metric,
  ordered: readonly MethodResults[],
  control: string | null,
): Chart {
  const metric = isTraced(asked, ordered) ? asked : PRIMARY;
  const named = ordered.filter((method) => method.name === control);
  const highlighted = [...new Set([...ordered.slice(0, 3), ...named])]
    .slice(0, PALETTE.length).map((method) => method.title);
  const rows = ordered.flatMap((method) => {
    const points = method.runs.flatMap((run) =>
      run?.state.status === "done" ? run.digest!.curve : []
    );
    const steps = Map.groupBy(points, (point) => point.step);
    return [...steps].sort(([a], [b]) => a - b).map(([step, points]): CurveScore => {
      const score = estimate(points.map(({ scores }) => scores.get(metric.name) ?? null));
      const loss = estimate(points.map((point) => point.loss));
      return {
        method: method.title,
        step,
        score: score && short(metric.scale.factor * score.mean),
        ...((score?.sd ?? null) !== null && highlighted.includes(method.title) && {
          low: short(metric.scale.factor * (score!.mean - score!.sd!)),
          high: short(metric.scale.factor * (score!.mean + score!.sd!)),
        }),
        loss: loss && Number(loss.mean.toPrecision(5)),
      };
    });
  });
  const description =
    `Validation ${metric.title}, averaged over domains, and training loss over the steps on ` +
    `${dataset.title}, mean over seeds${
      rows.some(({ low }) => low !== undefined)
        ? ", with a band of one standard deviation of validation figures"
        : ""
    }. ` +
    `In colour: ${highlighted.join(", ")}` +
    (ordered.length > highlighted.length ? "; the other methods behind them." : ".") +
    " Losses of different methods are not on one scale.";
  return {
    name: `${dataset.name}-curves`,
    title: "Training curves",
    description,
    spec: curvesSpec(metric, rows, highlighted, description),
  };
}

/** Whether runs looked at a metric while they trained. */
function isTraced({ name }: Metric, methods: readonly MethodResults[]): boolean {
  return methods.some(({ runs }) =>
    runs.some((run) => run?.digest?.curve.some(({ scores }) => scores.has(name)))
  );
}
