/**
 * What plans, records and failures must look like where they are read: types, ranges and names.
 *
 * Whoever reads such a file does so by `door.ts`, which goes by these schemas: whatever lies in a
 * folder, what comes out of it is what `record.ts` says, and its names and ids are safe in paths.
 *
 * @module
 */
import { z } from "zod";
import { SAFE_NAME } from "../../base/names.ts";
import { recordProblems, specProblems } from "./record_sense.ts";
import type {
  FailureRecord,
  Manifest,
  NetworkSpec,
  Origin,
  RunRecord,
  RunSpec,
  TrainingSettings,
} from "./record.ts";

/** More of anything that is counted (steps, images, classes) means that a file is spoilt. */
const MOST = 2 ** 40;

/** A whole number from 0 up. */
const count = z.int().min(0).max(MOST);
/** Any finite number from 0 up. */
const atLeast0 = z.number().min(0);
/** A name that files are called after. */
const name = z.string().regex(SAFE_NAME, "a name of letters, digits, '.', '_' and '-' is needed");
/** Words for people. */
const text = z.string().max(100_000);
/** A SHA-256. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 is needed");
/** A run's id. */
export const id = z.string().regex(/^[0-9a-f]{16}$/, "16 hexadecimal digits are needed");
const value = z.union([z.number(), z.boolean(), z.string().max(1000)]);
const values = z.record(z.string().max(100), value);
/** Versions, hardware, revision. */
const environment = z.record(z.string(), z.union([text, z.number(), z.null()]));
const plugins = z.array(z.object({ specifier: text, sha256 }));

const network = z.strictObject({
  name,
  width: z.number().min(0).max(1000),
  dropout: z.number().min(0).lt(1).exactOptional(),
  weights: sha256.exactOptional(),
  frozen: z.strictObject({ name, weights: sha256, features: z.literal(true).exactOptional() })
    .exactOptional(),
}) satisfies z.ZodType<NetworkSpec>;

const training = z.strictObject({
  network,
  steps: count,
  batch: count,
  checkpointEvery: count,
  learningRate: atLeast0,
  weightDecay: atLeast0,
  selection: z.string().max(200),
  traceTest: z.literal(true).exactOptional(),
}) satisfies z.ZodType<TrainingSettings>;

const importedFrom = z.enum(["predictions", "mdlt", "domainbed", "checkpoint"]);

/** A specification of a run. A field that is not known would decide numbers unseen: it is refused. */
export const RUN_SPEC: z.ZodType<RunSpec> = z.strictObject({
  format: z.literal(2),
  dataset: z.strictObject({
    name,
    imageSize: z.int().min(0).max(65536),
    settings: values,
    leaveOut: z.array(text.min(1)).min(1).max(2).exactOptional(),
  }),
  method: z.strictObject({ name, version: count, hyperparameters: values }),
  get stage1(): z.ZodType<RunSpec | null> {
    return RUN_SPEC.nullable();
  },
  seed: count,
  training,
  engine: z.strictObject({
    backend: z.enum(["native", "wasm", "elsewhere"]),
    threads: z.int().min(0).max(65536),
    execution: z.enum(["eager", "graph", "xla"]),
    operations: z.literal("tensorflow").exactOptional(),
  }),
  command: z.strictObject({ line: text.min(1), sha256 }).exactOptional(),
  imported: z.strictObject({ from: importedFrom }).exactOptional(),
}).superRefine((spec, context) => {
  for (const { path, problem } of specProblems(spec as RunSpec)) {
    context.addIssue({ code: "custom", path, message: problem });
  }
});

const diverged = z.object({
  status: z.literal("diverged"),
  step: count,
  term: text.exactOptional(),
});
const outcome = z.discriminatedUnion("status", [z.object({ status: z.literal("done") }), diverged]);

/** Rows of counts. Looked at in one go: there are a million of them where classes are many. */
const counts = z.custom<number[][]>(
  (rows) =>
    Array.isArray(rows) &&
    rows.every((row) =>
      Array.isArray(row) && row.every((n) => Number.isInteger(n) && n >= 0 && n <= MOST)
    ),
  "rows of whole numbers from 0 up are needed",
).meta({
  type: "array",
  items: { type: "array", items: { type: "integer", minimum: 0, maximum: MOST } },
});
const curveFigures = z.record(z.string(), z.array(z.number().nullable()));
const unseenFigures = z.object({ validation: curveFigures, test: curveFigures });
const scores = z.record(
  z.string(),
  z.object({ domains: z.array(z.number().nullable()), pooled: z.number().nullable() }),
);

const domains = z.array(text.min(1)).min(1);
const countsBySplit = z.object({ train: counts, validation: counts, test: counts });

const data = z.object({
  title: text,
  domains,
  classes: z.array(text).min(1),
  counts: countsBySplit,
  shots: z.object({ many: z.number(), few: z.number() }),
  fingerprint: text,
  unseen: z.object({ domains, counts: countsBySplit }).exactOptional(),
});

const result = z.object({
  step: count.nullable(),
  unseen: unseenFigures.exactOptional(),
  averaged: z.object({ from: count, to: count }).exactOptional(),
  validation: z.array(counts),
  test: z.array(counts),
  calibration: z.array(
    z.array(z.object({ images: count, correct: count, confidence: atLeast0 })),
  ).exactOptional(),
  scores: z.object({ validation: scores.exactOptional(), test: scores.exactOptional() })
    .exactOptional(),
});

const origin = z.object({
  kind: z.literal("imported"),
  from: importedFrom,
  files: z.array(z.object({ name: text, sha256 })),
  framework: text.exactOptional(),
  version: text.exactOptional(),
  split: z.enum(["checked", "unchecked"]),
  lacks: text.exactOptional(),
}) satisfies z.ZodType<Origin>;

const record = z.object({
  id,
  spec: RUN_SPEC,
  name: text.min(1),
  outcome,
  data,
  method: z.object({ title: text, family: text, source: text }),
  curve: z.array(z.object({
    step: count,
    terms: z.record(z.string(), z.number()),
    validation: curveFigures,
    test: curveFigures.exactOptional(),
    unseen: unseenFigures.exactOptional(),
  })),
  result: result.nullable(),
  environment,
  plugins: plugins.exactOptional(),
  origin: origin.exactOptional(),
  sources: z.object({
    method: sha256.nullable(),
    network: sha256.nullable(),
    stage1: sha256.exactOptional(),
    metrics: z.record(z.string(), sha256).exactOptional(),
  }).exactOptional(),
  files: z.record(name, sha256).exactOptional(),
  sha256: sha256.exactOptional(),
  timing: z.object({
    startedAt: text,
    seconds: atLeast0,
    trainingSeconds: atLeast0,
    evaluationSeconds: atLeast0,
    dataSeconds: atLeast0,
    peakMemory: atLeast0,
    memoryAbove: atLeast0.exactOptional(),
    runsBefore: count.exactOptional(),
  }),
});

/** A record. That its id is the hash of its spec is looked at by who knows in which format it was. */
export const RUN_RECORD: z.ZodType<RunRecord> = record.superRefine((found, context) => {
  for (const { path, problem } of recordProblems(found as RunRecord)) {
    context.addIssue({ code: "custom", path, message: problem });
  }
});

/** Why a run could not be finished. */
export const FAILURE: z.ZodType<FailureRecord> = z.object({
  id,
  name: text,
  spec: RUN_SPEC,
  error: text,
  stack: text.exactOptional(),
  at: text,
  sha256: sha256.exactOptional(),
});

const planned = z.object({
  id,
  name: text.min(1),
  spec: RUN_SPEC,
  study: z.object({ name, method: text.min(1), levels: values }).exactOptional(),
  trial: count.exactOptional(),
  kept: text.exactOptional(),
  program: z.object({
    folder: text.min(1),
    minutes: atLeast0.exactOptional(),
    memory: count.exactOptional(),
  }).exactOptional(),
});

/** A run of a plan. */
export const PLANNED_RUN: z.ZodType<Manifest["runs"][number]> = planned;

/** All of a plan but its runs, of which each is looked at by itself. */
export const PLAN = z.object({
  format: z.literal(2),
  createdAt: text,
  command: z.array(text),
  preset: text,
  environment,
  plugins: plugins.exactOptional(),
  data: z.record(text, text).exactOptional(),
  search: z.object({
    protocol: z.enum(["once", "per-seed"]),
    by: training.shape.selection,
    settings: count,
  }).exactOptional(),
  sha256: sha256.exactOptional(),
});

/** A plan. */
export const MANIFEST: z.ZodType<Manifest> = PLAN.extend({ runs: z.array(PLANNED_RUN) });

/** Jobs that were submitted to a queue. */
export const JOBS = z.array(z.object({
  what: text,
  job: z.string().regex(/^\d+$/, "the number of a job is needed"),
  ids: z.array(id),
}));

/** A schema as other programs know it. */
export function jsonSchema(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, { unrepresentable: "any" }); // what is not is described beside it
}

/** Fails to compile where `record.ts` has a field that is not looked at here. */
type Complete<T, Shape> = [Exclude<keyof T, keyof Shape>] extends [never] ? true : never;
const complete: readonly true[] = [
  true satisfies Complete<RunRecord, typeof record.shape>,
  true satisfies Complete<RunRecord["data"], typeof data.shape>,
  true satisfies Complete<RunRecord["result"] & object, typeof result.shape>,
  true satisfies Complete<Manifest["runs"][number], typeof planned.shape>,
  true satisfies Complete<Manifest, typeof PLAN.shape & { runs: unknown }>,
  true satisfies Complete<Origin, typeof origin.shape>,
  true satisfies Complete<TrainingSettings, typeof training.shape>,
  true satisfies Complete<NetworkSpec, typeof network.shape>,
];
void complete;
