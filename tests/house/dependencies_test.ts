/** What the project depends on: pinned, and of licences that go with its own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readJson } from "../../base/files.ts";
import { whyTooOld } from "../../base/versions.ts";
import { ALLOWED as ADVISORIES, ignored, notAsked } from "../tasks/audit.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Licences that ask for no more than that they be named. */
const PERMISSIVE =
  /^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BSL-1\.0|BlueOak-1\.0\.0|Unlicense)$/;
/** Packages of another licence, and why they may be here. */
const ALLOWED: readonly (readonly [RegExp, string, string])[] = [
  [/^axe-core$/, "MPL-2.0", "a test asks it about the page; it is in no package"],
  [/^@img\/sharp-libvips-/, "LGPL-3.0-or-later", "a shared library, which anyone may replace"],
];

Deno.test("dependencies: every version is pinned", async () => {
  const { imports } = (await readJson<{ imports: Record<string, string> }>(
    join(root, "deno.json"),
  ))!;
  const loose = Object.values(imports).filter((specifier) =>
    !/^npm:\/?(@[\w-]+\/)?[\w.-]+@\d+\.\d+\.\d+(\/.*)?$/.test(specifier)
  );
  assert.deepEqual(loose, []);
});

Deno.test("dependencies: their licences go with ours", async () => {
  const { npm } = (await readJson<{ npm: Record<string, unknown> }>(join(root, "deno.lock")))!;
  let looked = 0;
  const others: string[] = [];
  for (const key of Object.keys(npm)) {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
    const folder = join(root, "node_modules/.deno", `${name!.replace("/", "+")}@${version}`);
    const file = join(folder, "node_modules", name!, "package.json");
    const found = await readJson<{ license?: unknown; licenses?: { type: string }[] }>(file);
    if (found === undefined) continue; // for another operating system
    looked++;
    const licence = String(found.license ?? found.licenses?.map(({ type }) => type).join(" OR "));
    const parts = licence.replace(/[()]/g, "").split(/ (?:AND|OR) /);
    const allowed = ALLOWED.some(([names, own]) => names.test(name!) && own === licence);
    if (!allowed && !parts.every((part) => PERMISSIVE.test(part))) {
      others.push(`${name}@${version}: ${licence}`);
    }
  }
  assert.ok(looked > 100, `only ${looked} packages are installed`);
  assert.deepEqual(others, []);
});

Deno.test("dependencies: the lock is frozen, and Deno is one pinned version wherever it is fetched", async () => {
  const { lock } = (await readJson<{ lock: { frozen: boolean } }>(join(root, "deno.json")))!;
  assert.equal(lock.frozen, true);
  const places = [
    "README.md",
    "CONTRIBUTING.md",
    ".ci/run",
    "Dockerfile",
    ".github/workflows/ci.yml",
    ".github/workflows/docs.yml",
    ".github/workflows/nightly.yml",
  ];
  const versions = new Set<string>();
  for (const path of places) {
    const text = await Deno.readTextFile(join(root, path));
    for (const [, version] of text.matchAll(/npx -y deno(\S*)/g)) versions.add(version!);
  }
  const [version, ...others] = versions;
  assert.deepEqual(others, []);
  assert.match(version!, /^@\d+\.\d+\.\d+$/);
  assert.equal(whyTooOld(version!.slice(1)), null);
});

Deno.test("dependencies: every task that a workflow runs exists, and every slow one runs at night", async () => {
  const { tasks } = (await readJson<{ tasks: Record<string, unknown> }>(join(root, "deno.json")))!;
  const folder = join(root, ".github/workflows");
  const named = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(join(folder, name));
    for (const [, task] of text.matchAll(/deno@\S+ task ([\w:]+)/g)) named.add(task!);
    for (const [, task] of text.matchAll(/^ +- "([\w:]+)[^"]*"$/gm)) named.add(task!);
  }
  assert.deepEqual([...named].filter((task) => !(task in tasks)), []);
  const slow = Object.keys(tasks).filter((task) => task.startsWith("test:"));
  assert.deepEqual(slow.filter((task) => !named.has(task)), []);
});

Deno.test("dependencies: an advisory is allowed until its last day, and for a reason", () => {
  const allowed = [
    { id: "CVE-1", reason: "not reached", until: "2030-01-31" },
    { id: "CVE-2", reason: "not reached", until: "2030-02-01" },
  ];
  assert.deepEqual(ignored(allowed, "2030-01-31"), ["--ignore=CVE-1,CVE-2"]);
  assert.deepEqual(ignored(allowed, "2030-02-01"), ["--ignore=CVE-2"]);
  assert.deepEqual(ignored(allowed, "2030-02-02"), []);
  for (const { reason, until } of ADVISORIES) {
    assert.ok(reason.length > 10);
    assert.match(until, /^\d{4}-\d{2}-\d{2}$/);
  }
  assert.ok(notAsked("error sending request for url: client error (Connect)"));
  assert.ok(!notAsked("1 vulnerability found: high"));
});

Deno.test("dependencies: containers run as nobody special, from pinned versions", async () => {
  const read = (path: string) => Deno.readTextFile(join(root, path));
  const [docker, apptainer, ci] = await Promise.all(
    ["Dockerfile", "apptainer.def", ".ci/run"].map(read),
  ) as [string, string, string];
  const tried = await read("tests/tasks/containers.ts");
  const [, base] = /^FROM (\S+) AS base$/m.exec(docker)!;
  assert.match(base!, /:\d+\.\d+\.\d+/);
  assert.ok(apptainer.includes(`\nFrom: ${base}\n`));
  assert.ok(tried.includes(`"${base}"`) && tried.includes(`docker://${base}"`));
  for (const text of [docker, apptainer]) {
    const [pinned] = /deno@\d+\.\d+\.\d+/.exec(text)!;
    assert.ok(ci.includes(pinned));
    assert.ok(text.includes("--frozen") && text.includes("--backend native"));
  }
  const stages = docker.split(/^FROM /m).slice(1);
  assert.deepEqual(stages.slice(1).map((stage) => stage.split(/\s/)[0]), ["base", "base"]);
  for (const stage of stages.slice(1)) assert.match(stage, /^USER bench$/m);
  const build = stages[1]!;
  assert.ok(build.indexOf("USER") < build.indexOf("COPY"), "nothing is fetched as root");
  assert.match(stages[2]!, /^COPY --from=build --chown=root:root /m);
});

Deno.test("dependencies: what workflows use is named by the hash of its commit", async () => {
  const folder = join(root, ".github/workflows");
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(join(folder, name));
    for (const [, action] of text.matchAll(/uses: (.+)$/gm)) {
      assert.match(action!, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+/, `${name}: ${action}`);
    }
  }
});
