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

export const DATASET = text("dataset", "Data set");
export const DOMAIN = text("domain", "Domain");
export const METRIC = text("metric", "Metric");
export const METHOD = text("method", "Method");
export const STATE = text("state", "State");
export const REASON = text("reason", "Reason");
export const RUN = text("run", "Run");
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
