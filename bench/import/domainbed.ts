/**
 * Runs from output folders of DomainBed (facebookresearch/DomainBed, `domainbed.scripts.train`).
 *
 * A run leaves out a domain; its accuracy there is that of the 80 % that DomainBed calls `in`, and
 * the 20 % called `out` are validation images, in the domains trained on as well. Trials are seeds.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import type { CurveFigures, RunRecord } from "../records/record.ts";
import { runId, runName } from "../records/run_id.ts";
import { accuracies, dataOf, type FolderRequest, lacking, termsOf, timingOf } from "./mdlt.ts";
import {
  argument,
  type Checkpoint,
  domainNumbers,
  domainsWith,
  hyperparametersOf,
  type ResultsFolder,
  resultsFolders,
  wholeArgument,
} from "./results_folder.ts";
import { importedMethod, importedSpec } from "./spec.ts";
import { bestOf, bestRun, cellsOf, type Chosen, sharedNumber, sharedValues } from "./sweep.ts";
import type { Imported } from "./write.ts";

/** DomainBed's selection rules, the usual one first: how a setting is chosen, and which checkpoints stand. */
export const DOMAINBED_RULES = ["training-domain", "oracle", "cross-validation"] as const;
type Rule = typeof DOMAINBED_RULES[number];

/** A run of DomainBed. */
interface DomainBedRun {
  readonly folder: ResultsFolder;
  readonly dataset: string;
  readonly algorithm: string;
  readonly trial: number;
  /** Numbers of all domains. */
  readonly domains: readonly number[];
  /** Of those that are left out: one, or two. */
  readonly left: readonly number[];
}

const ACCURACY = "accuracy";

/**
 * The runs of a sweep: of every data set, algorithm, trial and domain left out the setting that the
 * rule chooses.
 *
 * @throws {UsageError | DataError} When there is nothing to import.
 */
export async function runsFromDomainBed(
  request: FolderRequest<Rule>,
): Promise<{ imported: Imported[]; notes: string[] }> {
  const { root, rule, unfinished } = request;
  const { runs: folders, notes } = await resultsFolders(root, "results.jsonl", unfinished);
  const byTrial = new Set(folders.map((folder) => wholeArgument(folder, "trial_seed"))).size > 1;
  const all = folders.map((folder) => domainBedRun(folder, byTrial || isSweep(folders)));
  const pairs = all.filter(({ left }) => left.length === 2);
  const singles = cellsOf(all.filter(({ left }) => left.length === 1), cellOf);
  const chosen = singles.flatMap((runs): Chosen<DomainBedRun>[] => {
    const candidates = runs.flatMap((run): Chosen<DomainBedRun>[] => {
      const best = chooseCheckpoint(run, rule, pairs);
      return best === null ? [] : [{ run, ...best }];
    });
    const best = bestRun(candidates);
    if (best === undefined) {
      notes.push(
        `${runs[0]!.folder.name}: it is left out, since runs that ${rule} needs are not there.`,
      );
    }
    return best === undefined ? [] : [best];
  });
  const folds = rule === "cross-validation" ? foldsOf(chosen, pairs) : [];
  const imported: Imported[] = [];
  const standing = [...chosen, ...folds];
  for (
    const own of Map.groupBy(standing, ({ run }) => `${run.dataset}\t${run.algorithm}`).values()
  ) {
    imported.push(...await recordsOf(own, request));
  }
  return { imported, notes };
}

/** In a sweep of DomainBed's the seed of a run is a hash; else it is what tells repetitions apart. */
function isSweep(folders: readonly ResultsFolder[]): boolean {
  const cells = folders.map((folder) =>
    JSON.stringify([
      argument(folder, "algorithm"),
      argument(folder, "dataset"),
      domainNumbers(folder, "test_envs"),
      wholeArgument(folder, "hparams_seed"),
      wholeArgument(folder, "trial_seed"),
    ])
  );
  return new Set(cells).size === cells.length;
}

function domainBedRun(folder: ResultsFolder, byTrial: boolean): DomainBedRun {
  const algorithm = argument(folder, "algorithm"), dataset = argument(folder, "dataset");
  const domains = domainsWith(folder.checkpoints[0]!, "_in_acc");
  const left = [...domainNumbers(folder, "test_envs") ?? []].sort((a, b) => a - b);
  if (algorithm === "" || dataset === "" || domains.length < 2) {
    throw new UsageError(
      `Cannot import ${folder.name} as a run of DomainBed: its lines have no ${
        algorithm === "" ? "algorithm" : dataset === "" ? "dataset" : "env0_in_acc and env1_in_acc"
      }`,
    );
  }
  if (left.length < 1 || left.length > 2 || left.some((domain) => !domains.includes(domain))) {
    throw new UsageError(
      `Cannot import ${folder.name}: its test_envs are [${
        left.join(", ")
      }], and one or two of its ` +
        `domains ${domains.join(", ")} are needed`,
    );
  }
  const trial = wholeArgument(folder, byTrial ? "trial_seed" : "seed");
  return { folder, dataset, algorithm, trial, domains, left };
}

function cellOf({ dataset, algorithm, trial, left }: DomainBedRun): string {
  return `${algorithm} on ${dataset}, test_envs ${left.join(",")}, trial ${trial}`;
}

function seenOf({ domains, left }: DomainBedRun): number[] {
  return domains.filter((domain) => !left.includes(domain));
}

/** The checkpoint that DomainBed's rule chooses of a run, and what it is worth. */
function chooseCheckpoint(
  run: DomainBedRun,
  rule: Rule,
  pairs: readonly DomainBedRun[],
): { at: number; worth: number } | null {
  const { checkpoints } = run.folder;
  const [target] = run.left as [number];
  if (rule === "training-domain") {
    return bestOf(
      checkpoints,
      ({ values }) => meanOf(seenOf(run).map((domain) => values[`env${domain}_out_acc`] ?? null)),
    );
  }
  if (rule === "oracle") { // the last checkpoint: no early stopping by test images
    const at = checkpoints.length - 1;
    const worth = checkpoints[at]!.values[`env${target}_out_acc`] ?? null;
    return worth === null ? null : { at, worth };
  }
  const folds = seenOf(run).map((other) => ({ other, pair: pairOf(run, other, pairs) }));
  return bestOf(
    checkpoints,
    ({ step }) =>
      meanOf(
        folds.map(({ other, pair }) =>
          pair?.folder.checkpoints.find((point) => point.step === step)
            ?.values[`env${other}_in_acc`] ??
            null
        ),
      ),
  );
}

/** The run that leaves out another domain too, with the same setting and trial. */
function pairOf(
  run: DomainBedRun,
  other: number,
  pairs: readonly DomainBedRun[],
): DomainBedRun | undefined {
  const left = [...run.left, other].sort((a, b) => a - b);
  const same = cellOf({ ...run, left });
  const setting = wholeArgument(run.folder, "hparams_seed");
  return pairs.find((pair) =>
    cellOf(pair) === same && wholeArgument(pair.folder, "hparams_seed") === setting
  );
}

/** The runs that leave out two domains, by which the chosen ones were chosen. */
function foldsOf(
  chosen: readonly Chosen<DomainBedRun>[],
  pairs: readonly DomainBedRun[],
): Chosen<DomainBedRun>[] {
  const needed = new Set(
    chosen.flatMap(({ run }) => seenOf(run).flatMap((other) => pairOf(run, other, pairs) ?? [])),
  );
  return [...needed].map((run) => ({ run, at: run.folder.checkpoints.length - 1, worth: 0 }));
}

function meanOf(values: readonly (number | null)[]): number | null {
  return values.some((value) => value === null)
    ? null
    : values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
}

/** The records of one algorithm on one data set. */
async function recordsOf(
  chosen: readonly Chosen<DomainBedRun>[],
  request: FolderRequest<Rule>,
): Promise<Imported[]> {
  const { rule, methods, metrics, framework } = request;
  const { dataset: called, algorithm } = chosen[0]!.run;
  const about = await request.data(called);
  const hparams = chosen.map(({ run }) => hyperparametersOf(run.folder));
  const { lr: _, weight_decay: __, batch_size: ___, ...shared } = sharedValues(hparams);
  const settings = chosen.map(({ run }) => wholeArgument(run.folder, "hparams_seed"));
  const training = {
    steps: sharedNumber(chosen.map(({ run }) => run.folder.checkpoints.at(-1)!.step + 1)),
    batch: sharedNumber(hparams.map(({ batch_size: n }) => Number(n))),
    learningRate: sharedNumber(hparams.map(({ lr }) => Number(lr))),
    weightDecay: sharedNumber(hparams.map(({ weight_decay: w }) => Number(w))),
    selection: rule === "oracle" ? "oracle-test-accuracy" : "validation-accuracy",
  };
  return chosen.map(({ run, at }, i): Imported => {
    const { folder, left, trial } = run;
    // DomainBed draws its own 80/20 splits: of our data set only names hold.
    const all = dataOf({ ...about, images: undefined }, run);
    const nameOf = (domain: number) => all.domains[run.domains.indexOf(domain)]!;
    const seen = seenOf(run);
    const empty = (domains: readonly number[]) => domains.map(() => all.classes.map(() => 0));
    const counts = (domains: readonly number[]) => ({
      train: empty(domains),
      validation: empty(domains),
      test: empty(domains),
    });
    const spec = importedSpec({
      from: "domainbed",
      dataset: {
        name: about.name,
        imageSize: 0,
        settings: about.settings,
        leaveOut: left.map(nameOf).sort(),
      },
      method: algorithm,
      seed: trial,
      hyperparameters: rule === "cross-validation" && new Set(settings).size > 1
        ? { ...shared, hparams_seed: settings[i]! }
        : shared,
      training,
    });
    const places = [...left].sort((a, b) => nameOf(a) < nameOf(b) ? -1 : 1);
    const curve = folder.checkpoints.map((point) => curvePoint(point, seen, places));
    const point = folder.checkpoints[at]!;
    const tested = rule === "training-domain" ? unseenFigures(point, places) : null;
    const data = {
      ...all,
      domains: seen.map(nameOf),
      counts: counts(seen),
      unseen: { domains: places.map(nameOf), counts: counts(places) },
    };
    const validation = accuracies(point, seen, "_out_acc", data, "validation");
    const record: RunRecord = {
      id: runId(spec),
      spec,
      name: runName(spec, methods),
      outcome: { status: "done" },
      data,
      method: importedMethod(algorithm, methods),
      curve: rule === "oracle" ? [curve[at]!] : curve,
      result: {
        ...{ step: point.step + 1, validation: [], test: [] },
        unseen: tested ?? { validation: {}, test: {} },
        scores: { validation: { [ACCURACY]: validation } },
      },
      environment: {},
      origin: {
        kind: "imported",
        from: "domainbed",
        files: [folder.file],
        ...framework,
        split: "unchecked",
        lacks: lacking({ [ACCURACY]: validation }, metrics),
      },
      timing: timingOf(folder),
    };
    return { record, predictions: null };
  });
}

function curvePoint(
  point: Checkpoint,
  seen: readonly number[],
  left: readonly number[],
): RunRecord["curve"][number] {
  return {
    step: point.step + 1,
    terms: termsOf(point),
    validation: figures(point, seen, "_out_acc"),
    unseen: unseenFigures(point, left),
  };
}

/**
 * Figures of the domains left out. Of two, DomainBed's cross-validation takes all their images for
 * validation.
 */
function unseenFigures(point: Checkpoint, left: readonly number[]) {
  return {
    validation: figures(point, left, left.length === 2 ? "_in_acc" : "_out_acc"),
    test: figures(point, left, "_in_acc"),
  };
}

function figures(
  { values }: Checkpoint,
  domains: readonly number[],
  ending: string,
): CurveFigures {
  return { [ACCURACY]: domains.map((domain) => values[`env${domain}${ending}`] ?? null) };
}
