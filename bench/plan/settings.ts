/**
 * What `--set name.key=value` changes of a plan.
 *
 * @module
 */
import { notFoundMessage, UsageError } from "../../base/errors.ts";
import { readValue, type Value, type ValueType } from "../../base/setting.ts";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import type { Method } from "../../methods/method.ts";
import { COMMON } from "./search.ts";

/** Settings of training that `--set method.key=value` may change. */
const SETTABLE = ["learningRate", "weightDecay", "dropout"] as const;

/** The values that were set, by the name of a method or data set, or `all`, and key. */
export type Overrides = ReadonlyMap<string, ReadonlyMap<string, Value>>;

/** What a plan has that settings may be of. */
export interface SettingOwners {
  readonly datasets: readonly DatasetDefinition[];
  readonly methods: readonly Method[];
  /** Names of the plan's networks. */
  readonly networks: readonly string[];
  /** Names of all networks that know of dropout. */
  readonly drops: ReadonlySet<string>;
}

/**
 * Reads settings as what they are of says they may be.
 *
 * @throws {UsageError} When there is no such setting, or the value is not possible.
 */
export function readSettings(
  settings: readonly (readonly [path: string, given: Value])[],
  owners: SettingOwners,
): Overrides {
  const known = typesOf(owners);
  const overrides = new Map<string, Map<string, Value>>();
  for (const [path, given] of settings) {
    const [owner = "", key = ""] = path.split(".", 2);
    const keys = known.get(owner);
    if (keys === undefined) {
      throw new UsageError(
        notFoundMessage("a method or data set of this plan named", owner, [...known.keys()]),
      );
    }
    const type = keys.get(key);
    if (type === undefined) {
      throw new UsageError(notFoundMessage(`a setting of ${owner} named`, key, [...keys.keys()]));
    }
    const value = readValue(type, given, `--set "${path}=${given}"`);
    if (type === COMMON.dropout) requireDropout(`${path}=${value}`, owners);
    overrides.set(owner, (overrides.get(owner) ?? new Map()).set(key, value));
  }
  return overrides;
}

/** The possible values of every setting, by owner and key. */
function typesOf(
  { datasets, methods }: SettingOwners,
): Map<string, ReadonlyMap<string, ValueType>> {
  const common = SETTABLE.map((key): [string, ValueType] => [key, COMMON[key]]);
  const known = new Map<string, ReadonlyMap<string, ValueType>>([["all", new Map(common)]]);
  for (const { name, settings } of datasets) known.set(name, new Map(Object.entries(settings)));
  for (const { name, hyperparameters } of methods) {
    known.set(name, new Map([...Object.entries(hyperparameters), ...common]));
  }
  return known;
}

function requireDropout(setting: string, { networks, drops }: SettingOwners): void {
  if (networks.some((name) => drops.has(name))) return;
  throw new UsageError(
    `Cannot use --set "${setting}": no network of this plan (${
      [...new Set(networks)].join(", ")
    }) knows of dropout; ${[...drops].join(" and ")} do`,
  );
}
