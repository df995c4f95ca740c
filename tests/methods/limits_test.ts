/**
 * The limits that tie methods to others: with such a setting they take the same steps. Each pair is
 * trained on the same batches, and its weights are compared.
 */
import assert from "node:assert/strict";
import type { Value } from "../../base/setting.ts";
import type { Random } from "../../base/random.ts";
import type { Method } from "../../methods/method.ts";
import { useBackend } from "../../testing/backend.ts";
import { readBatch } from "../../bench/train/batches.ts";
import { methodNamed, start, TOY } from "../../testing/toy.ts";

await useBackend();

type Setting = Readonly<Record<string, Value>>;
type Options = Parameters<typeof start>[1];
const STEPS = 6;

/** The network's weights after some steps, by name. */
async function weightsOf(
  method: Method,
  hyperparameters: Setting,
  options: Options,
): Promise<Map<string, number[]>> {
  const stage1 = method.stage1 && { stage1Weights: await trained };
  const run = start(method, { hyperparameters, phase: 2, ...stage1, ...options });
  for (let i = 0; i < STEPS; i++) await run.step();
  const weights = run.ctx.network.parameters.map(({ name, variable }): [string, number[]] => [
    `${name} ${variable.shape}`,
    Array.from(variable.dataSync()),
  ]);
  run.ctx.dispose();
  return new Map(weights);
}

/** Registers a test; `options` say on which data both are trained. */
function same(
  sentence: string,
  [method, setting = {}]: readonly [Method, Setting?],
  [limit, limitSetting = {}]: readonly [Method, Setting?],
  options: Options = {},
): void {
  Deno.test(sentence, async () => {
    const { domains: _, ...elsewhere } = options;
    const usual = await weightsOf(methodNamed(method.name), {}, elsewhere);
    const other = await weightsOf(limit, limitSetting, elsewhere);
    assert.ok(difference(usual, other) > 1e-3, "so it is with defaults");
    const found = await weightsOf(method, setting, options);
    const apart = difference(found, await weightsOf(limit, limitSetting, options));
    assert.ok(apart < 1e-5, `weights differ by ${apart}`);
  });
}

function difference(a: Map<string, number[]>, b: Map<string, number[]>): number {
  assert.deepEqual([...a.keys()], [...b.keys()]);
  return Math.max(
    ...[...a].flatMap(([name, values]) => values.map((v, i) => Math.abs(v - b.get(name)![i]!))),
  );
}

/** A method whose streams give these numbers, whatever it asks for. */
function withDraws(method: Method, draws: Partial<Random>): Method {
  return {
    ...method,
    create: (ctx, h) =>
      method.create({ ...ctx, random: (name) => ({ ...ctx.random(name), ...draws }) }, h),
  };
}

/** A method to which every class seems equally frequent. */
function onEvenCounts(method: Method): Method {
  return {
    ...method,
    create: (ctx, h) =>
      method.create({ ...ctx, counts: ctx.counts.map((row) => row.map(() => 10)) }, h),
  };
}

/** The weights of a short run, for second stages. */
async function firstStage() {
  const run = start(methodNamed("erm"), { seed: 7 });
  await run.step();
  const weights = run.ctx.weights();
  run.ctx.dispose();
  return weights;
}
const trained = firstStage();

const range = (length: number) => Array.from({ length }, (_, i) => i);
const [erm, mixup] = ["erm", "mixup"].map(methodNamed) as [Method, Method];

same(
  "LISA whose mixtures are wholly one image's, of the same class, is ERM",
  [withDraws(methodNamed("lisa"), { beta: () => 1 }), { sameClass: 1 }],
  [erm],
);
same("Remix for which no class is frequent enough is Mixup", [methodNamed("remix"), {
  alpha: 0.2,
  imbalance: 1e9,
}], [mixup]);
same("VS with γ = 0 is logit adjustment", [methodNamed("vs"), { gamma: 0 }], [
  methodNamed("logitadj"),
]);
same("Group-VS with γ = 0 is balanced softmax", [methodNamed("vsgroup"), { gamma: 0 }], [
  methodNamed("bsoftmax"),
]);
same("RDM without its terms is ERM", [methodNamed("rdm"), {
  penaltyWeight: 0,
  varianceWeight: 0,
  learningRateFactor: 1,
  annealSteps: 100,
}], [erm]);
same("SADE's first expert alone is ERM", [methodNamed("sade"), { experts: 1 }], [erm]);
same("MiSLAS that smooths nothing and leaves the classifier is LWS", [methodNamed("mislas"), {
  headSmoothing: 0,
  tailSmoothing: 0,
  classifierRate: 0,
}], [methodNamed("lws")]);
same(
  "URM without its adversary, on features that are rectified already, is ERM",
  [
    methodNamed("urm"),
    { adversarialWeight: 0, activation: "relu" },
  ],
  [erm],
  { features: true },
);
same(
  "MEDRO of one domain, without the worst mixture, is ERM",
  [methodNamed("medro"), {
    robustWeight: 0,
  }],
  [erm],
  { domains: 1 },
);
same("JTT for which wrong images count 1 is ERM", [methodNamed("jtt"), { wrongWeight: 1 }], [
  erm,
]);
same(
  "DFR without penalty, on cRT's batches, is cRT",
  [
    { ...methodNamed("dfr"), sampler: "class-balanced" },
    { strength: 1e9 },
  ],
  [methodNamed("crt")],
  { domains: 1 },
);
same("TALLY that never ends its warm-up is ReSamp", [methodNamed("tally"), { warmUpSteps: 100 }], [
  methodNamed("resamp"),
]);
same(
  "TALLY whose images keep their content and get their own style is ReSamp",
  [withDraws(methodNamed("tally"), { beta: () => 1, permutation: range })],
  [methodNamed("resamp")],
);
same("BCL without its contrast is logit adjustment", [methodNamed("bcl"), { contrastWeight: 0 }], [
  methodNamed("logitadj"),
]);
same("GCL of classes that are equally frequent has no clouds", [onEvenCounts(methodNamed("gcl"))], [
  methodNamed("gcl"),
  { noise: 0 },
]);

Deno.test("NDCL without its contrasts is ERM where every image is a class of its own", async () => {
  const even = onEvenCounts(methodNamed("ndcl"));
  const off = { negativeWeight: 0, alignWeight: 0 };
  const [found, expected] = [start(even, { hyperparameters: off }), start(erm)];
  const chosen = [[0], [1], [2, 3]];
  for (let step = 0; step < STEPS; step++) {
    const batches = () =>
      Promise.all(
        TOY.domains.map(({ train }, d) =>
          readBatch(TOY, train, chosen[d]!.map((c) => train.labels.indexOf(c)))
        ),
      );
    const [a, b] = [
      await found.update(await batches(), step),
      await expected.update(await batches(), step),
    ];
    assert.ok(Math.abs(a.loss! - b.loss!) < 1e-5, `${a.loss} and ${b.loss} in step ${step}`);
  }
  found.ctx.dispose();
  expected.ctx.dispose();
});
