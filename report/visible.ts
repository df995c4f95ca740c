/**
 * Texts of records and plans as a report shows them: a name may hold anything, and what cannot be seen
 * in it would turn the words around it, or make a file that nothing reads.
 *
 * @module
 */
import { UNSEEN } from "../base/terminal.ts";
import type { Manifest, RunRecord } from "../bench/records/record.ts";

/** What no file can hold: halves of characters, and what is none. */
const IMPOSSIBLE = /\p{Surrogate}|[\ufffe\uffff]/gu;

/** A text in which what cannot be seen stands as its number: `‹U+202E›`. */
export function visible(text: string): string {
  const numbered = (character: string) => {
    const number = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    return `‹U+${number}›`;
  };
  return text.replaceAll("\r\n", "\n").replaceAll(UNSEEN, numbered)
    .replaceAll(IMPOSSIBLE, numbered);
}

/** A record whose words can be seen. What identifies the run stays as it is. */
export function visibleRecord(record: RunRecord): RunRecord {
  const { data, method, environment, outcome, spec } = record;
  // Runs that leave out domains name them in their specifications as well.
  const domains = spec.dataset.leaveOut === undefined ? data.domains.map(visible) : data.domains;
  return {
    ...record,
    outcome: outcome.status === "diverged" && outcome.term !== undefined
      ? { ...outcome, term: visible(outcome.term) }
      : outcome,
    data: { ...data, title: visible(data.title), domains, classes: data.classes.map(visible) },
    method: {
      title: visible(method.title),
      family: visible(method.family),
      source: visible(method.source),
    },
    environment: visibleValues(environment),
  };
}

/** A plan whose words about itself can be seen; its runs stay as they are. */
export function visiblePlan(manifest: Manifest): Manifest {
  const { createdAt, command, preset, environment, plugins } = manifest;
  return {
    ...manifest,
    createdAt: visible(createdAt),
    preset: visible(preset),
    command: command.map(visible),
    environment: visibleValues(environment),
    ...(plugins && {
      plugins: plugins.map((plugin) => ({ ...plugin, specifier: visible(plugin.specifier) })),
    }),
  };
}

function visibleValues(values: RunRecord["environment"]): RunRecord["environment"] {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      visible(key),
      typeof value === "string" ? visible(value) : value,
    ]),
  );
}
