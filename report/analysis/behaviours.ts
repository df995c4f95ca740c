/**
 * The behaviours that a method's paper reports, asked of the records.
 *
 * @module
 */
import { mean } from "simple-statistics";
import { decodeArrays } from "../../base/safetensors_format.ts";
import type { Folder } from "../../bench/records/folder.ts";
import { PRIMARY } from "../../metrics/mod.ts";
import type { BehaviourStudy, Finding, Study, StudyFigures } from "../../methods/study.ts";
import { scoreKey } from "../folder.ts";
import { type DatasetResults, estimate, networkOf, scores } from "./arrange.ts";
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

/** Means over seeds, as behaviours ask for them. */
export function figuresOf(
  folder: Pick<Folder, "soundFile">,
  methods: DatasetResults["methods"],
  studied: readonly StudyResults[],
): StudyFigures {
  const percent = (values: readonly (number | null)[]) => {
    const known = estimate(values);
    return known === null ? null : 100 * known.mean;
  };
  const settingsOf = (name: string) =>
    studied.filter(({ study }) => study.name === name).flatMap(({ settings }) => settings);
  return {
    settings: (study) =>
      settingsOf(study).flatMap(({ levels, runs }) => {
        const score = percent(scoresOf(runs, PRIMARY, { split: "test", domain: "average" }));
        return score === null ? [] : [{ levels, f1: score }];
      }),
    curve: (study) =>
      settingsOf(study).flatMap(({ runs }) => curve(runs, PRIMARY)).flatMap((row) => {
        const [loss, score] = [estimate(row.losses)?.mean, percent(row.scores)];
        return loss === undefined || score === null ? [] : [{ step: row.step, loss, f1: score }];
      }),
    methods: methods.flatMap((method) => {
      const score = (domain: string) => percent(scores(method, scoreKey(domain, PRIMARY.name)));
      const [average, worst] = [score("average"), score("worst")];
      return average === null || worst === null ? [] : [{ name: method.name, average, worst }];
    }),
    overlap: async (name) => {
      const shares: number[] = [];
      for (const run of methods.filter((method) => method.name === name).flatMap((m) => m.runs)) {
        if (run?.state.status !== "done") continue;
        const share = foreignNeighbours(
          await folder.soundFile(run.id, "features.safetensors"),
        );
        if (share !== null) shares.push(share);
      }
      return shares.length === 0 ? null : 100 * mean(shares);
    },
  };
}

/** Share of the nearest neighbours of other domains, mean over the sample; null without a sample. */
function foreignNeighbours(file: Uint8Array | null): number | null {
  if (file === null) return null;
  const { features, domain } = decodeArrays(file);
  if (features === undefined || domain === undefined) return null;
  const [images, width] = features.shape as [number, number];
  const at = (i: number) => features.values.subarray(i * width, (i + 1) * width);
  let foreign = 0;
  for (let i = 0; i < images; i++) {
    const distances = Array.from({ length: images }, (_, j) => {
      const other = at(j);
      return at(i).reduce((sum, value, k) => sum + (value - other[k]!) ** 2, 0);
    });
    const order = [...distances.keys()].filter((j) => j !== i)
      .sort((a, b) => distances[a]! - distances[b]!);
    const near = order.slice(0, NEIGHBOURS);
    foreign += near.filter((j) => domain.values[j] !== domain.values[i]).length / near.length;
  }
  return foreign / images;
}
