/**
 * Runs from tables of predictions.
 *
 * @module
 */
import { basename } from "node:path";
import { UsageError } from "../../base/errors.ts";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import { readTable } from "../../datasets/formats/tables/read.ts";
import type { Value } from "../../base/setting.ts";
import type { Metric } from "../../metrics/mod.ts";
import type { Method } from "../../methods/method.ts";
import type { Origin, TrainingSettings } from "../records/record.ts";
import { runName } from "../records/run_id.ts";
import { checkedPredictions, ImageIndex } from "./checked.ts";
import { aboutData, type KnownImages } from "./images.ts";
import { classesOf } from "./predicted.ts";
import type { ForeignRun } from "./record.ts";
import { type GivenRoles, kindsOf, type Role, type RoleColumns, rolesOf } from "./roles.ts";
import { type Defaults, type PredictionTable, rowsOf, type RunRows } from "./rows.ts";
import { importedMethod, importedSpec, methodName } from "./spec.ts";
import { domainsOf, requireSameImages, uncheckedRun } from "./unchecked.ts";

/** What is imported, and what is said about it. */
export interface PredictionsRequest {
  /** Paths of tables. */
  readonly files: readonly string[];
  /** The name of the data set. */
  readonly dataset: string;
  /** Its definition, where there is one of that name. */
  readonly definition: DatasetDefinition | undefined;
  /** Its images, where they are known here. */
  readonly images: KnownImages | undefined;
  readonly settings: Readonly<Record<string, Value>>;
  /** Columns whose names say something else than ours. */
  readonly columns: GivenRoles;
  readonly defaults: Defaults;
  /** How names of files are made up: `{method}_{seed}.csv`. */
  readonly pattern: string | undefined;
  /** In the order of their numbers; as the definition or the files have them when left out. */
  readonly classes: readonly string[] | undefined;
  readonly framework: Pick<Origin, "framework" | "version">;
  readonly training: Partial<TrainingSettings>;
  readonly methods: readonly Method[];
  readonly metrics: readonly Metric[];
}

/** Runs that can be imported, and what a reader should know of them. */
export interface ImportedRuns {
  readonly runs: readonly ForeignRun[];
  readonly notes: readonly string[];
}

/**
 * Reads tables of predictions, of any number of methods and seeds.
 *
 * @throws {UsageError | DataError} When they cannot be read, or cannot be compared.
 */
export async function runsFromPredictions(request: PredictionsRequest): Promise<ImportedRuns> {
  const { files, images, definition, defaults } = request;
  const tables: PredictionTable[] = [];
  for (const path of files) tables.push(await openTable(path, request));
  const classes = images?.definition.classes ?? definition?.classes ?? request.classes ??
    classesOf(tables);
  const byRun = new Map<string, RunRows[]>();
  for (const part of tables.flatMap((table) => rowsOf(table, classes, defaults))) {
    const key = `${part.seed}\t${methodName(part.method)}`;
    byRun.set(key, [...byRun.get(key) ?? [], part]);
  }
  const all = [...byRun.values()];
  const runs = images === undefined
    ? unchecked(all, classes, request)
    : checked(all, images, request);
  return { runs, notes: notesOf(all, request) };
}

async function openTable(path: string, request: PredictionsRequest): Promise<PredictionTable> {
  const { columns, pattern } = request;
  const file = basename(path);
  let roles: ReadonlyMap<Role, RoleColumns> = new Map();
  const table = await readTable(path, (names) => kindsOf(roles = rolesOf(names, columns, file)));
  return { table, roles, named: pattern === undefined ? {} : namedBy(pattern, file) };
}

/** What a file's name says. */
function namedBy(pattern: string, file: string): PredictionTable["named"] {
  const escaped = pattern.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  const parts = escaped.replace(/\{(method|seed|split)\}/g, "(?<$1>.+?)");
  const found = new RegExp(`^${parts.replace(/\{|\}/g, "\\$&")}$`).exec(file);
  if (found?.groups) return { ...found.groups };
  throw new UsageError(
    `Cannot use --pattern "${pattern}" for ${file}: ${
      parts === escaped ? "it has none of {method}, {seed} and {split}" : "the name is not like it"
    }`,
  );
}

function checked(
  all: readonly RunRows[][],
  images: KnownImages,
  request: PredictionsRequest,
): ForeignRun[] {
  const index = new ImageIndex(images);
  const data = aboutData(images);
  return all.map((parts) => {
    const { test, validation } = checkedPredictions(parts, index);
    return {
      ...common(parts, request, isNamed(parts) ? "checked" : "unchecked"),
      ...{ data, test },
      ...(validation && { validation }),
    };
  });
}

function unchecked(
  all: readonly RunRows[][],
  classes: readonly string[],
  request: PredictionsRequest,
): ForeignRun[] {
  const about = { name: request.dataset, classes, definition: request.definition };
  const domains = domainsOf(all, about);
  for (const other of all.slice(1)) requireSameImages(all[0]!, other, classes);
  return all.map((parts) => {
    const { validation, ...run } = uncheckedRun(parts, domains, about);
    return {
      ...common(parts, request, "unchecked"),
      ...run,
      ...(validation && { validation }),
    };
  });
}

/** Whether every row says which image it is of. */
function isNamed(parts: readonly RunRows[]): boolean {
  return parts.every(({ rows }) =>
    rows.every(({ path, place }) => (path !== undefined && path !== "") || place !== undefined)
  );
}

function common(
  parts: readonly RunRows[],
  { dataset, settings, training, framework, methods, metrics }: PredictionsRequest,
  split: Origin["split"],
) {
  const { method, seed } = parts[0]!;
  const spec = importedSpec({
    from: "predictions",
    dataset: { name: dataset, imageSize: 0, settings },
    ...{ method, seed, training },
  });
  return {
    spec,
    name: runName(spec, methods),
    method: importedMethod(method, methods),
    origin: {
      kind: "imported" as const,
      from: "predictions" as const,
      files: parts.map(({ table: { file, sha256 } }) => ({ name: file, sha256 })),
      ...framework,
      split,
    },
    metrics,
  };
}

function notesOf(
  all: readonly RunRows[][],
  { dataset, images, definition }: PredictionsRequest,
): string[] {
  const unlikely = all.flat().filter(({ predicted }) => predicted.unlikely > 0);
  const files = new Set(unlikely.map(({ table }) => table.file));
  const trained = all.flat().some(({ rows }) => rows.some(({ split }) => split === "train"));
  return [
    ...(images === undefined
      ? [
        definition === undefined
          ? `${dataset} is no data set that is known here: domains, classes and images are those ` +
            `of the files.`
          : `The split of ${dataset} is not here: images and classes are those of the files, not ` +
            `compared with it (--data-dir or --splits-dir says where it is).`,
      ]
      : all.every(isNamed)
      ? []
      : [`Images without a path or row were taken in the order of the rows, by domain.`]),
    ...(images !== undefined && trained ? ["Rows of training images were left out."] : []),
    ...(files.size > 0
      ? [`In ${[...files].join(", ")} some predicted classes are not the most probable ones.`]
      : []),
  ];
}
