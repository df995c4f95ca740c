/** Every task has its needs and no more, also those of who develops the suite. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { narrowRun } from "../../base/rights.ts";
import { exists } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { NEEDS as COMMANDS } from "../../cli/needs.ts";
import config from "../../deno.json" with { type: "json" };
import { NEEDS, taskNeeds } from "../tasks/needs.ts";

/** Starts what it is asked to check, and does nothing else. */
const CHECK = "tests/tasks/check.ts";

Deno.test("every task of deno.json is launched with needs of its own", async () => {
  const launched: string[] = [];
  for (const [name, task] of Object.entries(config.tasks)) {
    if (!("command" in task)) continue;
    const [, program, argument] =
      /^deno -q -P=launch (\S+)(?: (\S+))?(?: && deno fmt -q docs\/\w+\.md)?$/
        .exec(task.command) ?? [];
    if (program === "cli/launch.ts") {
      assert.ok(name === "mdlt" ? argument === undefined : argument === name, name);
      assert.ok(name === "mdlt" || name in COMMANDS, name);
    } else if (program !== CHECK) {
      assert.equal(program, "tests/tasks/launch.ts", `${name}: ${task.command}`);
      assert.equal(argument, name);
      launched.push(name);
    }
  }
  assert.deepEqual(launched.sort(), Object.keys(NEEDS).sort());
  for (const { program } of Object.values(NEEDS)) assert.ok(await exists(projectPath(program)));
});

Deno.test("no permission set is without a task or a process, and none may do everything", async () => {
  const sources = ["cli/needs.ts", "cli/commands/new.ts", "tests/tasks/needs.ts"];
  sources.push("bench/execute/worker_process.ts", "tensor/native/addon.ts");
  sources.push("tensor/native/provision_process.ts");
  const texts = await Promise.all(sources.map((path) => Deno.readTextFile(projectPath(path))));
  texts.push(...Object.values(config.tasks).map((task) => "command" in task ? task.command : ""));
  for (const [name, set] of Object.entries(config.permissions)) {
    const named = new RegExp(`"${name}"|-P=${name} `);
    assert.ok(texts.some((text) => named.test(text)), name);
    assert.ok(!("all" in set), name);
    assert.ok(!("net" in set) || Array.isArray(set.net), `${name} reaches every host`);
  }
});

async function* files(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(projectPath(folder))) {
    const path = join(folder, name);
    if (folder === "." && [".git", ...config.exclude].includes(name)) continue;
    if (isDirectory) yield* files(path);
    else if (isFile) yield path;
  }
}

/**
 * How Deno is asked for every right at once: by a word, by a letter among others of its options, or
 * by what runs a text, which asks for no leave.
 */
const EVERYTHING = [
  new RegExp("--allow" + "-all"),
  /(?:^|[\s"'`=[(])-[qrEINRSW]*A[qrEINRSW]*(?=$|[\s"'`,;)\]])/,
  /\bdeno (?:-q )?(?:eval|repl)\b|\[["'](?:eval|repl)["'],/,
  /permissions["']?:\s*(?:true|["'](?:all|inherit)["'])/,
];
const asksForAll = (line: string) => EVERYTHING.some((pattern) => pattern.test(line));

Deno.test("nothing asks for every right: no task, script, workflow, page or test", async () => {
  for (const line of [`deno ${"-"}A x.ts`, `["run", "${"-"}qA"]`, `permissions: ${'"all"'}`]) {
    assert.ok(asksForAll(line), line);
  }
  for (const line of ["deno -P=launch x.ts", "deno run -RWES x.ts", "> -CLEAR &&"]) {
    assert.ok(!asksForAll(line), line);
  }
  const found: string[] = [];
  let looked = 0;
  for await (const path of files(".")) {
    looked++;
    const text = await Deno.readTextFile(projectPath(path));
    text.split("\n").forEach((line, i) => {
      if (asksForAll(line)) found.push(`${path}:${i + 1}: ${line.trim()}`);
    });
  }
  assert.deepEqual(found, []);
  assert.ok(looked > 500, `${looked} files`);
});

/** What a process with the rights of a task could do. */
async function couldDo(task: string): Promise<string[]> {
  const { set, opened } = taskNeeds(task, []);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...narrowRun(set, opened), projectPath("tests/helpers/probe_plugin.ts")],
    // Outside of all that a task writes for a while.
    env: { NO_COLOR: "1", PROBE_SECRET: "s", PROBE_ELSEWHERE: dirname(tmpdir()) },
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${task}: ${complained}`);
  const found: Record<string, boolean> = JSON.parse(/PROBE \S+ (\{.*\})/.exec(said!)![1]!);
  return Object.keys(found).filter((name) => found[name]);
}

const LOOKS = ["foreign file", "foreign folder"];
const NOTHING: readonly string[] = [];
const AS_TESTS = ["own network", "program", ...LOOKS, "write elsewhere", "library", "variable"];

/** By a task of each kind. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  "npm": NOTHING,
  "released": NOTHING,
  "docs:generate": NOTHING,
  "docs": NOTHING,
  "audit": NOTHING,
  "test:statistics": NOTHING,
  "golden": [...LOOKS, "library", "variable"],
  "test": [...LOOKS, "variable"],
  "test:fuzz": [...LOOKS, "variable"],
  "test:package": ["program", ...LOOKS, "variable"],
  "test:kill": AS_TESTS,
};

Deno.test("a task of a developer can do what it does, and nothing else", async () => {
  const found = await Promise.all(
    Object.keys(MAY).map(async (task) => [task, await couldDo(task)] as const),
  );
  assert.deepEqual(Object.fromEntries(found), MAY);
});

Deno.test("a task of a developer writes what it makes, and leaves the sources alone", () => {
  const writes = (task: string, ...args: string[]) => taskNeeds(task, args).opened.write ?? [];
  assert.deepEqual(writes("released"), [projectPath("bench/records/released.json")]);
  assert.deepEqual(writes("docs", "/somewhere"), ["/somewhere"]);
  for (const task of Object.keys(NEEDS)) {
    for (const path of writes(task)) assert.notEqual(path, projectPath("").replace(/\/$/, ""));
  }
});
