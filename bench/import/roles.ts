/**
 * Which column of a table of predictions says what.
 *
 * @module
 */
import { notFoundMessage, UsageError } from "../../base/errors.ts";
import type { Column, Table } from "../../datasets/formats/tables/table.ts";

/** What a column may say, with the names that are known for it. */
const ALIASES = {
  path: ["path", "image", "image_path", "img_path", "file", "filename", "file_name", "img"],
  row: ["row", "index", "idx", "image_index"],
  domain: ["domain", "env", "environment", "domain_name"],
  label: [
    "label",
    "y_true",
    "true",
    "target",
    "class",
    "y",
    "true_class",
    "gt",
    "labels",
    "targets",
  ],
  predicted: ["predicted", "y_pred", "pred", "prediction", "predicted_class", "preds"],
  confidence: ["confidence"],
  probabilities: ["probabilities", "probs", "proba", "prob", "softmax", "y_prob", "y_proba"],
  logits: ["logits", "logit"],
  method: ["method", "algorithm", "model"],
  seed: ["seed", "run_seed", "trial"],
  split: ["split", "subset", "partition"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What a column may say. */
export type Role = keyof typeof ALIASES;

/** What columns may say. */
export const ROLES = Object.keys(ALIASES) as readonly Role[];

/** A role with the column that has it, or `*` patterns of several columns, as a user gave them. */
export type GivenRoles = ReadonlyMap<Role, string>;

/** The columns of a role: one, or one a class with what stands for the class in its name. */
export interface RoleColumns {
  readonly names: readonly string[];
  /** What `*` stood for in each; undefined for a single column. */
  readonly classes?: readonly string[];
}

/** Reads `path=image` into what was given so far. */
export function givenRole(text: string, earlier: GivenRoles = new Map()): GivenRoles {
  const given = new Map(earlier);
  for (const part of text.split(",")) {
    const [, role, column] = /^\s*(\w+)\s*=\s*(.*\S)\s*$/.exec(part) ?? [];
    if (role === undefined || column === undefined) {
      throw new UsageError(
        `Cannot use --columns "${text}": give what=column, such as path=image,label=y`,
      );
    }
    if (!(ROLES as readonly string[]).includes(role)) {
      throw new UsageError(notFoundMessage("what a column says", role, ROLES));
    }
    given.set(role as Role, column);
  }
  return given;
}

/**
 * Finds the columns of every role, by the names given, else by names that are known.
 *
 * @throws {UsageError} When a given one is not there, or true or predicted classes are not.
 */
export function rolesOf(
  names: readonly string[],
  given: GivenRoles,
  file: string,
): ReadonlyMap<Role, RoleColumns> {
  const found = new Map<Role, RoleColumns>();
  const taken = new Set(given.values());
  for (const role of ROLES) {
    const asked = given.get(role);
    const columns = asked !== undefined
      ? columnsOf(asked, names)
      : knownColumns(role, names.filter((name) => !taken.has(name)));
    if (asked !== undefined && columns === undefined) {
      throw new UsageError(
        `${notFoundMessage("column", asked, names, shortened(names))}, in ${file}`,
      );
    }
    if (columns !== undefined) found.set(role, columns);
  }
  if (!found.has("label")) throw lacking("the true class", "label", names, file);
  const predictions: readonly Role[] = ["predicted", "probabilities", "logits"];
  if (!predictions.some((role) => found.has(role))) {
    throw lacking("what was predicted", "predicted, probabilities or logits", names, file);
  }
  return found;
}

/** How the columns are to be read. */
export function kindsOf(
  roles: ReadonlyMap<Role, RoleColumns>,
): ReadonlyMap<string, Column["kind"]> {
  const numbers: readonly Role[] = ["probabilities", "logits", "confidence"];
  return new Map(
    [...roles].flatMap(([role, { names }]) =>
      names.map((name) => [name, numbers.includes(role) ? "numbers" : "text"] as const)
    ),
  );
}

/** The texts of a role, a row each; undefined where the table does not have it. */
export function textsOf(
  { columns }: Table,
  roles: ReadonlyMap<Role, RoleColumns>,
  role: Role,
): readonly string[] | undefined {
  const column = columns.get(roles.get(role)?.names[0] ?? "");
  return column?.kind === "text" ? column.values : undefined;
}

function columnsOf(asked: string, names: readonly string[]): RoleColumns | undefined {
  if (!asked.includes("*")) return names.includes(asked) ? { names: [asked] } : undefined;
  const [before, after] = asked.split("*") as [string, string];
  return byClass(names, before, after);
}

function byClass(names: readonly string[], before: string, after = ""): RoleColumns | undefined {
  const own = names.filter((name) =>
    name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after)
  );
  if (own.length < 2) return undefined;
  const classes = own.map((name) => name.slice(before.length, name.length - after.length));
  return { names: own, classes };
}

function knownColumns(role: Role, names: readonly string[]): RoleColumns | undefined {
  const aliases: readonly string[] = ALIASES[role];
  const column = aliases.map((alias) => names.find((name) => name.toLowerCase() === alias))
    .find((name) => name !== undefined);
  if (column !== undefined) return { names: [column] };
  if (role !== "probabilities" && role !== "logits") return undefined;
  const prefixes = aliases.flatMap((alias) => [`${alias}_`, `${alias}.`]);
  return [...prefixes, ...(role === "probabilities" ? ["p_"] : [])]
    .map((prefix) => byClass(names, prefix)).find((columns) => columns !== undefined);
}

function lacking(what: string, role: string, names: readonly string[], file: string): UsageError {
  return new UsageError(
    `Cannot import ${file}: no column says ${what} (${role}); it has ${
      shortened(names).join(", ")
    }; name it with --columns`,
  );
}

function shortened(names: readonly string[]): readonly string[] {
  return names.length > 12 ? [...names.slice(0, 12), `and ${names.length - 12} more`] : names;
}
