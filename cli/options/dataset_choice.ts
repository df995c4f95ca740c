/**
 * The data set that an import is of.
 *
 * @module
 */
import { notFoundMessage, UsageError } from "../../base/errors.ts";
import { isSafeName } from "../../base/names.ts";
import type { Value } from "../../base/setting.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import { readSettings } from "../../bench/plan/settings.ts";
import { type DatasetDefinition, defaultSettings } from "../../datasets/dataset.ts";

/** What every form of import that names a data set is told. */
export interface DatasetChoice {
  readonly dataset: string;
  readonly set?: (readonly [string, string])[];
}

/** The data set that was named and its settings; no definition where none has that name. */
export function datasetOf(
  { dataset, set = [] }: DatasetChoice,
  { datasets }: Pick<Catalogue, "datasets">,
): {
  readonly definition: DatasetDefinition | undefined;
  readonly settings: Readonly<Record<string, Value>>;
} {
  const name = dataset.toLowerCase();
  const definition = datasets.find((known) => known.name === name);
  if (definition === undefined) {
    if (isSafeName(name) && set.length === 0) return { definition, settings: {} };
    throw new UsageError(notFoundMessage("data set", dataset, datasets.map(({ name }) => name)));
  }
  const owners = { datasets: [definition], methods: [], networks: [], drops: new Set<string>() };
  const given = readSettings(set, owners).get(definition.name) ?? new Map<string, Value>();
  return {
    definition,
    settings: { ...defaultSettings(definition), ...Object.fromEntries(given) },
  };
}
