/**
 * The runs of studies as a reader thinks of them: data sets, studies, settings, seeds.
 *
 * @module
 */
import type { StudyTag } from "../../bench/records/record.ts";
import type { Metric } from "../../metrics/mod.ts";
import { type Levels, type Study, studyOf, type TrainingStudy } from "../../methods/study.ts";
import { scoreKey } from "../digest.ts";
import type { Run, Store } from "../folder.ts";
import { groupBy, type Named, networkOf, tableOf, tableTitle } from "./arrange.ts";

/** What is shown of a run: validation for choosing, test for what was chosen. */
export type Measure = {
  readonly split: "validation" | "test";
  readonly domain: "average" | "worst";
};

/** A setting and its runs, one a seed. */
export interface StudiedSetting {
  /** Tells the setting from the study's others. */
  readonly name: string;
  /** The level of each factor. */
  readonly levels: Levels;
  /** In the manifest's order. */
  readonly runs: readonly Run[];
}

/** A study of a method with one network on one data set. */
export interface Studied<S extends Study = Study> {
  /** Its definition, or what the records say where there is none. */
  readonly study: S;
  /** The data set it was run on. */
  readonly dataset: Named;
  /** The network it was run with. */
  readonly network: Named;
  /** The method that is studied. */
  readonly method: Named;
  /** The method in titles, with its network where there are several. */
  readonly subject: string;
  /** The name of its files: data set and study, with method and network where there are several. */
  readonly file: string;
}

/** What became of the settings of a study, in the order of the plan. */
export interface StudyResults extends Studied<TrainingStudy> {
  /** What settings are judged by. */
  readonly metric: Metric;
  /** In the order of the plan. */
  readonly settings: readonly StudiedSetting[];
}

/**
 * The studies of a store, in the manifest's order.
 *
 * @param known Definitions; of a study that is not among them, the records alone are shown.
 * @param networks Definitions, for their titles.
 */
export function studies(
  store: Store,
  known: readonly Study[],
  metric: Metric,
  networks: readonly Named[] = [],
): StudyResults[] {
  const studied = store.runs.flatMap((run) => run.study === null ? [] : [{ run, tag: run.study }]);
  const grouped = groupBy(
    studied,
    ({ run, tag }) => JSON.stringify([tableOf(run), networkOf(run), tag.name, tag.method]),
  );
  return toldApart([...grouped.values()].map((studied) => {
    const { run, tag } = studied[0]!;
    const network = networkOf(run);
    const { data, method } = studied.find(({ run }) => run.digest)?.run.digest ?? {};
    const settings = [...groupBy(studied, ({ run }) => run.name)].map(([name, runs]) => ({
      name,
      levels: runs[0]!.tag.levels,
      runs: runs.map(({ run }) => run),
    }));
    return {
      study: definitionOf(tag, settings, known),
      metric,
      dataset: { name: tableOf(run), title: tableTitle(run, data) },
      network: networks.find(({ name }) => name === network) ?? { name: network, title: network },
      method: { name: tag.method, title: method?.title ?? tag.method },
      settings,
    };
  }));
}

/** Gives studies names of files, and subjects of titles, that differ. */
export function toldApart<T extends Omit<Studied, "file" | "subject">>(
  results: readonly T[],
): (T & Pick<Studied, "file" | "subject">)[] {
  const fileOf = ({ dataset, study }: T) => `${dataset.name}-${study.name}`;
  const files = Map.groupBy(results, fileOf);
  return results.map((result) => {
    const { method, network } = result;
    const alike = files.get(fileOf(result))!;
    const ownMethod = alike.some((other) => other.method.name !== method.name);
    const ownNetwork = alike.some((other) => other.network.name !== network.name);
    const suffixes = [...(ownMethod ? [method.name] : []), ...(ownNetwork ? [network.name] : [])];
    return {
      ...result,
      subject: ownNetwork ? `${method.title} × ${network.title}` : method.title,
      file: [fileOf(result), ...suffixes].join("-"),
    };
  });
}

/** The definition that a run's study has, or the one that its records suggest. */
function definitionOf(
  { name, method }: StudyTag,
  settings: readonly StudiedSetting[],
  known: readonly Study[],
): TrainingStudy {
  const study = studyOf(known, name, method);
  if (study !== undefined && "settings" in study) return study;
  const factors = new Set(settings.flatMap(({ levels }) => Object.keys(levels)));
  return {
    kind: "study",
    name,
    title: name,
    description: name,
    factors: [...factors].map((name) => ({ name, title: name })),
    settings: [],
  };
}

/** A figure of each seed; null where a run has no result. */
export function scoresOf(
  runs: readonly Run[],
  { name }: Metric,
  { split, domain }: Measure,
): (number | null)[] {
  return runs.map(({ digest, state }) => {
    if (digest === null || state.status !== "done") return null;
    const scores = split === "test" ? digest.scores : digest.validation;
    return scores.get(scoreKey(domain, name)) ?? null;
  });
}

/** Figures of every seed at one checkpoint. */
export interface CurveRow {
  readonly step: number;
  readonly losses: readonly (number | null)[];
  /** Of the validation images, average over domains. */
  readonly scores: readonly (number | null)[];
}

/** The training curve of a setting over its finished seeds. */
export function curve(runs: readonly Run[], { name }: Metric): CurveRow[] {
  const points = runs.flatMap(({ digest, state }) => state.status === "done" ? digest!.curve : []);
  return [...Map.groupBy(points, ({ step }) => step)]
    .sort(([a], [b]) => a - b)
    .map(([step, at]) => ({
      step,
      losses: at.map(({ loss }) => loss),
      scores: at.map(({ scores }) => scores.get(name) ?? null),
    }));
}
