import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { builtin, extend } from "../../bench/catalogue.ts";
import { figures } from "../../bench/records/figures.ts";
import { didLearn } from "../../bench/records/learning.ts";
import { RUN_RECORD } from "../../bench/records/schema.ts";
import { Store } from "../../bench/records/store.ts";
import { plan, type PlannedRun } from "../../bench/plan/plan.ts";
import { programMethods, programOption } from "../../bench/plan/programs.ts";
import { ProgramKilled, type ProgramRun, trainByProgram } from "../../bench/programs/run.ts";
import type { Task } from "../../bench/programs/task.ts";
import { METRICS } from "../../metrics/mod.ts";
import { defineDataset } from "../../datasets/dataset.ts";
import { debugDataset } from "../../testing/debug_dataset.ts";
import { withFolder } from "../bench/crash.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";
import { isRunning } from "../helpers/system.ts";

const dataset = debugDataset();
const definition = defineDataset({
  name: "debug",
  title: "Debug",
  description: "Bright quarters.",
  images: "digits",
  domains: dataset.domains.map(({ name }) => name),
  classes: dataset.classes,
  shots: { many: 8, few: 3 },
  origin: "drawn in code",
  settings: {},
  locate: () => Promise.resolve({ here: true, where: "drawn in code" }),
  counts: () => Promise.resolve(undefined),
  load: () => Promise.resolve(dataset),
});

/** A program that predicts class 1 of every test image, after `first`; `{out}` is `spec.output`. */
const PREDICT = `
const spec = JSON.parse(Deno.readTextFileSync(Deno.args[0]));
const { output } = spec;
FIRST
const rows = spec.split.test.map(({ path }) => path + ",0.1,0.7,0.1,0.1");
Deno.writeTextFileSync(output.predictions, ["path,p0,p1,p2,p3", ...rows, ""].join("\\n"));
`;

/** Plans the run of a Deno program and hands it over with all that it needs. */
async function withProgram(
  first: string,
  use: (options: ProgramRun, folder: string) => Promise<void>,
  change: { minutes?: number; memory?: number; line?: string } = {},
): Promise<void> {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "program.ts"), PREDICT.replace("FIRST", first));
    const line = change.line ?? `${Deno.execPath()} ${RUN_AS_TEST.join(" ")} program.ts {spec}`;
    const settings: [string, string][] = [["mine.lr", "0.5"], ["mine.note", "a b"]];
    const methods = await programMethods([["mine", line]], settings, folder);
    const catalogue = extend(
      extend(builtin(), [definition], "the tests"),
      methods.map(({ method }) => method),
      "the tests",
    );
    const { minutes, memory } = change;
    const limits = { folder, ...(minutes && { minutes }), ...(memory && { memory }) };
    const [run] = plan({
      datasets: ["debug"],
      methods: ["mine"],
      seeds: [3],
      preset: "smoke",
      settings,
      selection: "last",
      backend: "wasm",
      threads: 1,
      programs: { methods, limits },
    }, catalogue);
    await use({
      run: run!,
      definition,
      dataset,
      metrics: METRICS,
      cacheDir: join(folder, "cache"),
      store: new Store(join(folder, "out")),
      stop: new AbortController().signal,
      environment: {},
      onWork: () => {},
      onStep: () => {},
    }, folder);
  });
}

async function taskOf({ store, run }: ProgramRun): Promise<Task> {
  return JSON.parse(await Deno.readTextFile(store.pathOf(run.id, "program/spec.json")));
}

/** The record that a program's run left. */
async function recordOf({ store, run }: ProgramRun) {
  return (await store.record(run.id))!;
}

const written = `Deno.writeTextFileSync(output.curve,
  '{"step":4,"terms":{"loss":2}}\\n{"step":8,"terms":{"loss":1},"validation":{"accuracy":[1,0,null]}}\\n{"st');
Deno.writeTextFileSync(output.result, '{"step":8,"environment":{"torch":"9.9"}}');`;

Deno.test("a program's predictions become a record like any other", () =>
  withProgram(written, async (options) => {
    assert.equal(await trainByProgram(options), true);
    const record = await recordOf(options);
    assert.equal(RUN_RECORD.safeParse(record).success, true);
    const found = new Map(
      figures(record).filter(({ split }) => split === "test")
        .map(({ domain, metric, value }) => [`${domain} ${metric}`, value]),
    );
    assert.equal(found.get("domain0 accuracy"), 0.25);
    assert(Math.abs(found.get("average macro_f1")! - 0.4 / 4) < 1e-12);
    assert(Math.abs(found.get("pooled ece")! - 0.45) < 1e-9);
    assert(Math.abs(found.get("average nll")! - (3 * -Math.log(0.1) - Math.log(0.7)) / 4) < 1e-9);
    assert.deepEqual(record.curve.map(({ step, terms }) => [step, terms]), [
      [4, { loss: 2 }],
      [8, { loss: 1 }],
    ]);
    assert.equal(record.result!.step, 8);
    const losses = record.curve.map((point) => ({ ...point, validation: {} }));
    assert.deepEqual(didLearn({ ...record, curve: losses }), { learned: true });
    assert.equal(record.environment["torch"], "9.9");
    assert.equal(record.method.family, "other programs");
    assert.deepEqual(record.spec.method.hyperparameters, { lr: 0.5, note: "a b" });
    assert.equal(
      await options.store.recount(record.id).then((again) => again!.result!.test.length),
      3,
    );
  }));

Deno.test("a program is told all of a run but the labels of its test images", () =>
  withProgram("", async (options, folder) => {
    await trainByProgram(options);
    const task = await taskOf(options);
    assert.deepEqual([task.seed, task.method, task.hyperparameters["lr"]], [3, "mine", 0.5]);
    assert.deepEqual(task.dataset.classes, ["a", "b", "c", "d"]);
    assert.deepEqual([task.training.steps, task.training.batch], [8, 8]);
    assert.equal(task.split.train.length, 77);
    for (const [i, { path, domain, label }] of task.split.train.entries()) {
      assert.equal(path.startsWith(join(folder, "cache")), true);
      if (i % 10 > 0) continue;
      const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height, info.channels], [8, 8, 3]);
      const { train } = dataset.domains[domain]!;
      const at = task.split.train.filter((row) => row.domain === domain).indexOf(
        task.split.train[i]!,
      );
      assert.deepEqual(new Uint8Array(data), await train.read([at]));
      assert.equal(label, train.labels[at]);
    }
    assert.equal(task.split.test.length, 60);
    for (const row of task.split.test) assert.deepEqual(Object.keys(row), ["path", "domain"]);
    // The split lists its images class by class; what the program gets does not.
    const quarters: string[] = [];
    for (const { path } of task.split.test.filter(({ domain }) => domain === 0)) {
      const pixels = await sharp(path).raw().toBuffer();
      const mean = (x: number, y: number) =>
        pixels[3 * (8 * y + x)]! + pixels[3 * (8 * (y + 1) + x)]!;
      const four = [mean(1, 1), mean(5, 1), mean(1, 5), mean(5, 5)];
      quarters.push(String(four.indexOf(Math.max(...four))));
    }
    assert.deepEqual([...quarters].sort().join(""), "00000111112222233333");
    const runs = quarters.filter((quarter, i) => quarter !== quarters[i - 1]).length;
    assert(runs > 8, `${runs} changes of class in ${quarters.join("")}`);
  }));

const refused = (options: ProgramRun, message: RegExp) =>
  assert.rejects(trainByProgram(options), (error: Error) => {
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  }).then(async () => assert.equal(await options.store.record(options.run.id), null));

for (
  const [what, first, message] of [
    [
      "ends with an exit code",
      `console.error("no lr\\nis given"); Deno.exit(3);`,
      /^Cannot train mine: its program ended with exit code 3: no lr \| is given; .*log\.txt$/,
    ],
    ["writes nothing", "Deno.exit(0);", /ended without writing .*predictions\.csv/],
    [
      "lacks an image",
      "const gone = spec.split.test.pop().path;",
      /lacks a prediction for the test image ".*\.png"/,
    ],
    [
      "has an image twice",
      "spec.split.test.push(spec.split.test[7]);",
      /has two predictions for ".*\.png"/,
    ],
    [
      "predicts other images",
      "spec.split.test.push({ path: '/x.png' });",
      /a prediction for "\/x\.png", which is no test or validation image/,
    ],
    [
      "writes a curve of another data set",
      `Deno.writeTextFileSync(output.curve, '{"step":1,"validation":{"accuracy":[1]}}\\n');`,
      /Line 1 of .*curve\.jsonl must have a figure for each of 3 domains/,
    ],
    [
      "writes no JSON",
      `Deno.writeTextFileSync(output.result, "{step: 8");`,
      /Cannot read .*result\.json: it is no JSON/,
    ],
  ] as const
) {
  Deno.test(`a program that ${what} fails in one sentence and leaves no record`, () =>
    withProgram(first, (options) => refused(options, message)));
}

Deno.test("predictions that are not whole are refused with the image", () =>
  withProgram("", async (options) => {
    await trainByProgram(options);
    const { output } = await taskOf(options);
    const text = await Deno.readTextFile(output.predictions);
    for (
      const [change, message] of [
        [(s: string) => s.replace("0.7", "0.9"), /probabilities for ".*" are not numbers/],
        [(s: string) => s.replace("0.7", "NaN"), /probabilities for ".*" are not numbers/],
        [(s: string) => s.replaceAll(",p3", ""), /Invalid Record Length/],
        [() => "path\na\n", /needs the columns path and predicted/],
        [() => "path,predicted\na,4\n", /"4" for "a" is not the number of a class, from 0 to 3/],
        [() => "path,predicted\na,\n", /the prediction "" for "a"/],
        [() => "", /has none/],
      ] as const
    ) {
      const { readOutput } = await import("../../bench/programs/output.ts");
      await Deno.writeTextFile(output.predictions, change(text));
      const files = { train: [], validation: [[], [], []], test: [[], [], []] };
      await assert.rejects(readOutput(output, dataset, files), message);
    }
  }));

Deno.test("a program is ended when its time is up, and all that it has started", () =>
  withProgram(
    `new Deno.Command("sleep", { args: ["299"] }).spawn();
     Deno.writeTextFileSync(output.folder + "/pid", String(Deno.pid));
     setInterval(() => {}, 1000); await new Promise(() => {});`,
    async (options) => {
      await refused(options, /^Cannot train mine: its program took longer than 0.03 minutes/);
      const pid = await Deno.readTextFile(options.store.pathOf(options.run.id, "program/pid"));
      assert.ok(!await isRunning(Number(pid)));
    },
    { minutes: 0.03 },
  ));

Deno.test({
  name: "a program is ended when it holds more than it may",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withProgram(
      `const held = []; setInterval(() => held.push(new Uint8Array(5e7).fill(1)), 50);
       await new Promise(() => {});`,
      (options) =>
        refused(options, /its program held \d\.\d\d GiB, more than the 0\.29 GiB it may/),
      { memory: 0.29 * 2 ** 30 },
    ),
});

Deno.test("a program that somebody kills is the machine's fault", () =>
  withProgram(
    `Deno.kill(Deno.pid, "SIGKILL");`,
    (options) => assert.rejects(trainByProgram(options), ProgramKilled),
  ));

Deno.test("a program that is stopped leaves what it keeps, and begins its predictions anew", () =>
  withProgram(
    `if (!Deno.readTextFileSync("program.ts").includes("nothing")) Deno.exit(4);
     try { Deno.readTextFileSync(output.folder + "/state"); } catch {
       Deno.writeTextFileSync(output.folder + "/state", "half way");
       Deno.writeTextFileSync(output.predictions, "of the first attempt: nothing");
       setInterval(() => {}, 1000); await new Promise(() => {});
     }`,
    async (options) => {
      const stop = new AbortController();
      const state = options.store.pathOf(options.run.id, "program/state");
      const watch = setInterval(() => Deno.stat(state).then(() => stop.abort(), () => {}), 100);
      assert.equal(await trainByProgram({ ...options, stop: stop.signal }), false);
      clearInterval(watch);
      assert.equal(await options.store.record(options.run.id), null);
      assert.equal(await trainByProgram(options), true);
    },
  ));

Deno.test("a program that was edited since it was planned is not started", () =>
  withProgram("", async (options, folder) => {
    await Deno.writeTextFile(join(folder, "program.ts"), "// another one");
    await refused(options, /the files that its command names, from .*, are not those/);
  }));

Deno.test("the id of a program's run follows its files, and not where they lie", async () => {
  const ids: string[] = [];
  const collect = (options: ProgramRun) => {
    ids.push((options.run as PlannedRun).id);
    return Promise.resolve();
  };
  await withProgram("", collect);
  await withProgram("", collect, { minutes: 5, memory: 2 ** 30 });
  await withProgram("// edited", collect);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
});

Deno.test("a command must have a name and a place for the run's file", () => {
  assert.deepEqual(programOption("mine=python t.py {spec} --x=1"), [[
    "mine",
    "python t.py {spec} --x=1",
  ]]);
  for (
    const [text, message] of [
      ["python train.py", /give name=command/],
      ["Mine=python {spec}", /must consist of lower-case letters/],
      ["mine=python train.py", /must say with \{spec\}/],
      ["mine=", /give name=command/],
    ] as const
  ) {
    assert.throws(() => programOption(text), message);
  }
  assert.throws(() => programOption("a=x {spec}", [["a", "y {spec}"]]), /"a" is given twice/);
});
