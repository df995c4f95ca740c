/**
 * The columns that tables share.
 *
 * @module
 */
import type { Metric } from "../../metrics/mod.ts";
import { showP } from "./format.ts";
import type { Column } from "./table.ts";

/** A column of words. */
export function text(key: string, title: string): Column {
  return { key, title, kind: "text" };
}

export const DATASET: Column = text("dataset", "Data set");
export const DOMAIN: Column = text("domain", "Domain");
export const METRIC: Column = text("metric", "Metric");
export const METHOD: Column = text("method", "Method");
export const STATE: Column = text("state", "State");
export const REASON: Column = text("reason", "Reason");
export const RUN: Column = text("run", "Run");
export const SEED: Column = { key: "seed", title: "Seed", kind: "number" };

/** Means and standard deviations of a metric, as `scaled` gives them. */
export function estimates(
  { scale, better }: Metric,
  column: Pick<Column, "key" | "title" | "columnGroup">,
): Column {
  return { ...column, kind: "estimate", digits: scale.decimals, best: better };
}

/** p-values of paired t tests. */
export const P_HOLM: Column = { key: "p_holm", title: "p (Holm)", kind: "number", show: showP };
