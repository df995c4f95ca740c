/**
 * Texts of records and plans as a report shows them: a name may hold anything, and what cannot be seen
 * in it would turn the words around it, or make a file that nothing reads.
 *
 * @module
 */
import type { Manifest, RunRecord } from "../bench/records/record.ts";

/** Controls but space, tab and line ends; what turns the direction of writing; what has no width. */
const UNSEEN =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** A text in which what cannot be seen stands as its number: `‹U+202E›`. */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (character) => {
    const number = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    return `‹U+${number}›`;
  });
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
