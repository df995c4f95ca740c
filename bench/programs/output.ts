/**
 * What a program has written of a run: predictions, and what else it may tell.
 *
 * @module
 */
import { basename } from "node:path";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { DataError } from "../../base/errors.ts";
import { readIfThere } from "../../base/files.ts";
import type { Dataset, SplitName } from "../../datasets/dataset.ts";
import type { ForeignPredictions } from "../import/record.ts";
import type { CurvePoint } from "../records/record.ts";
import type { ImageFiles } from "./images.ts";
import type { TaskOutput } from "./task.ts";

const numbers = z.array(z.nullable(z.number()));

/** A line of the curve. */
export const curveLineSchema = z.object({
  step: z.int().nonnegative().describe("Updates done."),
  terms: z.record(z.string(), z.number()).default({})
    .describe("Means since the line before: loss, and whatever else there is."),
  validation: z.record(z.string(), numbers).default({})
    .describe("Figures of each domain, by metric; null where one is undefined."),
  test: z.record(z.string(), numbers).optional().describe("The same on test images, if known."),
}).describe("A checkpoint of the training curve.");

/** What a program may tell beside its predictions. */
export const resultSchema = z.object({
  step: z.nullable(z.int().nonnegative()).optional()
    .describe("Updates after which the tested weights were taken."),
  environment: z.record(z.string(), z.nullable(z.union([z.string(), z.number()]))).default({})
    .describe("Versions and hardware."),
}).describe("What a program tells of its run.");

/** What came of a program's run. */
export interface ProgramOutput {
  readonly test: readonly ForeignPredictions[];
  /** Undefined where nothing was predicted for validation images. */
  readonly validation: readonly ForeignPredictions[] | undefined;
  readonly curve: readonly CurvePoint[];
  readonly result: z.infer<typeof resultSchema>;
}

/**
 * Reads what a program has written.
 *
 * @throws {DataError} When there are no predictions, or not one for each test image.
 */
export async function readOutput(
  output: TaskOutput,
  dataset: Dataset,
  files: ImageFiles,
): Promise<ProgramOutput> {
  const text = await readIfThere(output.predictions);
  if (text === null) {
    throw new DataError(`The program has ended without writing ${output.predictions}.`);
  }
  const found = predictionsOf(text, output.predictions, dataset);
  const test = inOrder(found, dataset, files, "test", output.predictions);
  const someValidation = files.validation.flat().some((path) => found.has(path));
  const validation = someValidation
    ? inOrder(found, dataset, files, "validation", output.predictions)
    : undefined;
  const known = new Set([...files.test.flat(), ...files.validation.flat()]);
  const stray = found.keys().find((path) => !known.has(path));
  if (stray !== undefined) {
    throw new DataError(
      `${output.predictions} has a prediction for "${stray}", which is no test or validation image ` +
        `of the run.`,
    );
  }
  return {
    test,
    validation,
    curve: await readCurve(output.curve, dataset.domains.length),
    result: await readResult(output.result),
  };
}

/** A prediction for one image. */
interface Predicted {
  readonly predicted: number;
  /** Of every class; undefined where they are not given. */
  readonly probabilities: readonly number[] | undefined;
}

/**
 * The predictions of a CSV, by path: the column `path`, and `predicted` (the number of a class) or
 * probabilities in `p0`, `p1`, …, or both.
 */
function predictionsOf(
  text: string,
  file: string,
  { classes }: Dataset,
): Map<string, Predicted> {
  const refuse = (why: string) => new DataError(`${file} cannot be used: ${why}.`);
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw refuse(`it is not a sound CSV (${(error as Error).message})`);
  }
  const columns = new Set(Object.keys(rows[0] ?? {}));
  const given = classes.flatMap((_, c) => columns.has(`p${c}`) ? [`p${c}`] : []);
  if (given.length > 0 && given.length < classes.length) {
    throw refuse(
      `it has ${given.length} columns of probabilities, and there are ${classes.length} classes`,
    );
  }
  if (!columns.has("path") || (given.length === 0 && !columns.has("predicted"))) {
    throw refuse(
      `it needs the columns path and predicted, or path and p0 to p${
        classes.length - 1
      }, and has ` +
        (columns.size === 0 ? "none" : [...columns].slice(0, 8).join(", ")),
    );
  }
  const found = new Map<string, Predicted>();
  for (const row of rows) {
    const path = row["path"]!;
    if (found.has(path)) throw refuse(`it has two predictions for "${path}"`);
    const probabilities = given.length === 0 ? undefined : given.map((key) => number(row[key]));
    if (probabilities?.some((p) => !(p >= 0 && p <= 1)) || !sumsToOne(probabilities)) {
      throw refuse(`the probabilities for "${path}" are not numbers from 0 to 1 that sum to 1`);
    }
    const predicted = columns.has("predicted")
      ? number(row["predicted"])
      : probabilities!.indexOf(Math.max(...probabilities!));
    if (!Number.isInteger(predicted) || predicted < 0 || predicted >= classes.length) {
      throw refuse(
        `the prediction "${
          row["predicted"]
        }" for "${path}" is not the number of a class, from 0 to ` +
          (classes.length - 1),
      );
    }
    found.set(path, { predicted, probabilities });
  }
  return found;
}

function number(text: string | undefined): number {
  return text === undefined || text === "" ? NaN : Number(text);
}

/** Whether probabilities are some, to the precision of float16. */
function sumsToOne(values: readonly number[] | undefined): boolean {
  return values === undefined || Math.abs(values.reduce((a, b) => a + b, 0) - 1) <= 1e-2;
}

/** Predictions in the order of a split, one for each of its images. */
function inOrder(
  found: ReadonlyMap<string, Predicted>,
  { domains, classes }: Dataset,
  files: ImageFiles,
  part: SplitName,
  file: string,
): ForeignPredictions[] {
  return domains.map((domain, d) => {
    const own = files[part][d]!.map((path) => {
      const prediction = found.get(path);
      if (prediction !== undefined) return prediction;
      throw new DataError(`${file} lacks a prediction for the ${part} image "${path}".`);
    });
    const probabilities = own.flatMap(({ probabilities }) => probabilities ?? []);
    return {
      labels: [...domain[part].labels],
      predicted: own.map(({ predicted }) => predicted),
      ...(probabilities.length === own.length * classes.length && own.length > 0 && {
        confidence: own.map(({ predicted, probabilities }) => probabilities![predicted]!),
        probabilities: Float64Array.from(probabilities),
      }),
    };
  });
}

/** The curve, in order; none where none was written. A line that was broken off is left out. */
async function readCurve(file: string, domains: number): Promise<CurvePoint[]> {
  const text = await readIfThere(file);
  const points = (text ?? "").split("\n").slice(0, text?.endsWith("\n") ? undefined : -1)
    .filter((line) => line.trim() !== "").map((line, i): CurvePoint => {
      const { test, ...point } = checked(curveLineSchema, line, `line ${i + 1} of ${file}`);
      const lists = [...Object.values(point.validation), ...Object.values(test ?? {})];
      if (lists.some(({ length }) => length !== domains)) {
        throw new DataError(
          `Line ${i + 1} of ${file} must have a figure for each of ${domains} domains.`,
        );
      }
      return { ...point, ...(test && { test }) };
    });
  const last = new Map(points.map((point) => [point.step, point])); // a continued run repeats some
  return [...last.values()].sort((a, b) => a.step - b.step);
}

async function readResult(file: string): Promise<ProgramOutput["result"]> {
  return checked(resultSchema, await readIfThere(file) ?? "{}", file);
}

/** Steps that the last whole line of a curve tells of; undefined where there is none. */
export async function lastStep(file: string): Promise<number | undefined> {
  const line = (await readIfThere(file) ?? "").split("\n").slice(0, -1).at(-1);
  if (line === undefined) return undefined;
  try {
    const { step } = JSON.parse(line);
    return typeof step === "number" ? step : undefined;
  } catch {
    return undefined;
  }
}

function checked<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`Cannot read ${what}: it is no JSON (${(error as Error).message}).`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new DataError(`Cannot read ${what}: ${[...path, message].join(": ")} (${basename(what)}).`);
}
