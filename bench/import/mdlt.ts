/**
 * Runs from output folders of MDLT (YyzHarry/multi-domain-imbalance, `train.py`).
 *
 * Its files hold accuracies of domains, classes and shot groups. All figures that follow from these
 * are derived; those that do not (macro-F1, calibration) are not given.
 *
 * @module
 */
import { DataError, UsageError } from "../../base/errors.ts";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import type { Metric } from "../../metrics/mod.ts";
import type { Method } from "../../methods/method.ts";
import type { Origin, RecordedScores, RunRecord, TrainingSettings } from "../records/record.ts";
import { runId, runName } from "../records/run_id.ts";
import { determinedScores, type KnownDomain } from "./determined.ts";
import { aboutData, type KnownImages } from "./images.ts";
import {
  argument,
  type Checkpoint,
  domainsWith,
  hyperparametersOf,
  type ResultsFolder,
  resultsFolders,
  wholeArgument,
} from "./results_folder.ts";
import { bestOf, bestRun, cellsOf, type Chosen, sharedNumber, sharedValues } from "./sweep.ts";
import { importedMethod, importedSpec } from "./spec.ts";
import type { Imported } from "./write.ts";

/** How a checkpoint and a setting are chosen, by name, with our name of the same rule. */
const RULES = {
  "validation-mean": { ending: "_val", selection: "validation-accuracy" },
  "oracle": { ending: "_test", selection: "oracle-test-accuracy" },
} as const;

/** The names of MDLT's selection rules, the usual one first. */
export const MDLT_RULES = Object.keys(RULES) as readonly (keyof typeof RULES)[];

/** What is imported from folders of another program. */
export interface FolderRequest<Rule> {
  /** The folder of all runs. */
  readonly root: string;
  readonly rule: Rule;
  /** Whether runs count that have not ended. */
  readonly unfinished: boolean;
  /** The definition and, where they are here, the images of a data set, by the program's name. */
  data(name: string): Promise<{
    readonly name: string;
    readonly definition: DatasetDefinition | undefined;
    readonly images: KnownImages | undefined;
    readonly settings: KnownImages["settings"];
  }>;
  readonly framework: Pick<Origin, "framework" | "version">;
  readonly methods: readonly Method[];
  readonly metrics: readonly Metric[];
}

/** A run of MDLT. */
interface MdltRun {
  readonly folder: ResultsFolder;
  readonly dataset: string;
  readonly algorithm: string;
  readonly seed: number;
  /** Numbers of its domains. */
  readonly domains: readonly number[];
}

/** What MDLT's names of shot groups are here, and that of accuracy. */
const SHOTS = { sht_many: "many", sht_median: "medium", sht_few: "few", sht_zero: "zero" };
const ACCURACY = "accuracy";

/** What of a line is no term of the loss. */
const NO_TERM = /^(step|epoch|step_time|mem_gb|env\d+_.*|sht_.*)$/;

/**
 * The runs of a sweep: of every data set, method and seed the setting and checkpoint that the rule
 * chooses.
 *
 * @throws {UsageError | DataError} When there is nothing to import, or images disagree.
 */
export async function runsFromMdlt(
  request: FolderRequest<keyof typeof RULES>,
): Promise<{ imported: Imported[]; notes: string[] }> {
  const { root, rule, unfinished } = request;
  const { runs: folders, notes } = await resultsFolders(root, "results.json", unfinished);
  const { ending } = RULES[rule];
  const cells = cellsOf(folders.map(mdltRun), cellOf);
  const chosen = cells.flatMap((runs): Chosen<MdltRun>[] => {
    const candidates = runs.flatMap((run): Chosen<MdltRun>[] => {
      const best = bestOf(run.folder.checkpoints, (point) => meanOf(point, run.domains, ending));
      return best === null ? [] : [{ run, ...best }];
    });
    const best = bestRun(candidates);
    return best === undefined ? [] : [best];
  });
  const imported: Imported[] = [];
  for (
    const method of Map.groupBy(chosen, ({ run }) => `${run.dataset}\t${run.algorithm}`).values()
  ) {
    imported.push(...await recordsOf(method, request));
  }
  return { imported, notes };
}

function mdltRun(folder: ResultsFolder): MdltRun {
  const algorithm = argument(folder, "algorithm"), dataset = argument(folder, "dataset");
  const domains = domainsWith(folder.checkpoints[0]!, "_test");
  if (algorithm === "" || dataset === "" || domains.length === 0) {
    throw new UsageError(
      `Cannot import ${folder.name} as a run of MDLT: its lines have no ${
        algorithm === "" ? "algorithm" : dataset === "" ? "dataset" : "env0_test"
      }`,
    );
  }
  // CRT and what is made like it start from another method's network.
  const stage1 = algorithm.includes("CRT") ? argument(folder, "stage1_algo") : "";
  const imbalance = dataset.startsWith("Imbalanced")
    ? ` ${argument(folder, "imb_type")} ${argument(folder, "imb_factor")}`
    : "";
  return {
    folder,
    dataset: dataset + imbalance,
    algorithm: stage1 === "" || stage1 === "ERM" ? algorithm : `${stage1}+${algorithm}`,
    seed: wholeArgument(folder, "seed"),
    domains,
  };
}

function cellOf({ dataset, algorithm, seed, domains }: MdltRun): string {
  return `${algorithm} on ${dataset}, domains ${domains.join(",")}, seed ${seed}`;
}

/** The mean of the domains' accuracies; null where one is missing. */
function meanOf(
  { values }: Checkpoint,
  domains: readonly number[],
  ending: string,
): number | null {
  let sum = 0;
  for (const domain of domains) {
    const value = values[`env${domain}${ending}`];
    if (typeof value !== "number") return null;
    sum += value;
  }
  return sum / domains.length;
}

/** The records of one method on one data set, a seed each. */
async function recordsOf(
  chosen: readonly Chosen<MdltRun>[],
  request: FolderRequest<keyof typeof RULES>,
): Promise<Imported[]> {
  const { rule, methods, metrics, framework } = request;
  const { dataset: called, algorithm, domains } = chosen[0]!.run;
  const about = await request.data(called);
  const data = dataOf(about, chosen[0]!.run);
  const hparams = chosen.map(({ run }) => hyperparametersOf(run.folder));
  const shared = sharedValues(hparams);
  const training: Partial<TrainingSettings> = {
    steps: sharedNumber(chosen.map(({ run }) => run.folder.checkpoints.at(-1)!.step + 1)),
    batch: sharedNumber(hparams.map(({ batch_size: n }) => Number(n))),
    learningRate: sharedNumber(hparams.map(({ lr }) => Number(lr))),
    weightDecay: sharedNumber(hparams.map(({ weight_decay: w }) => Number(w))),
    selection: RULES[rule].selection,
  };
  const { lr: _, weight_decay: __, batch_size: ___, ...hyperparameters } = shared;
  return chosen.map(({ run, at }): Imported => {
    const spec = importedSpec({
      from: "mdlt",
      dataset: { name: about.name, imageSize: 0, settings: about.settings },
      ...{ method: algorithm, seed: run.seed, hyperparameters, training },
    });
    const point = run.folder.checkpoints[at]!;
    const test = testScores(point, run, data, about.images !== undefined, metrics);
    const record: RunRecord = {
      id: runId(spec),
      spec,
      name: runName(spec, methods),
      outcome: { status: "done" },
      data,
      method: importedMethod(algorithm, methods),
      curve: run.folder.checkpoints.map((point) => curvePoint(point, domains)),
      result: {
        ...{ step: point.step + 1, validation: [], test: [] },
        scores: {
          validation: { [ACCURACY]: accuracies(point, domains, "_val", data, "validation") },
          test,
        },
      },
      environment: {},
      origin: {
        kind: "imported",
        from: "mdlt",
        files: [run.folder.file],
        ...framework,
        split: "unchecked",
        lacks: lacking(test, metrics.filter(({ name }) => !emptyGroups(point).includes(name))),
      },
      timing: timingOf(run.folder),
    };
    return { record, predictions: null };
  });
}

/** What is known of the data: of the domains that the run has. */
export function dataOf(
  { definition, images, name }: Awaited<ReturnType<FolderRequest<unknown>["data"]>>,
  { domains, folder }: Pick<MdltRun, "domains" | "folder">,
): RunRecord["data"] {
  const known = images && aboutData(images);
  const names = known?.domains ?? definition?.domains ?? [];
  const named = domains.every((domain) => domain < names.length);
  const classes = definition?.classes ??
    Array.from({ length: classesOf(folder) }, (_, c) => String(c));
  const part = (counts: readonly (readonly number[])[] | undefined) =>
    domains.map((domain) => (named ? counts?.[domain] : undefined) ?? classes.map(() => 0));
  return {
    title: definition?.title ?? name,
    domains: domains.map((domain) => named ? names[domain]! : `env${domain}`),
    classes,
    counts: {
      train: part(known?.counts.train),
      validation: part(known?.counts.validation),
      test: part(known?.counts.test),
    },
    shots: definition?.shots ?? { many: 100, few: 20 },
    fingerprint: known?.fingerprint ?? "",
  };
}

function classesOf({ checkpoints }: ResultsFolder): number {
  return Math.max(
    1,
    ...checkpoints.slice(0, 1).flatMap(({ classAccuracies }) =>
      Object.values(classAccuracies).map(({ length }) => length)
    ),
  );
}

/** Test figures: all that follow from class accuracies, and those that stand in the line. */
function testScores(
  point: Checkpoint,
  { domains, folder }: MdltRun,
  data: RunRecord["data"],
  counted: boolean,
  metrics: readonly Metric[],
): RecordedScores {
  const { classes, counts, shots } = data;
  const known = domains.map((domain, d): KnownDomain | null => {
    const accuracies = point.classAccuracies[`env${domain}`];
    const images = counts.test[d]!.some((n) => n > 0) ? counts.test[d]! : null;
    if (accuracies?.length !== classes.length) return null;
    if (images !== null) requireShares(accuracies, images, data, d, folder);
    return { accuracies, images, train: counted && images !== null ? counts.train[d]! : null };
  });
  const derived = known.every((domain) => domain !== null)
    ? determinedScores(known, shots, metrics)
    : {};
  const direct: Record<string, RecordedScores[string]> = {
    [ACCURACY]: accuracies(point, domains, "_test", data, "test"),
  };
  for (const [key, metric] of Object.entries(SHOTS)) {
    const value = point.values[key];
    if (derived[metric] === undefined && typeof value === "number" && value >= 0) {
      direct[metric] = { domains: domains.map(() => null), pooled: value };
    }
  }
  return { ...derived, ...direct };
}

/** Class accuracies must be shares of the images that the data set has. */
function requireShares(
  accuracies: readonly (number | null)[],
  images: readonly number[],
  { classes, domains }: RunRecord["data"],
  d: number,
  { name }: ResultsFolder,
): void {
  accuracies.forEach((accuracy, c) => {
    const right = (accuracy ?? 0) * images[c]!;
    const none = accuracy === null && images[c]! > 0;
    if (!none && Math.abs(right - Math.round(right)) < 1e-6) return;
    throw new DataError(
      `Cannot import ${name}: its accuracy of ${classes[c]} in ${domains[d]} is ` +
        `${accuracy ?? "not there"}, which is no share of the ${images[c]} test images that the ` +
        `split here has; it was tested on others.`,
    );
  });
}

/** Accuracies of domains, and of all images where their numbers are known. */
export function accuracies(
  { values }: Checkpoint,
  domains: readonly number[],
  ending: string,
  { counts }: Pick<RunRecord["data"], "counts">,
  split: "validation" | "test",
): RecordedScores[string] {
  const own = domains.map((domain) => values[`env${domain}${ending}`] ?? null);
  const images = counts[split].map((row) => row.reduce((a, b) => a + b, 0));
  const all = images.reduce((a, b) => a + b, 0);
  const whole = all > 0 && own.every((value) => value !== null);
  return {
    domains: own,
    pooled: whole
      ? own.reduce<number>((sum, value, d) => sum + value! * images[d]!, 0) / all
      : null,
  };
}

/** A checkpoint as records have it. */
function curvePoint(point: Checkpoint, domains: readonly number[]): RunRecord["curve"][number] {
  return {
    step: point.step + 1,
    terms: termsOf(point),
    validation: {
      [ACCURACY]: domains.map((domain) => point.values[`env${domain}_val`] ?? null),
    },
  };
}

/** What a method reported of its steps. */
export function termsOf({ values }: Checkpoint): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] =>
      entry[1] !== null && !NO_TERM.test(entry[0])
    ),
  );
}

/** Seconds of the steps, as far as the lines tell them. */
export function timingOf({ checkpoints }: ResultsFolder): RunRecord["timing"] {
  let before = -1, seconds = 0;
  for (const { step, values } of checkpoints) {
    seconds += (values["step_time"] ?? 0) * (step - before);
    before = step;
  }
  return {
    startedAt: new Date().toISOString(),
    seconds: 0,
    trainingSeconds: Math.max(0, seconds),
    evaluationSeconds: 0,
    dataSeconds: 0,
    peakMemory: 0,
  };
}

/** The shot groups that have no class: MDLT writes −1 for them. */
function emptyGroups({ values }: Checkpoint): string[] {
  return Object.entries(SHOTS).flatMap(([key, metric]) => values[key] === -1 ? [metric] : []);
}

/** Which figures the files do not give, and why. */
export function lacking(scores: RecordedScores, metrics: readonly Metric[]): string {
  const absent = metrics.filter(({ name }) => scores[name] === undefined).map(({ title }) => title);
  return `${absent.join(", ")}: the files hold accuracies and no predictions`;
}
