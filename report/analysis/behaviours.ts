/**
 * The behaviours that a method's paper reports, asked of the records.
 *
 * @module
 */
import { mean } from "simple-statistics";
import { decodeArrays } from "../../base/safetensors_format.ts";
import type { Folder } from "../../bench/records/folder.ts";
import { PRIMARY } from "../../metrics/mod.ts";
import type {
  BehaviourStudy,
  Finding,
  MeanWithin,
  Study,
  StudyFigures,
} from "../../methods/study.ts";
import { scoreKey } from "../digest.ts";
import type { Run } from "../folder.ts";
import { type DatasetResults, estimate, hasLearned, networkOf, scores } from "./arrange.ts";
import { tUpperQuantile } from "./statistics/distributions.ts";
import { curve, scoresOf, type Studied, type StudyResults, toldApart } from "./studies.ts";

/** Neighbours that are asked for their domain. */
const NEIGHBOURS = 10;

/** What became of the behaviours of a method on one data set. */
export interface BehaviourResults extends Studied<BehaviourStudy> {
  /** One for each behaviour of the study, in its order. */
  readonly findings: readonly (Finding & { readonly claim: string })[];
}

/**
 * The behaviours of every method on each data set where it has been studied.
 *
 * @param folder What was read, for the features that runs kept.
 * @param arranged The methods that were trained beside each other.
 * @param known Definitions of studies.
 */
export async function behaviours(
  folder: Pick<Folder, "soundFile">,
  arranged: readonly DatasetResults[],
  studied: readonly StudyResults[],
  known: readonly Study[],
): Promise<BehaviourResults[]> {
  const asked = known.filter((study) => "behaviours" in study);
  const groups = asked.flatMap((study) => {
    const own = studied.filter(({ method }) => method.name === study.method);
    return [
      ...Map.groupBy(own, ({ dataset, network }) => `${dataset.name} ${network.name}`).values(),
    ]
      .map((results) => ({ study, results }));
  });
  return toldApart(
    await Promise.all(groups.map(async ({ study, results }) => {
      const { dataset, network, method } = results[0]!;
      const methods = arranged.find(({ name }) => name === dataset.name)?.methods ?? [];
      const rivals = methods.filter((rival) => networkOf(rival) === network.name);
      const figures = figuresOf(folder, rivals, results);
      const findings = study.behaviours.map(async ({ claim, judge }) => ({
        claim,
        ...await judge(figures),
      }));
      return { study, dataset, network, method, findings: await Promise.all(findings) };
    })),
  );
}

/** Figures by seed, as behaviours ask for them. */
export function figuresOf(
  folder: Pick<Folder, "soundFile">,
  methods: DatasetResults["methods"],
  studied: readonly StudyResults[],
): StudyFigures {
  const settingsOf = (name: string) =>
    studied.filter(({ study }) => study.name === name).flatMap(({ settings }) => settings);
  return {
    settings: (study) =>
      settingsOf(study).flatMap(({ levels, runs }) => {
        const scores = scoresOf(runs, PRIMARY, { split: "test", domain: "average" });
        // A setting whose loss is no longer finite has failed, and is not left out for it.
        const f1 = bySeed(
          runs,
          scores.map((score, i) => runs[i]!.state.status === "diverged" ? 0 : score),
        );
        return f1.size === 0 ? [] : [{ levels, f1 }];
      }),
    curves: (study) =>
      settingsOf(study).flatMap(({ runs }) => runs).map((run) =>
        curve([run], PRIMARY).flatMap(({ step, losses: [loss = null], scores: [score = null] }) =>
          loss === null || score === null ? [] : [{ step, loss, f1: 100 * score }]
        )
      ).filter((points) => points.length > 0),
    methods: methods.filter(hasLearned).flatMap((method) => {
      const score = (domain: string) =>
        bySeed(method.runs, scores(method, scoreKey(domain, PRIMARY.name)));
      const [average, worst] = [score("average"), score("worst")];
      return average.size === 0 ? [] : [{ name: method.name, average, worst }];
    }),
    interval: (values, alpha) => withinT(values, alpha),
    overlap: async (name) => {
      const shares = new Map<number, number>();
      for (const run of methods.filter((method) => method.name === name).flatMap((m) => m.runs)) {
        if (run?.state.status !== "done") continue;
        const share = foreignNeighbours(
          await folder.soundFile(run.id, "features.safetensors"),
        );
        if (share !== null) shares.set(run.spec.seed, 100 * share);
      }
      return shares;
    },
  };
}

/** Fractions by seed, in percent, as far as they are known. */
function bySeed(
  runs: readonly (Run | null)[],
  values: readonly (number | null)[],
): ReadonlyMap<number, number> {
  return new Map(
    values.flatMap((value, i) =>
      value === null ? [] : [[runs[i]!.spec.seed, 100 * value] as const]
    ),
  );
}

/** Mean of numbers with its interval by Student's t; null for fewer than two. */
export function withinT(values: readonly number[], alpha = 0.05): MeanWithin | null {
  const found = estimate(values);
  if (found === null || found.sd === null) return null;
  const reach = tUpperQuantile(alpha / 2, found.n - 1) * found.sd / Math.sqrt(found.n);
  return { mean: found.mean, low: found.mean - reach, high: found.mean + reach };
}

/**
 * Share of images of other domains among the nearest neighbours of an image's own class, mean over the
 * sample; null without one.
 */
function foreignNeighbours(file: Uint8Array | null): number | null {
  if (file === null) return null;
  const { features, domain, label } = decodeArrays(file);
  if (features === undefined || domain === undefined || label === undefined) return null;
  const [images, width] = features.shape as [number, number];
  const at = (i: number) => features.values.subarray(i * width, (i + 1) * width);
  const shares: number[] = [];
  for (let i = 0; i < images; i++) {
    const own = at(i);
    const near = Array.from({ length: images }, (_, j) => j)
      .filter((j) => j !== i && label.values[j] === label.values[i])
      .map((j) => ({ j, far: at(j).reduce((sum, x, k) => sum + (x - own[k]!) ** 2, 0) }))
      .sort((a, b) => a.far - b.far).slice(0, NEIGHBOURS);
    if (near.length === 0) continue;
    const foreign = near.filter(({ j }) => domain.values[j] !== domain.values[i]);
    shares.push(foreign.length / near.length);
  }
  return shares.length === 0 ? null : mean(shares);
}
