/**
 * A run's predictions as CSV, and a record's figures counted from them.
 *
 * @module
 */
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { calibrationOf, confusionOf, type Predictions } from "../../metrics/mod.ts";
import type { RunRecord } from "./record.ts";

/** Predictions of which it may not be known how sure they were. */
export type KeptPredictions =
  & Pick<Predictions, "labels" | "predicted">
  & Partial<Pick<Predictions, "confidence">>;

/**
 * `domain,image,label,predicted,confidence` of every test image; numbers count from 0, and a
 * confidence that is not known is empty.
 */
export function predictionsCsv(
  domains: readonly string[],
  predictions: readonly KeptPredictions[],
): string {
  const rows = predictions.flatMap(({ labels, predicted, confidence }, d) =>
    labels.map((label, i) => [domains[d]!, i, label, predicted[i]!, confidence?.[i] ?? ""])
  );
  return stringify([["domain", "image", "label", "predicted", "confidence"], ...rows]);
}

/** What {@linkcode predictionsCsv} wrote, domain by domain. */
export function readPredictions(csv: string, domains: readonly string[]): KeptPredictions[] {
  const rows: { domain: string; label: string; predicted: string; confidence: string }[] = parse(
    csv,
    { columns: true },
  );
  return domains.map((name) => {
    const own = rows.filter(({ domain }) => domain === name);
    return {
      labels: own.map(({ label }) => Number(label)),
      predicted: own.map(({ predicted }) => Number(predicted)),
      ...(own.every(({ confidence }) => confidence !== "") && {
        confidence: own.map(({ confidence }) => Number(confidence)),
      }),
    };
  });
}

/** A record whose test counts are counted anew from predictions. */
export function recounted(
  record: RunRecord,
  result: RunRecord["result"] & object,
  predictions: readonly KeptPredictions[],
): RunRecord {
  const test = predictions.map((domain) => confusionOf(domain, record.data.classes.length));
  const calibration = predictions.flatMap(({ confidence, ...domain }) =>
    confidence === undefined ? [] : [calibrationOf({ ...domain, confidence })]
  );
  const whole = calibration.length === predictions.length;
  return { ...record, result: { ...result, test, ...(whole && { calibration }) } };
}
