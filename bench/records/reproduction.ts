/**
 * Whether a run that was repeated gave its numbers again.
 *
 * @module
 */
import { METRICS } from "../../metrics/mod.ts";
import { type Figure, figures } from "./figures.ts";
import { canonical } from "./run_id.ts";
import type { RunRecord } from "./record.ts";

/** Metrics that follow from the counts of any record; others an earlier record may not have. */
const DERIVED = METRICS.filter(({ needs }) => needs !== "probabilities");

/** `within`: no test figure has moved by more than was allowed. */
export type Verdict = "identical" | "within" | "different" | "missing";

/**
 * Compares a run with its repetition: identical when curve, counts and outcome are, else by the
 * largest difference of a test figure.
 */
export function comparison(
  original: RunRecord | null,
  repeated: RunRecord | null,
  tolerance: number,
): { readonly verdict: Verdict; readonly largest: number | null } {
  if (original === null || repeated === null) return { verdict: "missing", largest: null };
  const numbers = ({ outcome, curve, result }: RunRecord) => ({ outcome, curve, result });
  const [before, after] = [numbers(original), numbers(repeated)];
  if (canonical(shared(before, after)) === canonical(shared(after, before))) {
    return { verdict: "identical", largest: 0 };
  }
  const [then, now] = [tested(original), tested(repeated)];
  const keys = new Set([...then.keys(), ...now.keys()]);
  const moved = [...keys].map((key) => Math.abs((then.get(key) ?? NaN) - (now.get(key) ?? NaN)));
  const largest = moved.reduce((a, b) => (a >= b ? a : b), 0); // NaN stays: a figure has no partner
  const within = largest <= tolerance && original.outcome.status === repeated.outcome.status;
  return {
    verdict: within ? "within" : "different",
    largest: Number.isNaN(largest) ? null : largest,
  };
}

/** What of a value another one has as well: an earlier record knows of fewer figures. */
function shared(value: unknown, other: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(other)) {
    return value.map((item, i) => i < other.length ? shared(item, other[i]) : item);
  }
  if (!isObject(value) || !isObject(other)) return value;
  const keys = Object.keys(value).filter((key) => other[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, shared(value[key], other[key])]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function tested(record: RunRecord): Map<string, number> {
  const key = ({ domain, metric }: Figure) => `${domain}/${metric}`;
  const rows = figures(record, DERIVED).filter(({ split }) => split === "test");
  return new Map(rows.map((row) => [key(row), row.value]));
}
