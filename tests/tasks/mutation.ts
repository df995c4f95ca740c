/**
 * `deno task test:mutation [--sample N] [--seed S] [--changed] [FILES]`: changes one line of the code
 * at a time, as a slip would, and looks whether a test notices. Ends with 1 where fewer than 90 % do.
 *
 * Without files a sample of all methods, metrics, statistics and records; `--changed` takes the files
 * among them that are not as on the main branch. The code is changed in a copy of the project.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { stream } from "../../base/random.ts";
import { projectPath } from "../../base/paths.ts";
import { print } from "../../base/terminal.ts";

/** Which tests are about which code, the quick ones first. */
const AREAS: readonly (readonly [folder: string, tests: readonly string[]])[] = [
  ["metrics", ["tests/metrics", "tests/report/metrics_test.ts", "tests/bench/trainer_test.ts"]],
  ["report/analysis/statistics", [
    ...["statistics", "family", "effects", "calibration", "multiple", "compare", "mod"]
      .map((name) => `tests/report/${name}_test.ts`),
  ]],
  ["bench/records", [
    ...["door", "outdated", "store", "learning", "data_seed", "format1", "resume", "checksums"]
      .map((name) => `tests/bench/${name}_test.ts`),
    ...["tests/report/joined_test.ts", "tests/report/metrics_test.ts"],
  ]],
  ["methods", [
    ...["tests/methods/figures_test.ts", "tests/golden/golden_test.ts", "tests/methods"],
    "tests/bench/resume_test.ts",
  ]],
];

/** Slips: what is looked for, and what stands there after one. */
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
  /^\s*(\*|\/\/|\/\*|import |export (type|interface|\*)|type |interface |readonly )|(title|description|citation|departures|formula|why|said|note|print|Error)\b|`/;

interface Mutation {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "100" },
    seed: { type: "string", default: "0" },
    changed: { type: "boolean", default: false },
  },
});

const files = positionals.length > 0 ? positionals : await filesOfAreas(values.changed);
const all = (await Promise.all(files.map(mutationsOf))).flat();
const chosen = sample(all, Number(values.sample), Number(values.seed));
print(`${chosen.length} of ${all.length} mutations in ${files.length} files`);
const copy = await copyProject();
const caught = new Map<string, [caught: number, all: number]>();
try {
  for (const mutation of chosen) {
    const test = await firstToNotice(mutation);
    const area = areaOf(mutation.file)?.[0] ?? dirname(mutation.file);
    const [some, total] = caught.get(area) ?? [0, 0];
    caught.set(area, [some + (test === null ? 0 : 1), total + 1]);
    const where = `${mutation.file}:${mutation.line}`;
    print(
      test === null
        ? `SURVIVED ${where}: ${mutation.before.trim()} → ${mutation.after.trim()}`
        : `caught   ${where} by ${test}`,
    );
  }
} finally {
  await Deno.remove(copy, { recursive: true });
}
for (const [area, [some, total]] of caught) print(`${area}: ${some} of ${total} caught`);
const some = [...caught.values()].reduce((sum, [n]) => sum + n, 0);
print(`${some} of ${chosen.length} caught (${(100 * some / chosen.length).toFixed(1)} %)`);
Deno.exit(some >= 0.9 * chosen.length ? 0 : 1);

/** Every slip of a file, each on a line of its own. */
async function mutationsOf(file: string): Promise<Mutation[]> {
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

/** So many of each area in turn, each drawn at random. */
function sample(mutations: readonly Mutation[], count: number, seed: number): Mutation[] {
  const random = stream(seed, "mutations");
  const groups = [...Map.groupBy(mutations, ({ file }) => areaOf(file)?.[0] ?? file).values()]
    .map((group) => [...group]);
  const chosen: Mutation[] = [];
  while (chosen.length < count && groups.some((group) => group.length > 0)) {
    for (const group of groups) {
      if (group.length === 0 || chosen.length === count) continue;
      chosen.push(...group.splice(random.integer(group.length), 1));
    }
  }
  return chosen;
}

/** The first test file that fails with a mutation; null when none does. */
async function firstToNotice({ file, line, after }: Mutation): Promise<string | null> {
  const path = join(copy, file);
  const text = await Deno.readTextFile(path);
  const lines = text.split("\n");
  lines[line - 1] = after;
  await Deno.writeTextFile(path, lines.join("\n"));
  try {
    for (const test of areaOf(file)?.[1] ?? ["tests"]) {
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: ["test", "--allow-all", "--no-check", "--quiet", "--fail-fast", test],
        cwd: copy,
        env: { MDLT_TEST_BACKEND: Deno.env.get("MDLT_TEST_BACKEND") ?? "native" },
        stdin: "null",
        stdout: "null",
        stderr: "null",
        signal: AbortSignal.timeout(600_000), // a loop without end is noticed as well
      }).output();
      if (!success) return test;
    }
    return null;
  } finally {
    await Deno.writeTextFile(path, text);
  }
}

function areaOf(file: string) {
  return AREAS.find(([folder]) => file.startsWith(`${folder}/`));
}

async function filesOfAreas(changed: boolean): Promise<string[]> {
  const args = changed ? ["diff", "--name-only", "origin/HEAD"] : ["ls-files"];
  const out = (await git(args)).split("\n").filter((file) => /\.ts$/.test(file));
  return out.filter((file) => areaOf(file) !== undefined);
}

/** The project as it stands, without what is ignored; packages are shared with it. */
async function copyProject(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "mutation-" });
  for (const file of (await git(["ls-files"])).split("\n").filter((line) => line !== "")) {
    await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
    await Deno.copyFile(projectPath(file), join(folder, file)).catch(() => {}); // removed since
  }
  await Deno.symlink(projectPath("node_modules"), join(folder, "node_modules"));
  return folder;
}

async function git(args: readonly string[]): Promise<string> {
  const { stdout, success, stderr } = await new Deno.Command("git", {
    args: ["-C", projectPath(""), ...args],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
