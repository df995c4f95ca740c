/**
 * Which run a specification is: its id, and its name in tables.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { RunSpec } from "./record.ts";

/** The id of a run: the first 16 hexadecimal digits of the SHA-256 of its canonical spec. */
export function runId(spec: RunSpec): string {
  return createHash("sha256").update(canonical(spec)).digest("hex").slice(0, 16);
}

/** JSON with sorted keys, so that equal values give equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, v) =>
      v !== null && typeof v === "object" && !Array.isArray(v)
        ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
        : v,
  );
}

/** What a name depends on: the first stage that a method has unless told. */
export type Stages = readonly { readonly name: string; readonly stage1?: string }[];

/** The name of a run in tables: its method, after its first stage where that is not the method's own. */
export function runName({ method, stage1, imported }: RunSpec, methods: Stages): string {
  if (imported !== undefined) return `${method.name}-imported`; // never that of a run trained here
  if (stage1 === null) return method.name;
  const usual = methods.find(({ name }) => name === method.name)?.stage1;
  const first = runName(stage1, methods);
  return first === usual ? method.name : `${first}+${method.name}`;
}
