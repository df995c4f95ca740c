import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { projectPath } from "../../base/paths.ts";
import { main } from "../../cli/main.ts";
import { figures } from "../../bench/records/figures.ts";
import { Store } from "../../bench/records/store.ts";
import { BACKEND, cli, TINY } from "../bench/crash.ts";

/** Names of all that is in a folder. */
async function filesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names;
}

const smoke = (out: string, ...more: string[]) => cli("bench", ...TINY, "--out", out, ...more);

Deno.test("bench trains, reports, repeats bit for bit, and does nothing twice", async () => {
  const [one, two] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  try {
    const methods = ["--methods", "erm,crt", "--seeds", "2"];
    const first = await smoke(one, ...methods);
    assert.equal(first.code, 0, first.err);
    const results = await Deno.readTextFile(join(one, "results.csv"));
    assert.match(results, /^dataset,network,method,seed,split,domain,metric,value\n/);
    assert.match(results, /\ndigits-synth,cnn,crt,1,test,worst,macro_f1,0\.\d+\n/);
    assert.match(await Deno.readTextFile(join(one, "report/index.html")), /^<!doctype html>/i);
    const anova = await Deno.readTextFile(join(one, "report/tables/anova.csv"));
    assert.match(anova, /^dataset,domain,metric,test,statistic,df1,df2,p,note\n/);

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
    const further = await smoke(one, "--methods", "erm,resamp", "--seeds", "2", "--json");
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

/** What a command says in this process; for commands that start nothing. */
async function mainSays(...args: string[]) {
  const said = { out: "", err: "" };
  const { stdout, stderr } = Deno;
  const [toOut, toErr, help] = [stdout.writeSync, stderr.writeSync, process.stdout.write];
  const hear = (where: keyof typeof said) => (bytes: Uint8Array) => {
    said[where] += new TextDecoder().decode(bytes);
    return bytes.length;
  };
  try {
    stdout.writeSync = hear("out");
    stderr.writeSync = hear("err");
    process.stdout.write = (text) => Boolean(said.out += text);
    return { code: await main(args), ...said };
  } finally {
    stdout.writeSync = toOut;
    stderr.writeSync = toErr;
    process.stdout.write = help;
  }
}

/** Each asks for one thing that cannot be; the sentence names it. */
const MISTAKES: readonly (readonly [args: string, says: RegExp])[] = [
  ["bench --methods emr", /method "emr": did you mean "erm"\?/],
  ["bench --methods erm+", /method "": known are erm, /],
  ["bench --methods ,", /--methods ",": name at least one/],
  ["bench --datasets digit-synth", /data set "digit-synth": did you mean "digits-synth"\?/],
  ["bench --preset quikc", /preset "quikc": did you mean "quick"\?/],
  ["bench --metods erm", /unknown option '--metods'.*--methods/],
  ["bench erm", /too many arguments/],
  ["bench --seeds many", /--seeds "many": give a count such as 5/],
  ["bench --seeds -1", /--seeds "-1": give a count such as 5/],
  ["bench --seeds 0", /a count must be at least 1/],
  ["bench --seeds 20250101", /a count is at most 1000; for that seed alone give 20250101,/],
  ["bench --steps -3", /--steps "-3": it must be a whole number from 1 up/],
  ["bench --steps 2.5", /--steps "2.5": it must be a whole number from 1 up/],
  ["bench --jobs 0", /--jobs "0": it must be a whole number from 1 up/],
  ["bench --set irm", /--set "irm": give name.key=value/],
  ["bench --set irm.penaltyWeight=big", /penaltyWeight=big": it must be a number of at least 0/],
  ["bench --set irm.penaltyWeight=", /give name.key=value/],
  ["bench --set irm.penaltyWieght=1", /did you mean "penaltyWeight"/],
  ["bench --methods erm --set irm.penaltyWeight=1", /of this plan named "irm"/],
  ["bench --set irm.constructor=1", /a setting of irm named "constructor"/],
  ["bench --set erm.learningRate=-1", /learningRate=-1": it must be a number above 0/],
  ["bench --set all.dropout=1", /dropout=1": it must be a number from 0 to below 1/],
  ["bench --set erm.dropout=0.5", /no network of this plan \(cnn\) knows of dropout; resnet18/],
  ["bench --methods mtl+lws", /Cannot train mtl\+lws: lws takes over the classifier/],
  ["bench --methods crt+mtl+taunorm", /Cannot train mtl\+taunorm/],
  ["bench --set irm.annealSteps=2.5", /annealSteps=2.5": it must be a whole number/],
  ["bench --set irm.penaltyWeight=-1", /penaltyWeight=-1": it must be a number of at least 0/],
  ["bench --set mtl.mdlt=treu", /mtl.mdlt=treu": did you mean "true"\? it must be true or false/],
  ["bench --set brl.distance=7", /distance=7": it must be mmd, coral, mean or bank/],
  ["bench --set brl.distance=corall", /did you mean "coral"/],
  ["analyse behaviors", /Cannot find study "behaviors": did you mean "behaviours"\?/],
  ["analyse behaviours", /without --out/],
  ["analyse behaviours --out x --seeds 2", /Cannot use --seeds with behaviours: it trains nothing/],
  ["analyse ablation --method erm", /the study "ablation" of "erm": it is defined for brl/],
  ["bench --set rsc.batchDrop=2", /batchDrop=2": it must be a number from 0 to 1/],
  ["bench --set boda.gatherEvery=0", /gatherEvery=0": it must be a whole number of at least 1/],
  ["bench --backend gpu", /backend "gpu"/],
  ["bench --backend webgpu", /backend "webgpu": known are auto, native, wasm/],
  ["bench --selection oracle", /selection rule "oracle": known are validation-macro-f1, /],
  ["bench --data-dir /no/such/folder", /--data-dir "\/no\/such\/folder": there is nothing/],
  ["bench --out /proc/nowhere", /Cannot write to --out "\/proc\/nowhere"/],
  ["bench --out=", /--out "": it is empty/],
  ["bench --tolerance 0.1", /--tolerance without --from/],
  ["bench --from x --methods erm", /'--from <manifest>' cannot be used with option '--methods/],
  ["bench --partition gpu", /--partition without --executor slurm/],
  ["bench --executor slurm --jobs 2", /--jobs with --executor slurm/],
  ["bench --executor slurm --time soon", /--time "soon": give hours:minutes:seconds/],
  ["bench --executor slurm --time 2:00", /--time "2:00": a task needs 5 minutes at least/],
  ["bench --executor slurm --sbatch mine", /--sbatch "mine": give one option of sbatch/],
  ["sweep --settings 0", /--settings "0": it must be a whole number from 1 up/],
  ["select --out /no/such/folder", /there is no sweep.json in it/],
  ["select --out . --protocol twice", /protocol "twice": known are once, per-seed/],
  ["slurm status --out /no/such/folder", /there is no such folder/],
  ["slurm task --out . --stage 1 --part 3/2", /--part "3\/2"/],
  ["report --out /no/such/folder", /there is no manifest.json in it/],
  ["bnech", /unknown command 'bnech'.*bench/],
];

Deno.test("mistakes get one sentence and exit 2", async (t) => {
  for (const [args, says] of MISTAKES) {
    await t.step(args, async () => {
      const { code, out, err } = await mainSays(...args.split(" "));
      assert.match(err, says);
      assert.match(err, /^Cannot [^\n]+\.\n$/);
      assert.equal(code, 2);
      assert.equal(out, "");
    });
  }
  await t.step("as a process", async () => {
    const { code, out, err } = await cli("bench", "--methods", "emr");
    assert.deepEqual([code, out, err.trim().split("\n").length], [2, "", 1]);
  });
});

Deno.test("what cannot be done leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const out = join(folder, "a/b");
    for (
      const [args, status, says] of [
        [["--methods", "emr"], 2, /method "emr"/],
        [["--datasets", "pacs"], 1, /The data set pacs is not here/],
        [
          ["--set", "digits-synth-2.head=0"],
          2,
          /"digits-synth-2\.head=0": it must be a whole number/,
        ],
        [
          ["--datasets", "digits", "--set", "digits.profile-svhn=inv-exp"],
          2,
          /did you mean "inv_exp"\? it must be exp, inv_exp, balance, step or inv_step/,
        ],
        [["--pretrained", "/no/such/file"], 2, /Cannot use --pretrained "\/no\/such\/file"/],
      ] as const
    ) {
      const { code, err } = await mainSays("bench", ...args, "--out", out);
      assert.match(err, says);
      assert.equal(code, status);
      assert.deepEqual(await filesIn(folder), []);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the listing commands speak to people and to programs", async () => {
  for (const command of ["methods", "datasets", "networks", "metrics", "doctor"]) {
    const [plain, json] = [await mainSays(command), await mainSays(command, "--json")];
    assert.equal(plain.code, 0, plain.err);
    assert.ok(plain.out.length > 100);
    assert.ok(JSON.parse(json.out));
  }
  const methods = JSON.parse((await mainSays("methods", "--json")).out);
  const irm = methods.find((m: { name: string }) => m.name === "irm");
  assert.equal(irm.hyperparameters.penaltyWeight.default, 100);
});

const COMMANDS = [
  "",
  ...["bench", "sweep", "select", "slurm", "slurm status", "slurm cancel", "report"],
  ...[
    "analyse",
    "methods",
    "datasets",
    "networks",
    "metrics",
    "data",
    "data fetch",
    "new",
    "doctor",
  ],
];

Deno.test("every command has --help and exits 0", async () => {
  for (const command of COMMANDS) {
    const { code, out } = await mainSays(...`${command} --help`.trim().split(" "));
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^Usage: deno task ${command}`));
  }
});

Deno.test("--version is that of deno.json; defaults read as they are typed", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(projectPath("deno.json")));
  assert.deepEqual(await mainSays("--version"), { code: 0, out: `${version}\n`, err: "" });
  assert.match((await mainSays("bench", "--help")).out, /\(default:\s+0,1,2,3,4\)/);
});

Deno.test("datasets NAME tells domains, classes, settings and where the images are", async () => {
  const { out } = await mainSays("datasets", "digits-synth");
  assert.match(out, /^digits-synth \(Digits-synth\)\n[A-Z].*\.\n\nDomains: street, texture\n/);
  assert.match(out, /\n {2}head = 110: training images of the most frequent class\n/);
  const [plain] = JSON.parse((await mainSays("datasets", "digits-synth", "--json")).out);
  assert.equal(plain.name, "digits-synth");
  const wrong = await mainSays("datasets", "digit-synth");
  assert.match(wrong.err, /data set "digit-synth": did you mean "digits-synth"\?/);
});

Deno.test("a dry run prints the plan with what it will take, and writes nothing", async () => {
  const out = join(await Deno.makeTempDir(), "never");
  const { code, out: text } = await cli("bench", "--dry-run", "--seeds", "1", "--out", out);
  assert.equal(code, 0);
  assert.match(text, /erm {2}seed 0 {2}\d+ steps .* about \d+:\d\d, \d+ MB\n/);
  assert.match(
    text,
    /\nAbout [\d:]+ with \d+ side by side, \d+ MB, estimated from a table of usual times\n\d+ runs\n$/,
  );
  await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
});

Deno.test("earlier records are what a dry run goes by; TensorBoard has the curve", async () => {
  const out = join(await Deno.makeTempDir(), "out");
  try {
    const { code, err } = await smoke(out, "--methods", "erm", "--tensorboard");
    if (BACKEND === "wasm") return assert.match(err, /Cannot write TensorBoard files/);
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
      ["same method", "other method"],
    );
    assert.equal(estimate.open, 1);
    assert.ok(estimate.seconds > 0 && estimate.memory > 1e8);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
