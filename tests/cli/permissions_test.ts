/** What each task may do: its needs and no more, tried out by a plugin that is loaded under its rights. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { hostsOf, narrowRun, refusal } from "../../base/rights.ts";
import config from "../../deno.json" with { type: "json" };
import { makeProgram } from "../../cli/program.ts";
import { FLAGS, NEEDS, needsOf } from "../../cli/needs.ts";
import { DATASETS } from "../../datasets/mod.ts";
import { withFolder } from "../bench/crash.ts";

const PLUGIN = projectPath("tests/helpers/probe_plugin.ts");
const GRID = ["--preset", "smoke", "--methods", "erm", "--seeds", "1", "--steps", "2"];

/** Runs a command as its task does, with the plugin; gives what each process of it could do. */
async function probed(folder: string, ...args: string[]) {
  const elsewhere = join(folder, "elsewhere");
  await Deno.mkdir(elsewhere, { recursive: true });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["task", "--quiet", "--config", projectPath("deno.json"), ...args],
      ...["--plugin", PLUGIN],
    ],
    cwd: folder,
    env: { NO_COLOR: "1", PROBE_SECRET: "s", PROBE_ELSEWHERE: elsewhere },
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${args.join(" ")}\n${said}${complained}`);
  const could: Record<string, string[]> = {};
  for (const [, main, text] of `${said}\n${complained}`.matchAll(/PROBE (\S+) (\{.*?\})/g)) {
    const found: Record<string, boolean> = JSON.parse(text!);
    could[main!] = Object.keys(found).filter((name) => found[name]);
  }
  assert.deepEqual(
    await Array.fromAsync(Deno.readDir(elsewhere)),
    [],
    "something was written there",
  );
  return could;
}

Deno.test("a command that lists sees the project, and does nothing else", () =>
  withFolder(async (folder) => {
    for (const command of ["methods", "datasets", "networks", "metrics", "hparams"]) {
      assert.deepEqual(await probed(folder, command), { "main.ts": [] }, command);
    }
  }));

Deno.test("bench starts workers that reach nobody; report and results do nothing but their work", () =>
  withFolder(async (folder) => {
    const all = await probed(folder, "bench", ...GRID, "--backend", "wasm", "--out", "mine");
    assert.deepEqual(all["main.ts"], ["foreign file", "foreign folder", "variable"]);
    assert.deepEqual(
      all["worker.ts"],
      ["foreign file", "foreign folder", "library", "variable"],
    );
    assert.deepEqual(await probed(folder, "report", "--out", "mine"), { "main.ts": [] });
    assert.deepEqual(await probed(folder, "results", "--out", "mine"), { "main.ts": [] });
    assert.deepEqual(await probed(folder, "check", "mine", "--mend"), { "main.ts": [] });
  }));

Deno.test("data fetch reaches the hosts of the data sets and no other", () =>
  withFolder(async (folder) => {
    const could = await probed(folder, "data", "fetch", "digits-synth-2");
    assert.deepEqual(could, { "main.ts": ["foreign file", "foreign folder"] });
    const hosts = DATASETS.flatMap(({ sources }) => sources?.files ?? [])
      .flatMap(({ urls, copies = [] }) => hostsOf([...urls, ...copies]));
    assert.deepEqual(config.permissions.fetch.net, [...new Set(hosts)].sort());
    const { opened } = await needsOf(["data", "fetch", "mine", "--host", "a.org", "--host=b.org"]);
    assert.deepEqual(opened.net, ["a.org", "b.org"]);
    assert.ok(
      narrowRun("fetch", opened).some((flag) => /--allow-net=cdn.*,a\.org,b\.org$/.test(flag)),
    );
  }));

Deno.test("a report writes its folder alone, and the runs in it stay as they are", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "a/runs"), { recursive: true });
    await Deno.mkdir(join(folder, "b"));
    const program = join(folder, "program.ts");
    await Deno.writeTextFile(
      program,
      `for (const path of Deno.args) {
         console.log(await Deno.writeTextFile(path, "x").then(() => "written", (e) => e.name));
       }`,
    );
    const { set, opened } = await needsOf(["report", "--out", join(folder, "a")]);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...[...narrowRun(set, opened), program],
        ...["a/report", "a/results.csv", "a/runs/x", "a/manifest.json", "b/x", "a/../b/x"]
          .map((path) => join(folder, path)),
      ],
    }).output();
    assert.deepEqual(
      new TextDecoder().decode(stdout).trim().split("\n"),
      ["written", "written", "NotCapable", "NotCapable", "NotCapable", "NotCapable"],
    );
  }));

Deno.test("what a command line names may be read: files, folders, parts of lists, plugins", () =>
  withFolder(async (folder) => {
    const path = (name: string) => join(folder, name);
    for (const name of ["a.csv", "b.csv", "mine.ts"]) await Deno.writeTextFile(path(name), "");
    const { opened } = await needsOf([
      ...["power", "--compare", `${path("a.csv")},${path("b.csv")}`, `--plugin=${path("mine.ts")}`],
    ]);
    for (const named of [path("a.csv"), path("b.csv"), folder]) {
      assert.ok(opened.read!.includes(named), named);
    }
    const { opened: { hosts } } = await needsOf(["methods", "--plugin", "https://a.org/x.ts"]);
    assert.deepEqual(hosts, ["a.org"]);
  }));

Deno.test("folders that are to be made, links and commas are opened as Deno takes them", () =>
  withFolder(async (folder) => {
    const flag = async (path: string) =>
      narrowRun("report", (await needsOf(["report", "--out", path])).opened)
        .find((each) => each.startsWith("--allow-write="))!;
    await Deno.mkdir(join(folder, "real"));
    await Deno.symlink(join(folder, "real"), join(folder, "link"));
    assert.ok(
      (await flag(join(folder, "link"))).includes(join(await Deno.realPath(folder), "real")),
    );
    assert.match(await flag(join(folder, "new/deep")), /\/new,/);
    assert.ok(
      (await flag(join(folder, "real/a,b"))).split("=")[1]!.split(",").includes(
        join(folder, "real"),
      ),
    );
  }));

Deno.test("every command has its needs, and no needs are without a command", async () => {
  const program = makeProgram(() => {});
  const names = program.commands.map((command) => command.name());
  const known = Object.keys(NEEDS).filter((name) => name !== "");
  assert.deepEqual(names.filter((name) => !known.includes(name)), []);
  assert.deepEqual(known.filter((name) => !names.includes(name.split(" ")[0]!)), []);
  const data = program.commands.find((command) => command.name() === "data")!;
  const check = program.commands.find((command) => command.name() === "check")!;
  for (const { options } of [check, data.commands.find((command) => command.name() === "split")!]) {
    const flags = options.filter(({ required, optional }) => !required && !optional);
    for (const { long } of flags) assert.ok(FLAGS.has(long!), long!);
  }
  const { opened: { write } } = await needsOf(["check", "--mend", "a"]);
  assert.deepEqual(write!.slice(0, 1), [resolve("a")]);
});

Deno.test({
  name: "a place in /dev, /proc or /sys is refused in a sentence",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const lines = [
      ["bench", "--out", "/dev/shm/x"],
      ["report", "--out=/proc/self"],
      ["results", "--keep", "/sys/x"],
      ["data", "check", "a", "--data-dir", "/proc"],
    ];
    for (const line of lines) {
      await assert.rejects(needsOf(line), {
        name: "UsageError",
        message:
          /^Cannot use "\/[^"]+": no command may look into \/dev, \/proc or \/sys; give a place/,
      });
    }
  },
});

Deno.test("a right that is lacking is a sentence", () => {
  const of = (text: string) => refusal(new Deno.errors.NotCapable(text));
  assert.match(
    of('Requires write access to "/a b", run again with the --allow-write flag')!,
    /^Cannot write "\/a b": this process has no leave to, .*docs\/permissions\.md/,
  );
  assert.match(
    of('Requires net access to "a.org:443", run again with the --allow-net flag')!,
    /^Cannot reach "a\.org:443": /,
  );
  assert.match(
    of('Requires run access to "sh", run again with the --allow-run flag')!,
    /^Cannot start "sh": /,
  );
  assert.match(
    of(`Requires all access to "/proc/1/stat", run again with the --allow-${"all"} flag`)!,
    /^Cannot read "\/proc\/1\/stat": /,
  );
  assert.match(
    of(
      'Cannot write /a b: Requires write access to "/a b", run again with the --allow-write flag',
    )!,
    /^Cannot write "\/a b": this process has no leave to, /,
  );
  assert.equal(refusal(new Deno.errors.NotFound("x")), null);
});
