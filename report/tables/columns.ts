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

/** Titles of data sets. */
export const DATASET: Column = text("dataset", "Data set");
/** Names of domains, or `average` and `worst`. */
export const DOMAIN: Column = text("domain", "Domain");
/** Titles of metrics. */
export const METRIC: Column = text("metric", "Metric");
/** Titles of methods. */
export const METHOD: Column = text("method", "Method");
/** How runs stand, in a word. */
export const STATE: Column = text("state", "State");
/** Why something is missing, in a sentence. */
export const REASON: Column = text("reason", "Reason");
/** Ids of runs. */
export const RUN: Column = text("run", "Run");
/** Seeds, as whole numbers. */
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
