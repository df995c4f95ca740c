/**
 * `deno task test:mutation [--sample N] [--seed S] [--changed] [--results FILE] [--minutes M]
 * [--tests T] [--survivors] [FILES]`: changes one line of the code at a time, as a slip would, and
 * looks whether a test notices. Ends with 1 where fewer than 90 % do.
 *
 * Without files a sample of all methods, metrics, analyses of the report and records, the same number
 * of each; `--changed` takes the files among them that are not as on the main branch. The code is
 * changed in a copy of the project. Asked are the T test files nearest to the line: of those that come
 * to it the ones that import its file, then those of the same part of the project, and among these the
 * ones that reach least besides. What none of them notices counts as survived, also where no test
 * comes to the line or only a slow one does. What is
 * found is kept in the results' file, from which the same command goes on; `--survivors` asks again
 * about what no test had noticed.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { readIfThere } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { print } from "../../base/terminal.ts";
import { areaOf, type Asked, namedAfter } from "./mutation/areas.ts";
import { whyEquivalent } from "./mutation/equivalent.ts";
import { Reaches, SECONDS } from "./mutation/reach.ts";
import { type End, endOf } from "./mutation/run.ts";
import { keyOf, type Mutation, mutationsOf, sample } from "./mutation/slips.ts";

/** What became of a mutation. */
interface Result extends Mutation {
  /** The tests that noticed it; null where none did. */
  readonly by: string | null;
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "160" },
    tests: { type: "string", default: "10" },
    seed: { type: "string", default: "0" },
    changed: { type: "boolean", default: false },
    survivors: { type: "boolean", default: false },
    results: { type: "string", default: projectPath(".tmp/mutation.jsonl") },
    minutes: { type: "string", default: "Infinity" },
  },
});

const began = performance.now();
const files = positionals.length > 0 ? positionals : await filesOfAreas(values.changed);
const all = (await Promise.all(files.map(mutationsOf))).flat();
const equal = all.filter((mutation) => whyEquivalent(mutation) !== undefined);
const groupOf = ({ file }: Mutation) => areaOf(file) ?? dirname(file);
const chosen = sample(
  all.filter((mutation) => !equal.includes(mutation)),
  groupOf,
  Number(values.sample),
  Number(values.seed),
);
print(
  `${chosen.length} of ${all.length} mutations in ${files.length} files; ${equal.length} more are ` +
    `known to change nothing`,
);
const known = await knownResults();
const results: Result[] = [];
const copy = await copyProject();
try {
  const path = values.results.replace(/(\.jsonl)?$/, ".reach.jsonl");
  const reaches = await Reaches.open(copy, await projectFiles(), path);
  for (const mutation of chosen) {
    const before = known.get(keyOf(mutation));
    if (before !== undefined && !(values.survivors && before.by === null)) {
      results.push(before);
      continue;
    }
    const by = await firstToNotice(mutation, reaches);
    if (by === undefined) continue;
    const result = { ...mutation, by };
    await keep(result);
    results.push(result);
    print(said(result));
  }
} finally {
  await Deno.remove(copy, { recursive: true });
}

const survivors = results.filter(({ by }) => by === null);
survivors.forEach((result) => print(said(result)));
for (const [area, some] of Map.groupBy(results, groupOf)) print(`${area}: ${caught(some)}`);
print(caught(results));
if (results.length < chosen.length) print(`${chosen.length - results.length} to go: run it again`);
Deno.exit(survivors.length <= 0.1 * results.length ? 0 : 1);

function caught(some: readonly Result[]): string {
  const count = some.filter(({ by }) => by !== null).length;
  return `${count} of ${some.length} caught (${(100 * count / some.length).toFixed(1)} %)`;
}

function said({ file, line, before, after, by }: Result): string {
  const where = `${file}:${line}`;
  return by === null
    ? `SURVIVED ${where}: ${before.trim()} → ${after.trim()}`
    : `caught   ${where} by ${by}`;
}

async function knownResults(): Promise<Map<string, Result>> {
  const lines = (await readIfThere(values.results) ?? "").split("\n").filter((line) => line !== "");
  const found = lines.map((line): Result => JSON.parse(line));
  return new Map(found.map((result) => [keyOf(result), result]));
}

async function keep(result: Result): Promise<void> {
  await Deno.mkdir(dirname(values.results), { recursive: true });
  await Deno.writeTextFile(values.results, `${JSON.stringify(result)}\n`, { append: true });
}

/** The first test file that fails with a mutation; null when none does, undefined without time. */
async function firstToNotice(
  mutation: Mutation,
  reaches: Reaches,
): Promise<string | null | undefined> {
  let asked = 0;
  for await (const next of nearest(mutation, reaches)) {
    if (isLate() || asked++ === Number(values.tests)) break;
    const end = await endWith(mutation, next);
    if (end === "passed") continue;
    const own = await endWith({ ...mutation, after: mutation.before }, next);
    if (own === "passed") return end === "failed" ? next.test : `${next.test} (no end)`;
    print(`${next.test} does not pass with the code as it is`);
  }
  return isLate() ? undefined : null;
}

/** The tests that are asked about a mutation, in turn. */
async function* nearest(mutation: Mutation, reaches: Reaches): AsyncIterable<Asked> {
  const named = namedAfter(mutation.file);
  yield* named;
  for await (const next of reaches.at(mutation, isLate)) {
    if (!named.some(({ test }) => test === next.test)) yield next;
  }
}

/** How tests end while the copy has a mutation. */
async function endWith({ file, line, after }: Mutation, { test, filter }: Asked): Promise<End> {
  const path = join(copy, file);
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.split("\n").with(line - 1, after).join("\n"));
  try {
    const options = filter === undefined ? [] : [`--filter=${filter}`];
    return await endOf(copy, test, 2 * SECONDS, options);
  } finally {
    await Deno.writeTextFile(path, text);
  }
}

function isLate(): boolean {
  return performance.now() - began > 60_000 * Number(values.minutes);
}

async function filesOfAreas(changed: boolean): Promise<string[]> {
  const found = changed ? await git(["diff", "--name-only", "origin/HEAD"]) : await projectFiles();
  return found.filter((file) => file.endsWith(".ts") && areaOf(file) !== undefined);
}

function projectFiles(): Promise<string[]> {
  return git(["ls-files"]);
}

/** The project as it stands, without what is ignored; packages are shared with it. */
async function copyProject(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "mutation-" });
  for (const file of await projectFiles()) {
    await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
    await Deno.copyFile(projectPath(file), join(folder, file)).catch(() => {}); // removed since
  }
  // Deno itself makes links only for who may write everywhere.
  await new Deno.Command("ln", { args: ["-s", projectPath("node_modules"), folder] }).output();
  return folder;
}

async function git(args: readonly string[]): Promise<string[]> {
  const { stdout, success, stderr } = await new Deno.Command("git", {
    args: ["-C", projectPath(""), ...args],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}
