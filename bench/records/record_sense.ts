/**
 * What of a record contradicts itself, though each part of it is of the right kind.
 *
 * @module
 */
import { NOT_DOMAINS } from "../../datasets/names.ts";
import type { Confusion } from "../../metrics/mod.ts";
import { leftOut } from "./left_out.ts";
import type { CurvePoint, RunRecord, RunSpec } from "./record.ts";

/** A contradiction, and where in the record it is. */
export interface Problem {
  readonly path: (string | number)[];
  /** In the midst of a sentence. */
  readonly problem: string;
}

/** What a rule that chooses a checkpoint is called. */
const RULE = /^(last|(validation|validation-worst|oracle-test)-[a-z0-9-]+)$/;

/** What of a specification nothing can be trained by; an imported run may lack what is not known. */
export function specProblems(
  { imported, command, dataset, method, training, engine, stage1 }: RunSpec,
): Problem[] {
  if (imported !== undefined) return [];
  const { network, steps, batch, checkpointEvery, selection } = training;
  const least: readonly (readonly [number, ...Problem["path"]])[] = [
    [dataset.imageSize, "dataset", "imageSize"],
    [method.version, "method", "version"],
    [stage1 === null ? steps : 1, "training", "steps"], // a second stage may have none of its own
    [batch, "training", "batch"],
    [checkpointEvery, "training", "checkpointEvery"],
    [engine.threads, "engine", "threads"],
  ];
  const problems = least.flatMap(([value, ...path]) =>
    value >= 1 ? [] : [{ path, problem: "it must be at least 1" }]
  );
  if (network.width <= 0) {
    problems.push({ path: ["training", "network", "width"], problem: "it must be above 0" });
  }
  if (!RULE.test(selection)) {
    problems.push({
      path: ["training", "selection"],
      problem: `a rule is needed, such as validation-macro-f1, and not "${selection.slice(0, 50)}"`,
    });
  }
  const elsewhere = engine.backend === "elsewhere";
  if (elsewhere !== (command !== undefined)) {
    problems.push({
      path: ["engine", "backend"],
      problem: elsewhere ? "it must be native or wasm" : "of a program it must be elsewhere",
    });
  }
  return problems;
}

/** Everything that cannot be: of other sizes than the data, or more than there was. */
export function recordProblems(record: RunRecord): Problem[] {
  return [...ofData(record), ...ofCurve(record), ...ofResult(record)];
}

function* ofData({ spec, data }: RunRecord): Iterable<Problem> {
  const unseen = data.unseen?.domains ?? [];
  if (new Set([...data.domains, ...unseen]).size < data.domains.length + unseen.length) {
    yield { path: ["data", "domains"], problem: "two domains have one name" };
  }
  const taken = [...data.domains, ...unseen].find((name) =>
    NOT_DOMAINS.includes(name.toLowerCase())
  );
  if (taken !== undefined) {
    yield {
      path: ["data", "domains"],
      problem: `"${taken}" is what figures over domains are called`,
    };
  }
  if ([...unseen].sort().join() !== leftOut(spec).join()) {
    yield {
      path: ["data", "unseen"],
      problem: "the domains that its specification leaves out are needed",
    };
  }
  const parts = { counts: data, ...(data.unseen && { unseen: data.unseen }) };
  for (const [part, { domains, counts }] of Object.entries(parts)) {
    for (const [split, table] of Object.entries(counts)) {
      const whole = table.length === domains.length &&
        table.every((row) => row.length === data.classes.length);
      if (whole) continue;
      yield { path: ["data", part, split], problem: "a count of each domain and class is needed" };
    }
  }
}

function* ofCurve({ curve, outcome, spec, data }: RunRecord): Iterable<Problem> {
  const { domains } = data;
  const most = stepsOf(spec);
  let before = -1;
  for (const [i, { step, validation, test = {}, unseen }] of curve.entries()) {
    if (step <= before || step > most) {
      yield {
        path: ["curve", i, "step"],
        problem: `step ${step} of ${most} comes after ${before}`,
      };
    }
    before = step;
    const figures = [...Object.values(validation), ...Object.values(test)];
    if (figures.some(({ length }) => length !== domains.length)) {
      yield { path: ["curve", i], problem: "a figure of each domain is needed" };
    }
    if (!fitsUnseen(unseen, data)) yield { path: ["curve", i, "unseen"], problem: EACH_UNSEEN };
  }
  if (outcome.status === "diverged" && outcome.step > most) {
    yield { path: ["outcome", "step"], problem: `there are ${most} steps` };
  }
}

const EACH_UNSEEN = "a figure of each unseen domain is needed";

/** Whether figures of unseen domains are there where there are such domains, and of each of them. */
function fitsUnseen(figures: CurvePoint["unseen"], { unseen }: RunRecord["data"]): boolean {
  if (figures === undefined || unseen === undefined) return figures === unseen;
  return Object.values(figures).flatMap((split) => Object.values(split))
    .every(({ length }) => length === unseen.domains.length);
}

function* ofResult({ result, outcome, spec, data }: RunRecord): Iterable<Problem> {
  if (result === null) {
    if (outcome.status === "done") {
      yield { path: ["result"], problem: "a run that is done has one" };
    }
    return;
  }
  const most = stepsOf(spec), known = isOurs(spec);
  if (result.step === null ? known : result.step > most) {
    yield { path: ["result", "step"], problem: `a step of ${most} is needed` };
  }
  for (const split of ["validation", "test"] as const) {
    // A run that was made elsewhere may have none.
    if (known || result[split].length > 0) {
      yield* ofCounts(result[split], data.counts[split], ["result", split], known);
    }
    for (const [metric, { domains }] of Object.entries(result.scores?.[split] ?? {})) {
      if (domains.length !== data.domains.length) {
        yield {
          path: ["result", "scores", split, metric],
          problem: "a figure of each domain is needed",
        };
      }
    }
  }
  if (!fitsUnseen(result.unseen, data)) {
    yield { path: ["result", "unseen"], problem: EACH_UNSEEN };
  }
  const bins = result.calibration;
  if (bins !== undefined && bins.length !== data.domains.length) {
    yield { path: ["result", "calibration"], problem: "bins of each domain are needed" };
  }
  for (const [d, domain] of (bins ?? []).entries()) {
    const there = sum(data.counts.test[d] ?? []);
    const wrong = domain.some(({ images, correct, confidence }) =>
      correct > images || confidence > images * (1 + 1e-6)
    );
    if (wrong || sum(domain.map(({ images }) => images)) > there) {
      yield {
        path: ["result", "calibration", d],
        problem: `it counts more than the ${there} images that there are`,
      };
    }
  }
}

/** The most steps that something of a run can come after. */
function stepsOf(spec: RunSpec): number {
  return isOurs(spec) ? spec.training.steps : Infinity;
}

/** Whether the suite itself has trained it. */
function isOurs({ imported, command }: RunSpec): boolean {
  return imported === undefined && command === undefined;
}

/**
 * A confusion matrix a domain, none of whose rows counts more images than its class has.
 *
 * @param all Every image is counted.
 */
function* ofCounts(
  matrices: readonly Confusion[],
  images: readonly (readonly number[])[],
  path: Problem["path"],
  all: boolean,
): Iterable<Problem> {
  if (matrices.length !== images.length) {
    yield { path, problem: "counts of each domain are needed" };
    return;
  }
  for (const [d, matrix] of matrices.entries()) {
    const classes = images[d]!.length;
    if (matrix.length !== classes || matrix.some((row) => row.length !== classes)) {
      yield { path: [...path, d], problem: `${classes} × ${classes} counts are needed` };
      continue;
    }
    const c = matrix.findIndex((row, c) => {
      const counted = sum(row), there = images[d]![c]!;
      return counted > there || (all && counted < there);
    });
    if (c >= 0) {
      yield {
        path: [...path, d, c],
        problem: `it counts ${sum(matrix[c]!)} images, and there are ${images[d]![c]}`,
      };
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
