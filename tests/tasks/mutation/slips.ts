/**
 * One-line changes of code, as a slip would make them.
 *
 * @module
 */
import { stream } from "../../../base/random.ts";
import { projectPath } from "../../../base/paths.ts";

/** What is looked for, and what stands there after a slip. */
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " / "],
  [/ \/ /g, " * "],
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ > /g, " >= "],
  [/ >= /g, " > "],
  [/ === /g, " !== "],
  [/ !== /g, " === "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/\bMath\.max\b/g, "Math.min"],
  [/\bMath\.min\b/g, "Math.max"],
  [/\btf\.add\b/g, "tf.sub"],
  [/\btf\.sub\b/g, "tf.add"],
  [/\btf\.mul\b/g, "tf.div"],
  [/(?<=[[(,=] ?)1(?=[\])/,;])/g, "2"],
  [/(?<=[[(,=] ?)0(?=[\]),;])/g, "1"],
  [/\b0\.5\b/g, "0.25"],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/!(?=[a-z(])/g, ""],
];

/** Lines that say something and do nothing: texts for people, types, imports. */
const SAYS =
  /^\s*(\*|\/\/|\/\*|import |export (type|interface|\*)|type |interface |readonly |true satisfies )|(title|description|citation|departures|formula|why|said|note|print|Error)\b|\bParameters<|`/;

/** A changed line. */
export interface Mutation {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** Every slip of a file, each on a line of its own. */
export async function mutationsOf(file: string): Promise<Mutation[]> {
  const lines = (await Deno.readTextFile(projectPath(file))).split("\n");
  const found: Mutation[] = [];
  for (const [i, before] of lines.entries()) {
    if (SAYS.test(before)) continue;
    const code = before.replace(/\s\/\/.*$/, "");
    for (const [pattern, slip] of SLIPS) {
      for (const { index, 0: text } of code.matchAll(pattern)) {
        if (insideText(code, index)) continue;
        const after = code.slice(0, index) + slip + code.slice(index + text.length);
        found.push({ file, line: i + 1, before, after });
      }
    }
  }
  return found;
}

/** Whether a place of a line lies in a text. */
function insideText(line: string, index: number): boolean {
  return (line.slice(0, index).match(/"/g)?.length ?? 0) % 2 === 1;
}

/** A mutation, wherever its line has moved to. */
export function keyOf({ file, before, after }: Mutation): string {
  return JSON.stringify([file, before.trim(), after.trim()]);
}

/**
 * So many of each group in turn, each drawn at random: a mutation's place in the draw depends on
 * itself and the seed, so that a sample stays as the code around it changes.
 */
export function sample(
  mutations: readonly Mutation[],
  groupOf: (mutation: Mutation) => string,
  count: number,
  seed: number,
): Mutation[] {
  const distinct = [...new Map(mutations.map((mutation) => [keyOf(mutation), mutation])).entries()]
    .map(([key, mutation]) => ({ mutation, place: stream(seed, "mutation", key).uniform() }))
    .sort((a, b) => a.place - b.place)
    .map(({ mutation }) => mutation);
  const groups = [...Map.groupBy(distinct, groupOf).values()];
  const turns = Array.from({ length: Math.max(0, ...groups.map(({ length }) => length)) });
  return turns.flatMap((_, turn) => groups.flatMap((group) => group[turn] ?? [])).slice(0, count);
}
