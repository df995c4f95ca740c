/**
 * The classes and probabilities of a table of predictions, row by row, held to what they must be.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import type { Table } from "../../datasets/formats/tables/table.ts";
import { type Role, type RoleColumns, textsOf } from "./roles.ts";

/** What a table says of its images. */
export interface Predicted {
  readonly labels: Int32Array;
  readonly predicted: Int32Array;
  /** Undefined where neither they nor probabilities are known. */
  readonly confidence?: Float64Array;
  /** `[rows, classes]`. */
  readonly probabilities?: Float64Array;
  /** Rows whose predicted class is not the most probable one. */
  readonly unlikely: number;
}

/** How far the sum of a row's probabilities may lie from 1: they may be of single precision. */
const SLACK = 1e-3;

/** The classes that a table names, in order: numbers by size, else names by letter. */
export function classesOf(
  tables: readonly { readonly table: Table; readonly roles: ReadonlyMap<Role, RoleColumns> }[],
): string[] {
  const names = new Set<string>();
  let most = 0;
  for (const { table, roles } of tables) {
    for (const role of ["label", "predicted"] as const) {
      for (const text of textsOf(table, roles, role) ?? []) names.add(asClass(text));
    }
    for (const role of ["probabilities", "logits"] as const) {
      const columns = roles.get(role);
      if (columns?.classes) columns.classes.forEach((name) => names.add(asClass(name)));
      else if (columns) {
        const column = table.columns.get(columns.names[0]!);
        if (column?.kind === "numbers") most = Math.max(most, column.width);
      }
    }
  }
  names.delete("");
  if ([...names].every((name) => /^\d{1,5}$/.test(name))) {
    const count = Math.max(most, ...[...names].map((name) => Number(name) + 1));
    return Array.from({ length: count }, (_, c) => String(c));
  }
  return [...names].sort();
}

/** A class as a file may write it: `3.0` is `3`. */
function asClass(text: string): string {
  return text.replace(/^(\d+)\.0+$/, "$1");
}

/**
 * Reads the classes and probabilities of every row.
 *
 * @param wanted Whether a row's prediction is: of others only the true class is read.
 * @param imageOf What the image of a row is called.
 * @throws {DataError} When a class is not known, or a number is no probability; names the image.
 */
export function predictedOf(
  table: Table,
  roles: ReadonlyMap<Role, RoleColumns>,
  classes: readonly string[],
  wanted: (row: number) => boolean,
  imageOf: (row: number) => string,
): Predicted {
  const refuse = (row: number, reason: string) =>
    new DataError(`Cannot import ${table.file}: ${reason}, for ${imageOf(row)}.`);
  const numbers = new Map(classes.map((name, c) => [name.toLowerCase(), c]));
  const classOf = (row: number, text: string, what: string): number => {
    const name = asClass(text);
    const c = numbers.get(name.toLowerCase()) ?? (/^\d+$/.test(name) ? Number(name) : -1);
    if (c >= 0 && c < classes.length) return c;
    throw refuse(
      row,
      `the ${what} class ${JSON.stringify(text.slice(0, 40))} is none of the ${classes.length} ` +
        `classes (${classes.slice(0, 12).join(", ")}${classes.length > 12 ? ", …" : ""})`,
    );
  };
  const labels = Int32Array.from(
    textsOf(table, roles, "label")!,
    (text, row) => classOf(row, text, "true"),
  );
  const probabilities = probabilitiesOf(table, roles, classes, wanted, refuse);
  const told = textsOf(table, roles, "predicted");
  const likeliest = probabilities && argmax(probabilities, classes.length);
  const predicted = told
    ? Int32Array.from(told, (text, row) => wanted(row) ? classOf(row, text, "predicted") : 0)
    : likeliest!;
  const confidence = probabilities
    ? Float64Array.from(predicted, (c, row) => probabilities[row * classes.length + c]!)
    : confidenceOf(table, roles, wanted, refuse);
  const unlikely = likeliest === undefined ? 0 : predicted.reduce(
    (count, c, row) =>
      count + Number(
        wanted(row) &&
          probabilities![row * classes.length + c]! <
            probabilities![row * classes.length + likeliest[row]!]!,
      ),
    0,
  );
  return {
    ...{ labels, predicted, unlikely },
    ...(confidence && { confidence }),
    ...(probabilities && { probabilities }),
  };
}

type Refuse = (row: number, reason: string) => Error;

function confidenceOf(
  table: Table,
  roles: ReadonlyMap<Role, RoleColumns>,
  wanted: (row: number) => boolean,
  refuse: Refuse,
): Float64Array | undefined {
  const column = table.columns.get(roles.get("confidence")?.names[0] ?? "");
  if (column?.kind !== "numbers") return undefined;
  if (column.width !== 1) throw refuse(0, `there are ${column.width} numbers of confidence`);
  column.values.forEach((value, row) => {
    if (wanted(row) && !(value >= 0 && value <= 1 + SLACK)) {
      throw refuse(row, `the confidence ${value} is not from 0 to 1`);
    }
  });
  return column.values.map((value) => Math.min(1, value));
}

/** Of every class, row by row, from probabilities or logits; undefined where there are none. */
function probabilitiesOf(
  table: Table,
  roles: ReadonlyMap<Role, RoleColumns>,
  classes: readonly string[],
  wanted: (row: number) => boolean,
  refuse: Refuse,
): Float64Array | undefined {
  const role = roles.has("probabilities") ? "probabilities" : "logits";
  const columns = roles.get(role);
  if (columns === undefined) return undefined;
  const values = matrixOf(table, columns, classes, role, refuse);
  const count = classes.length;
  for (let row = 0; row < table.rows; row++) {
    if (!wanted(row)) continue;
    const own = values.subarray(row * count, (row + 1) * count);
    const wrong = own.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw refuse(row, `one of the ${role} is ${wrong}`);
    if (role === "logits") softmax(own);
    else requireProbabilities(own, row, refuse);
  }
  return values;
}

/** `[rows, classes]` in the order of the classes: a copy. */
function matrixOf(
  table: Table,
  { names, classes: ofNames }: RoleColumns,
  classes: readonly string[],
  role: string,
  refuse: Refuse,
): Float64Array {
  if (ofNames === undefined) {
    const column = table.columns.get(names[0]!);
    if (column?.kind !== "numbers" || column.width !== classes.length) {
      const width = column?.kind === "numbers" ? column.width : 0;
      throw refuse(0, `there are ${width} ${role} and ${classes.length} classes`);
    }
    return column.values.slice();
  }
  const places = ofNames.map((name) => {
    const c = classes.findIndex((other) => other.toLowerCase() === asClass(name).toLowerCase());
    return c >= 0 ? c : /^\d+$/.test(name) ? Number(name) : -1;
  });
  const absent = classes.findIndex((_, c) => !places.includes(c));
  const foreign = places.findIndex((c) => c < 0 || c >= classes.length);
  if (absent >= 0 || foreign >= 0 || places.length !== classes.length) {
    throw new DataError(
      `Cannot import ${table.file}: its columns ${names[0]} to ${names.at(-1)} are not the ` +
        `${classes.length} classes, each once (${
          absent >= 0 ? `${classes[absent]} is missing` : `${ofNames[foreign]} is none`
        }).`,
    );
  }
  const values = new Float64Array(table.rows * classes.length);
  names.forEach((name, i) => {
    const column = table.columns.get(name);
    if (column?.kind !== "numbers" || column.width !== 1) {
      throw refuse(0, `${name} has not one number`);
    }
    column.values.forEach((value, row) => values[row * classes.length + places[i]!] = value);
  });
  return values;
}

function requireProbabilities(own: Float64Array, row: number, refuse: Refuse): void {
  const wrong = own.find((value) => value < 0 || value > 1 + SLACK);
  if (wrong !== undefined) {
    throw refuse(row, `the probability ${wrong} is not from 0 to 1 (logits go by that name)`);
  }
  const sum = own.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > SLACK) {
    throw refuse(row, `the probabilities add up to ${Number(sum.toPrecision(6))}, not to 1`);
  }
  for (let c = 0; c < own.length; c++) own[c] = Math.min(1, own[c]!);
}

/** From logits to probabilities, in place. */
function softmax(own: Float64Array): void {
  const most = own.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let c = 0; c < own.length; c++) sum += own[c] = Math.exp(own[c]! - most);
  for (let c = 0; c < own.length; c++) own[c]! /= sum;
}

/** The first of the largest of each row. */
function argmax(values: Float64Array, width: number): Int32Array {
  return Int32Array.from({ length: values.length / width }, (_, row) => {
    let best = 0;
    for (let c = 1; c < width; c++) {
      if (values[row * width + c]! > values[row * width + best]!) best = c;
    }
    return best;
  });
}
