import assert from "node:assert/strict";
import { encodeArrays } from "../../base/safetensors_format.ts";
import { Folder } from "../../bench/records/folder.ts";
import { PRIMARY } from "../../metrics/mod.ts";
import { behaviours } from "../../methods/brl/behaviours.ts";
import { STUDIES } from "../../methods/mod.ts";
import type { Study, StudyFigures, TrainingStudy } from "../../methods/study.ts";
import { behaviours as studiedBehaviours, figuresOf } from "../../report/analysis/behaviours.ts";
import { scoreKey } from "../../report/digest.ts";
import type { Run } from "../../report/folder.ts";
import type { DatasetResults, MethodResults } from "../../report/analysis/arrange.ts";
import type { StudyResults } from "../../report/analysis/studies.ts";

const SEEDS = [0, 1, 2, 3, 4];

/** A little for each seed, so that nothing is the same on all. */
const luck = (seed: number) => 0.3 * Math.sin(7 * seed + 1);

/** A finished run as far as the behaviours look at it. */
function run(seed: number, average: number, worst = average, curve: [number, number][] = []): Run {
  return {
    id: "none",
    spec: { seed },
    state: { status: "done" },
    digest: {
      learned: { learned: true },
      scores: new Map([
        [scoreKey("average", "macro_f1"), average / 100],
        [scoreKey("worst", "macro_f1"), worst / 100],
      ]),
      curve: curve.map(([loss, f1], i) => ({
        step: i + 1,
        loss,
        scores: new Map([[PRIMARY.name, f1]]),
      })),
    },
  } as unknown as Run;
}

const VALUES = [1e-7, 1e-5, 1e-3, 0.01, 0.1, 1, 10, 100, 1e3, 1e4];

/** A study of BRL on a made-up data set. */
function study(name: string, settings: StudyResults["settings"]): StudyResults {
  return {
    file: name,
    study: STUDIES.find((s) => s.name === name && s.method === "brl") as TrainingStudy,
    metric: PRIMARY,
    network: { name: "cnn", title: "CNN" },
    dataset: { name: "made-up", title: "Made up" },
    method: { name: "brl", title: "BRL" },
    subject: "BRL",
    settings,
  };
}

/** @param noise Points by which the seeds differ, value by value. */
function parameter(parameter: string, scores: readonly number[], noise = 1): StudyResults {
  return study(
    "parameters",
    VALUES.map((value, i) => ({
      name: `${parameter}=${value}`,
      levels: { parameter, value },
      runs: SEEDS.map((seed) => run(seed, scores[i]! + noise * luck(seed + 10 * i))),
    })),
  );
}

function convergence(curve: [number, number][]): StudyResults {
  const runs = SEEDS.map((seed) => run(seed, 60, 60, curve));
  return study("convergence", [{ name: "convergence", levels: {}, runs }]);
}

const methods = (gaps: Readonly<Record<string, number>>) =>
  Object.entries(gaps).map(([name, gap]) => ({
    name,
    runs: SEEDS.map((seed) => run(seed, 60, 60 - gap - luck(seed + name.length))),
  })) as unknown as MethodResults[];

const verdicts = async (methods: readonly MethodResults[], studies: readonly StudyResults[]) => {
  const figures = figuresOf(new Folder("/no/such/folder"), methods, studies);
  const findings = await Promise.all(behaviours.map(({ judge }) => judge(figures)));
  return findings.map(({ verdict }) => verdict);
};

const RISING: [number, number][] = [[5, 0.1], [4, 0.2], [3, 0.3], [2, 0.4], [1, 0.5]];
const PAPER = [
  parameter("alpha", [60, 60, 60, 61, 60, 62, 60, 59, 60, 58]),
  parameter("beta", [50, 55, 61, 66, 61, 50, 40, 30, 20, 10]),
  parameter("gamma", [60, 61, 60, 62, 60, 61, 60, 60, 40, 20]),
  convergence(RISING),
];

Deno.test("what the paper describes holds", async () => {
  const found = await verdicts(methods({ brl: 2, erm: 5, boda: 4, "brl+crt": 1 }), PAPER);
  assert.deepEqual(found, ["holds", "holds", "holds", "holds", "holds", "not run"]);
});

Deno.test("the opposite does not hold, and halves are said to be", async () => {
  const opposite = await verdicts(methods({ brl: 9, erm: 5, boda: 4 }), [
    parameter("alpha", [60, 60, 60, 61, 40, 30, 20, 10, 10, 10]),
    parameter("beta", [40, 40, 41, 43, 41, 50, 60, 30, 20, 10]),
    parameter("gamma", [60, 61, 60, 30, 60, 61, 60, 60, 60, 60]),
    convergence(RISING.toReversed()),
  ]);
  assert.deepEqual(opposite.slice(0, 5), Array(5).fill("does not hold"));
  const half = await verdicts([], [
    parameter("beta", [50, 55, 61, 66, 61, 64, 62, 62, 62, 62]),
    parameter("gamma", [60, 61, 60, 62, 60, 61, 60, 60, 60, 61]),
  ]);
  assert.deepEqual(half.slice(1, 3), Array(2).fill("partly"));
});

Deno.test("what the spread over seeds hides is not told", async () => {
  const found = await verdicts(methods({ brl: 4.5, erm: 4.5, boda: 4.5 }), [
    parameter("alpha", [60, 60, 60, 61, 60, 62, 60, 59, 60, 58], 100),
    parameter("beta", [60, 60, 60, 60, 60, 60, 60, 60, 60, 60], 20),
    parameter("gamma", [60, 61, 60, 62, 60, 61, 60, 60, 40, 20], 60),
  ]);
  assert.deepEqual(found.slice(0, 4), ["not told", "does not hold", "not told", "not told"]);
});

Deno.test("a best β among values that are all the same is no peak", async () => {
  const found = await verdicts([], [
    parameter("beta", [90, 90, 90.3, 90.5, 90, 60, 50, 40, 30, 20], 1),
  ]);
  assert.equal(found[1], "not told");
});

Deno.test("values at which every run diverged speak against robustness", async () => {
  const robust = parameter("alpha", [60, 60, 60, 61, 60, 62, 60, 59, 60, 58]);
  const broken = {
    ...robust,
    settings: robust.settings.map((setting, i) =>
      i < 8 ? setting : {
        ...setting,
        runs: setting.runs.map((run): Run => ({
          ...run,
          digest: null,
          state: { status: "diverged", step: 9 } as Run["state"],
        })),
      }
    ),
  };
  assert.equal((await verdicts([], [robust]))[0], "holds");
  assert.equal((await verdicts([], [broken]))[0], "does not hold");
});

Deno.test("intervals of correlations stay correlations", async () => {
  const curves = [RISING, [[5, 0.1], [4, 0.3], [3, 0.2], [2, 0.5], [1, 0.4]], RISING] as const;
  const results = study("convergence", [{
    name: "convergence",
    levels: {},
    runs: curves.map((curve, seed) => run(seed, 60, 60, curve as [number, number][])),
  }]);
  const figures = figuresOf(new Folder("/no/such/folder"), [], [results]);
  const { verdict, evidence } = await behaviours[4]!.judge(figures);
  assert.equal(verdict, "not told");
  const numbers = evidence.match(/[−\d.]+(?=[,\] ])/g)!.map((text) =>
    Number(text.replace("−", "-"))
  );
  assert(numbers.every((number) => Math.abs(number) <= 1), evidence);
});

Deno.test("of one seed, and without records, nothing is claimed", async () => {
  assert.deepEqual(await verdicts([], []), Array(6).fill("not run"));
  const single = PAPER.map((results) => ({
    ...results,
    settings: results.settings.map((setting) => ({ ...setting, runs: setting.runs.slice(0, 1) })),
  }));
  assert.deepEqual(await verdicts([], single), Array(6).fill("not run"));
});

Deno.test("behaviours are judged by the methods of the study's own data set and network", async () => {
  const asked: string[][] = [];
  const known = [{
    method: "brl",
    behaviours: [{
      claim: "any",
      judge: ({ methods }: StudyFigures) => {
        asked.push(methods.map(({ name }) => name));
        return { verdict: "holds", evidence: "" };
      },
    }],
  }, { method: "brl", name: "parameters" }] as unknown as readonly Study[];
  const on = (network: string, names: readonly string[]) =>
    methods(Object.fromEntries(names.map((name) => [name, 1]))).map((method) => ({
      ...method,
      spec: { training: { network: { name: network } } },
    }));
  const arranged = [
    { name: "other", methods: on("cnn", ["other"]) },
    { name: "made-up", methods: [...on("cnn", ["a", "b"]), ...on("mlp", ["c"])] },
  ] as unknown as readonly DatasetResults[];
  const folder = new Folder("/no/such/folder");
  const own = convergence([[1, 0.1]]);
  const elsewhere = { ...own, method: { name: "irm", title: "IRM" } };
  const found = await studiedBehaviours(folder, arranged, [own, own, elsewhere], known);
  assert.deepEqual(asked, [["a", "b"]], "both studies of the method are one");
  assert.deepEqual(found.map(({ dataset, findings }) => [dataset.name, findings]), [
    ["made-up", [{ claim: "any", verdict: "holds", evidence: "" }]],
  ]);
  const none = { ...own, dataset: { name: "never arranged", title: "" } };
  await studiedBehaviours(folder, arranged, [none], known);
  assert.deepEqual(asked[1], []);
});

Deno.test("domains overlap by the share of foreign images among the nearest of a class", async () => {
  // On a line: of class 0 twelve images, the first eleven of domain 0, and the last, far away, of
  // domain 1; of class 1 a pair of two domains; of class 2 one image, which has no neighbour.
  const at = [...Array.from({ length: 11 }, (_, i) => i), 100, 0.5, 0.6, 5];
  const domain = [...Array<number>(11).fill(0), 1, 0, 1, 0];
  const label = [...Array<number>(12).fill(0), 1, 1, 2];
  // Each of the eleven has the ten others as its nearest, the twelfth ten foreign ones.
  const expected = 100 * (1 + 1 + 1) / 14;
  for (const order of [at.map((_, i) => i), at.map((_, i) => at.length - 1 - i)]) {
    const file = encodeArrays({
      features: { shape: [15, 2], values: Float32Array.from(order.flatMap((i) => [7, at[i]!])) },
      domain: { shape: [15], values: Float32Array.from(order, (i) => domain[i]!) },
      label: { shape: [15], values: Float32Array.from(order, (i) => label[i]!) },
    });
    const folder = { soundFile: () => Promise.resolve(file) };
    const { overlap } = figuresOf(folder, methods({ dann: 1 }), []);
    const shares = await overlap("dann");
    assert.deepEqual([...shares.keys()], SEEDS);
    for (const share of shares.values()) assert.ok(Math.abs(share - expected) < 1e-9, `${share}`);
    assert.equal((await overlap("boda")).size, 0);
  }
});
