/** Definitions from outside the repository: by --plugin, and as a library. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtin, imported, loadCatalogue } from "../../bench/catalogue.ts";
import { Folder } from "../../bench/records/folder.ts";
import { projectPath } from "../../base/paths.ts";
import { BACKEND, cli, withFolder } from "./crash.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";

/** A method, a data set, a network and a metric in one module. */
const PLUGIN = `
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy, defineMethod, forwardAll } from "@mdlt/bench/methods";
import { DATASETS, defineDataset } from "@mdlt/bench/datasets";
import { NETWORKS, defineNetwork } from "@mdlt/bench/networks";
import { defineMetric, PERCENT } from "@mdlt/bench/metrics";

export const method = defineMethod({
  name: "mine",
  title: "Mine",
  description: "ERM once more.",
  family: "baseline",
  citation: "Me",
  version: 1,
  hyperparameters: {},
  create: ({ network }) => ({
    loss(domains) {
      const { logits, labels } = forwardAll(network, domains);
      return { loss: crossEntropy(logits, labels) };
    },
  }),
});
const synth = DATASETS.find(({ name }) => name === "digits-synth");
const { kind: _, ...set } = synth;
const { kind: _2, ...cnn } = NETWORKS.find(({ name }) => name === "cnn");
export default [
  defineDataset({ ...set, name: "my-digits", title: "My digits" }),
  defineNetwork({ ...cnn, name: "mynet", title: "My network" }),
];
export const metric = defineMetric({
  name: "my_accuracy",
  title: "my accuracy",
  description: "The share of images that were classified correctly.",
  better: "max",
  scale: PERCENT,
  range: [0, 1],
  needs: "counts",
  undefinedWhen: "there are no images",
  compute: ({ confusion }) => {
    const images = confusion.flat().reduce((sum, count) => sum + count, 0);
    return images === 0 ? null : confusion.reduce((sum, row, c) => sum + row[c], 0) / images;
  },
});
`;

async function write(folder: string, text: string, name = "plugin.ts"): Promise<string> {
  const path = join(folder, name);
  await Deno.writeTextFile(path, text);
  return path;
}

const ARGS = [
  ...["--preset", "smoke", "--steps", "4", "--seeds", "1", "--backend", BACKEND],
  ...["--datasets", "my-digits", "--methods", "mine,erm", "--networks", "mynet"],
  ...["--selection", "validation-my-accuracy"],
  ...["head=30", "validation=6", "test=6"].flatMap((each) => ["--set", `my-digits.${each}`]),
];

Deno.test("a method, a data set, a network and a metric of a plugin run, are reported, repeated", () =>
  withFolder(async (folder) => {
    const plugin = await write(folder, PLUGIN);
    const out = join(folder, "out");
    const first = await cli("bench", ...ARGS, "--plugin", plugin, "--out", out);
    assert.equal(first.code, 0, first.err + first.out);
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(PLUGIN));
    const sha256 = new Uint8Array(bytes).toHex();
    const expected = [{ specifier: pathToFileURL(plugin).href, sha256 }];
    const store = new Folder(out, builtin());
    const manifest = (await store.manifest())!;
    assert.deepEqual(manifest.plugins, expected);
    const mine = manifest.runs.find(({ name }) => name === "mine")!;
    assert.deepEqual((await store.record(mine.id))!.plugins, expected);
    const results = await Deno.readTextFile(join(out, "results.csv"));
    assert.match(results, /^my-digits,.*mine,.*,my_accuracy,/m);

    const bare = await cli("report", "--out", out);
    assert.equal(bare.code, 0, bare.err);
    assert.match(
      bare.err,
      /^These runs used the plugin file:.*plugin\.ts; give it with --plugin, /,
    );
    const metrics = ["--metrics", "accuracy,my-accuracy"];
    const report = await cli("report", "--out", out, "--plugin", plugin, ...metrics);
    assert.equal(report.code, 0, report.err);
    assert.equal(report.err, "");
    const table = await Deno.readTextFile(join(out, "report/tables/my-digits.tex"));
    assert.match(table, /Weights selected by the highest my accuracy on validation images/);
    assert.equal(await Deno.readTextFile(join(out, "results.csv")), results);

    const again = await cli("bench", "--from", out, "--plugin", plugin, "--out", `${out}-2`);
    assert.equal(again.code, 0, again.err + again.out);
    assert.match(again.out, /2 identical/);
    const without = await cli("bench", "--from", out, "--out", `${out}-3`);
    assert.equal(without.code, 2);
    assert.match(without.err, /Cannot find method "mine"/);

    await write(folder, `${PLUGIN}// edited\nconsole.error("anew");\n`);
    const joined = ARGS.map((each) => each.replace("my-accuracy", "my_accuracy")); // as good
    const edited = await cli("bench", ...joined, "--plugin", plugin, "--out", out);
    assert.equal(edited.code, 0, edited.err);
    assert.match(
      edited.out + edited.err,
      /1 finished run \(mine\) is trained anew: the method mine has been edited since/,
    );
  }));

Deno.test("a plugin that cannot be used is one sentence", () =>
  withFolder(async (folder) => {
    const fails = async (text: string | null, message: RegExp) => {
      const path = join(folder, `${crypto.randomUUID()}.ts`);
      if (text !== null) await Deno.writeTextFile(path, text);
      await assert.rejects(loadCatalogue([path]), (error: Error) => {
        assert.equal(error.name, "UsageError");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    };
    await fails(null, /Cannot load plugin "file:.*": Module not found/);
    await fails("const a = ;", /Cannot load plugin .*Expression expected.*\.ts:1/);
    await fails('\nthrow new Error("no");', /Cannot load plugin ".*": no \(file:.*\.ts:2\)/);
    await fails("export const a = 1;", /exports no definition; export what defineMethod/);
    const named = (name: string) =>
      `export default { kind: "method", name: "${name}", title: "Other" };`;
    await fails(named("irm"), /defines the method "irm", a name that IRM has/);
    await fails(named("My Method"), /defines a method "My Method", and names consist of/);
    await fails(
      'export default { kind: "metric", title: "M" };',
      /defines a metric without a name/,
    );
    const lisa = (fields: string) => `export default { kind: "method", name: "leaf", ${fields} };`;
    await fails(lisa(""), /^Cannot use "file:.*": the method "leaf" has no title; it is text$/);
    const described = 'title: "LISA", description: "d", family: "robust", citation: "L 2022, T"';
    await fails(
      lisa(described),
      /the method "leaf" has no version; it is a whole number from 1 up/,
    );
    await fails(
      lisa(`${described}, version: "1"`),
      /the version of the method "leaf" must be a .*, not "1"/,
    );
    await fails(
      lisa(`${described}, version: 1, hyperparameters: { weight: 1 }`),
      /the hyperparameters of the method "leaf" must be an object of what number\(\).*weight/,
    );
    await fails(lisa(`${described}, version: NaN`), /must be a whole number .*, not NaN/);
    const whole = `${described}, version: 1, create() {}, hyperparameters: {}`;
    await fails(
      lisa(`${whole}, sampler: "odd"`),
      /the sampler of the method "leaf" must be "uniform" or .*, or left out, not "odd"/,
    );
    await fails(lisa(`${whole}, minDomains: 0.5`), /minDomains .* from 1 up, or left out, not 0.5/);
    await fails(
      lisa(`${whole}, samplr: "class-balanced"`),
      /"leaf" has a field "samplr", which no method has; did you mean sampler\?$/,
    );
    await fails(lisa(`${whole}, gibberish: 1`), /a field "gibberish", .*; known are title, /);
    const weighted = (weight: string) =>
      'import { flag, number } from "@mdlt/bench/methods";\n' + lisa(
        `${described}, version: 1, create() {}, hyperparameters: { weight: ${weight} }`,
      );
    const refused: readonly (readonly [hyperparameter: string, message: RegExp])[] = [
      ["number({ default: NaN })", /default of "weight" in the hyperparameters .*, not NaN$/],
      ["number({ default: -1 / 0 })", /must be a number of at least 0, not -Infinity$/],
      ['number({ default: "1" })', /must be a number of at least 0, not "1"$/],
      ["flag({})", /must be true or false, not undefined$/],
      [
        "number({ default: 1, overrides: { photographs: { default: NaN } } })",
        /the default of "weight" for photographs in/,
      ],
      [
        'number({ default: 1, presets: { smoke: { default: -2, because: "short" } } })',
        /the default of "weight" for smoke in .* not -2$/,
      ],
    ];
    for (const [hyperparameter, message] of refused) await fails(weighted(hyperparameter), message);
    const other = (kind: string) =>
      `export default { kind: "${kind}", name: "x", title: "X", citation: "C", description: "D" };`;
    await fails(other("network"), /the network "x" has no input; it is "pixels" or "features"/);
    await fails(other("dataset"), /the dataset "x" has no images/);
    await fails(other("metric"), /the metric "x" has no better; it is "max" or "min"/);
    const metric = (compute: string) =>
      `export default { kind: "metric", name: "odd", title: "Odd", description: "D", better: "max", ` +
      `scale: { factor: 100 }, range: [0, 1], needs: "counts", undefinedWhen: "never", ` +
      `compute: (counts) => {\n${compute}\n} };`;
    const odd: readonly (readonly [compute: string, message: RegExp])[] = [
      [
        'throw new Error("boom");',
        /compute\(\) of the metric "odd" fails: boom \(file:.*\.ts:2\)$/,
      ],
      ['return "0.5";', /"odd" gives "0\.5"; it must be a number, or null without a value$/],
      ["", /"odd" gives undefined; it must be a number/],
      ["return Promise.reject(1);", /"odd" gives a Promise; it must be a number/],
      ["return 7;", /"odd" gives 7, and its range is 0 to 1; mend one of them$/],
      ["return Math.random();", /"odd" gives 0\.\d+ and then 0\.\d+ for the same predictions/],
      ["counts.images[0]++; return 0.5;", /"odd" changes what it is given; copy it first$/],
    ];
    for (const [compute, message] of odd) await fails(metric(compute), message);
    await fails(
      metric('return 0.5;\n}, pool: () => {\nthrow new Error("boom");'),
      /pool\(\) of the metric "odd" fails: boom \(file:.*\.ts:4\)$/,
    );
    await loadCatalogue([await write(folder, metric("return NaN;"), "undefined.ts")]);
    await fails(other("study"), /the study "x" has no factors/);
    await fails(other("section"), /the section "x" has no build; it is a function/);
    const { code, err } = await cli("methods", "--plugin", join(folder, "none.ts"));
    assert.equal(code, 2);
    assert.match(err, /^Cannot load plugin .*\n$/);
  }));

Deno.test("a plugin that does not come to its end is given up", () =>
  withFolder(async (folder) => {
    const path = join(folder, "waits.ts");
    await Deno.writeTextFile(path, "await new Promise((go) => setTimeout(go, 200));");
    const { href } = pathToFileURL(path);
    await assert.rejects(
      imported(href, 20),
      /^Error: it has not come to its end in 0\.02 s; see what it awaits$/,
    );
    await import(href); // nothing is left waiting
  }));

Deno.test("a script elsewhere plans, runs and reports, with definitions that it hands in", () =>
  withFolder(async (folder) => {
    const plugin = await write(
      folder,
      PLUGIN.replace("@mdlt/bench/methods", "@mdlt/bench/methods"),
    );
    const script = await write(
      folder,
      `
import { createBench } from "@mdlt/bench";
import { method } from ${JSON.stringify(plugin)};
const bench = await createBench({ methods: [method] });
const request = {
  methods: ["mine"],
  seeds: [0],
  preset: "smoke",
  steps: 4,
  datasets: ["digits-synth"],
  settings: [["digits-synth.head", 30], ["digits-synth.validation", 6], ["digits-synth.test", 6]],
  backend: ${JSON.stringify(BACKEND)},
} as const;
const out = ${JSON.stringify(join(folder, "out"))};
const result = await bench.run(request, { out });
if (result.status !== "finished") throw new Error(result.status);
const report = await bench.report(out);
console.log(JSON.stringify({ outcomes: [...result.outcomes.values()], runs: report.runs }));
Deno.exit(0);
`,
      "script.ts",
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...RUN_AS_TEST, script],
      cwd: folder,
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.equal(code, 0, said + new TextDecoder().decode(stderr));
    assert.deepEqual(JSON.parse(said.trim().split("\n").at(-1)!), {
      outcomes: [{ status: "done" }],
      runs: 1,
    });
  }));

Deno.test("the library loads neither TensorFlow nor Vega before they are needed", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", projectPath("mod.ts")],
    cwd: projectPath(""),
  }).output();
  const { modules }: {
    modules: {
      specifier: string;
      dependencies?: { specifier: string; code?: { specifier: string }; isDynamic?: boolean }[];
    }[];
  } = JSON.parse(new TextDecoder().decode(stdout));
  const found = new Map(modules.map((module) => [module.specifier, module.dependencies ?? []]));
  const loaded = new Set<string>();
  const waiting = [pathToFileURL(projectPath("mod.ts")).href];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (loaded.has(next)) continue;
    loaded.add(next);
    for (const { code, isDynamic } of found.get(next) ?? []) {
      if (code !== undefined && !isDynamic) waiting.push(code.specifier);
    }
  }
  const heavy = [...loaded].filter((specifier) => /tensorflow|vega|sharp/.test(specifier));
  assert.deepEqual(heavy, []);
});
