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
  const scored = [original, repeated].every(({ result }) => result?.scores);
  const numbers = ({ outcome, curve, result }: RunRecord) =>
    canonical({ outcome, curve, result: scored ? result : { ...result, scores: null } });
  if (numbers(original) === numbers(repeated)) return { verdict: "identical", largest: 0 };
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

function tested(record: RunRecord): Map<string, number> {
  const key = ({ domain, metric }: Figure) => `${domain}/${metric}`;
  const rows = figures(record, DERIVED).filter(({ split }) => split === "test");
  return new Map(rows.map((row) => [key(row), row.value]));
}
