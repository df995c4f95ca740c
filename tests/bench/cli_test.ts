import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figures } from "../../bench/metrics.ts";
import { Store } from "../../bench/store.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const backend = Deno.env.get("MDLT_TEST_BACKEND") ?? "native";

async function cli(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", join(root, "bench/cli.ts"), ...args],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const smoke = (out: string, ...more: string[]) =>
  cli("bench", "--preset", "smoke", "--seeds", "2", "--backend", backend, "--out", out, ...more);

Deno.test("bench trains, reports, repeats bit for bit, and does nothing twice", async () => {
  const [one, two] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  try {
    const methods = ["--methods", "erm,crt"];
    const first = await smoke(one, ...methods);
    assert.equal(first.code, 0, first.err);
    const results = await Deno.readTextFile(join(one, "results.csv"));
    assert.match(results, /^dataset,method,seed,split,domain,metric,value\n/);
    assert.match(results, /\ndigits-synth,crt,1,test,worst,macro_f1,0\.\d+\n/);
    assert.match(await Deno.readTextFile(join(one, "report/index.html")), /^<!doctype html>/i);
    const anova = await Deno.readTextFile(join(one, "report/tables/anova.csv"));
    assert.match(anova, /^dataset,domain,metric,test,statistic,df1,df2,p\n/);

    // What is derived from stored predictions is what the records say.
    const store = new Store(one);
    for await (const { name } of Deno.readDir(join(one, "runs"))) {
      const record = (await store.record(name))!;
      assert.deepEqual(await store.recount(name), record);
      assert.ok(figures(record).some(({ metric, split }) => metric === "ece" && split === "test"));
    }

    // One job and another folder: the same numbers, to the last bit.
    const second = await smoke(two, ...methods, "--jobs", "1");
    assert.equal(second.code, 0, second.err);
    assert.equal(await Deno.readTextFile(join(two, "results.csv")), results);

    // Again: nothing is trained; with a further method, only that one is.
    const again = await smoke(one, ...methods);
    assert.match(again.out, /^0 of 4 runs trained .*, 4 existing/);
    const further = await smoke(one, "--methods", "erm,resamp", "--json");
    const end = JSON.parse(further.out.trim().split("\n").at(-1)!);
    assert.deepEqual([end.event, end.done, end.existing], ["result", 2, 2]);
    const extended = await Deno.readTextFile(join(one, "results.csv"));
    assert.match(extended, /,crt,/); // the earlier runs stay in the folder's tables
    assert.match(extended, /,resamp,/);

    const report = await cli("report", "--out", one, "--json");
    assert.equal(report.code, 0, report.err);
    assert.equal(JSON.parse(report.out).runs, 6);
  } finally {
    await Deno.remove(one, { recursive: true });
    await Deno.remove(two, { recursive: true });
  }
});

Deno.test("mistakes get one sentence and exit 2", async (t) => {
  const cases: [string[], RegExp][] = [
    [["bench", "--methods", "emr"], /method "emr": did you mean "erm"\?/],
    [
      ["bench", "--datasets", "digit-synth"],
      /data set "digit-synth": did you mean "digits-synth"\?/,
    ],
    [["bench", "--preset", "quikc"], /preset "quikc": did you mean "quick"\?/],
    [["bench", "--metods", "erm"], /unknown option '--metods'.*--methods/],
    [["bench", "--seeds", "many"], /--seeds "many": give a count such as 5/],
    [["bench", "--seeds", "0"], /a count must be at least 1/],
    [["bench", "--steps", "-3"], /--steps "-3"|argument missing/],
    [["bench", "--steps", "2.5"], /--steps "2.5": it must be a whole number from 1 up/],
    [["bench", "--jobs", "0"], /--jobs "0": it must be a whole number from 1 up/],
    [["bench", "--set", "irm"], /--set "irm": give name.key=number/],
    [["bench", "--set", "irm.penaltyWeight=big"], /give name.key=number/],
    [["bench", "--set", "irm.penaltyWieght=1"], /did you mean "penaltyWeight"/],
    [["bench", "--backend", "gpu"], /backend "gpu"/],
    [
      ["bench", "--data-dir", "/no/such/folder"],
      /--data-dir "\/no\/such\/folder": there is nothing/,
    ],
    [["bench", "--out", "/proc/nowhere"], /Cannot write to --out "\/proc\/nowhere"/],
    [["report", "--out", "/no/such/folder"], /there is no manifest.json in it/],
    [["bnech"], /unknown command 'bnech'.*bench/],
  ];
  for (const [args, message] of cases) {
    await t.step(args.join(" "), async () => {
      const { code, out, err } = await cli(...args);
      assert.match(err, message);
      assert.equal(code, 2);
      assert.equal(out, "");
      assert.equal(err.trim().split("\n").length, 1, err);
    });
  }
});

Deno.test("the listing commands speak to people and to programs", async () => {
  for (const command of ["methods", "datasets", "doctor"]) {
    const [plain, json] = await Promise.all([cli(command), cli(command, "--json")]);
    assert.equal(plain.code, 0, plain.err);
    assert.ok(plain.out.length > 100);
    assert.ok(JSON.parse(json.out));
  }
  const methods = JSON.parse((await cli("methods", "--json")).out);
  const irm = methods.find((m: { name: string }) => m.name === "irm");
  assert.equal(irm.hyperparameters.penaltyWeight.default, 100);
});

const COMMANDS = [
  [],
  ...["bench", "sweep", "select", "slurm", "report", "methods", "datasets", "doctor"].map((
    c,
  ) => [c]),
  ...["status", "cancel"].map((c) => ["slurm", c]),
];

Deno.test("every command has --help and exits 0", async () => {
  for (const command of COMMANDS) {
    const { code, out } = await cli(...command, "--help");
    assert.equal(code, 0);
    assert.match(out, /Usage: deno task/);
  }
});

Deno.test("a dry run prints the plan with what it will take, and writes nothing", async () => {
  const out = join(await Deno.makeTempDir(), "never");
  const { code, out: text } = await cli("bench", "--dry-run", "--seeds", "1", "--out", out);
  assert.equal(code, 0);
  assert.match(text, /erm {2}seed 0 {2}\d+ updates .* about \d+:\d\d, \d+ MB\n/);
  assert.match(text, /\nAbout [\d:]+ with \d+ side by side, \d+ MB, going by: table\n\d+ runs\n$/);
  await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
});

Deno.test("earlier records are what a dry run goes by; TensorBoard has the curve", async () => {
  const out = join(await Deno.makeTempDir(), "out");
  try {
    const { code, err } = await smoke(out, "--methods", "erm", "--seeds", "1", "--tensorboard");
    if (backend === "wasm") return assert.match(err, /Cannot write TensorBoard files/);
    assert.equal(code, 0, err);
    const store = new Store(out);
    const { id } = (await store.manifest())!.runs[0]!;
    const files: string[] = [];
    for await (const { name } of Deno.readDir(store.events(id))) files.push(name);
    assert.equal(files.length, 1);
    const bytes = await Deno.readFile(join(store.events(id), files[0]!));
    const text = new TextDecoder("latin1").decode(bytes);
    const { curve } = (await store.record(id))!;
    for (const tag of ["train/loss", "validation/macro_f1/street", "validation/accuracy/texture"]) {
      assert.equal(text.split(tag).length - 1, curve.length, tag);
    }
    const dry = await smoke(out, "--methods", "erm,irm", "--dry-run", "--json");
    const { runs, estimate } = JSON.parse(dry.out);
    assert.deepEqual(
      runs.map((run: { estimate: { source: string } }) => run.estimate.source),
      ["same method", "same method", "other method", "other method"],
    );
    assert.equal(estimate.open, 3);
    assert.ok(estimate.seconds > 0 && estimate.memory > 1e8);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
