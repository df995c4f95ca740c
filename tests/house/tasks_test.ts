/** Every task has its needs and no more, also those of who develops the suite. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
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
  const sources = ["cli/needs.ts", "tests/tasks/needs.ts", "bench/execute/worker_process.ts"];
  sources.push("tensor/native/addon.ts", "tensor/native/provision_process.ts", "deno.json");
  const texts = await Promise.all(sources.map((path) => Deno.readTextFile(projectPath(path))));
  for (const [name, set] of Object.entries(config.permissions)) {
    assert.ok(texts.some((text) => text.includes(`"${name}"`) || text.includes(`-P=${name} `)));
    assert.ok(!("all" in set), name);
    assert.ok(!("net" in set) || Array.isArray(set.net), `${name} reaches every host`);
  }
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
const AS_TESTS = ["own network", "program", ...LOOKS, "library", "variable"];

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
  assert.ok(writes("test:mutation", "--results", "/there/found.jsonl").includes("/there"));
  for (const task of Object.keys(NEEDS)) {
    for (const path of writes(task)) assert.notEqual(path, projectPath("").replace(/\/$/, ""));
  }
});
