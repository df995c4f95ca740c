/** The replay of golden files sees a wrong figure wherever it is, and says what is wrong with a file. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { useBackend } from "../../testing/backend.ts";
import { checkMethod, type MethodCase } from "./golden.ts";
import { goldenFiles, usePlainKernels } from "./golden_files.ts";

usePlainKernels();
await useBackend();

/** A method file that may be changed. */
// deno-lint-ignore no-explicit-any
type Changeable = any;

async function read(method: string): Promise<Changeable> {
  const file = new URL(`mdlt/${method}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(file));
}

/** A change of a method file, and what the replay says to it. */
type Change = readonly [method: string, change: (file: Changeable) => void, said: RegExp];

const WRONG_FIGURES: Readonly<Record<string, Change>> = {
  "a returned value": ["erm", ({ expected: e }) => {
    e.steps[3].returned.loss *= 1.001;
    e.float64_returned[3].loss *= 1.001;
  }, /^step 3: loss is [\d.]+, expected [\d.]+$/],
  "a term that nobody returns": ["erm", ({ expected: e }) => {
    e.steps[0].returned.other = 1;
  }, /^step 0: no term "other" for the reference's "other"$/],
  "a gradient": ["erm", ({ expected: e }) => {
    e.grads_left_after_first_step[6].data[5] += 1e-3;
  }, /^gradient of classifier\.weight\[5\] is/],
  "a parameter after the first step": ["erm", ({ expected: e }) => {
    e.params_after_first_step[1].data[2] += 1e-3;
  }, /^featurizer\.input\.bias after the first step\[2\] is/],
  "a parameter at the end": ["erm", ({ expected: e }) => {
    e.final_params[0].data[7] -= 1e-3;
  }, /^featurizer\.input\.weight at the end\[7\] is/],
  "a logit before training": ["erm", ({ expected: e }) => {
    e.initial_logits.data[0] += 0.01;
  }, /^initial logits\[0\] is/],
  "a logit after training": ["erm", ({ expected: e }) => {
    e.final_logits.data[9] += 0.01;
  }, /^final logits\[9\] is/],
  "a state": ["groupdro", ({ expected: e }) => {
    e.steps[2].state_after.q.data[1] += 1e-3;
  }, /^step 2: q\[1\] is/],
  "a hyperparameter": ["irm", ({ hparams }) => {
    hparams.irm_lambda = 90;
  }, /^step 2: loss is/],
  "a draw": ["mixup", ({ draws }) => {
    draws[1].value = 0.99 - draws[1].value;
  }, /^step 0: loss is/],
  "a draw too many": ["mldg", ({ draws }) => {
    draws.push(draws[0]);
  }, /^1 recorded draws were not asked for$/],
  "a draw too few": ["sagnet", ({ draws }) => {
    draws.pop();
  }, /^a perm draw was asked for where it records no more$/],
};

const MALFORMED: Readonly<Record<string, Change>> = {
  "a missing part": ["erm", ({ expected }) => {
    delete expected.steps;
  }, /^it has no "expected\.steps"$/],
  "a number too few": ["erm", ({ probe_x }) => {
    probe_x.data.pop();
  }, /^it has 95 numbers for an array of shape \[8,12\]$/],
  "a missing parameter": ["erm", (file) => {
    file.initial_params = file.initial_params.filter((p: { name: string }) =>
      p.name !== "classifier.bias"
    );
  }, /^it has no parameter "classifier\.bias"$/],
  "labels out of range": ["erm", ({ steps }) => {
    steps[1][2].y[0] = 4;
  }, /^step 1, domain 2: 8 images have labels 4,[\d,]+, expected as many of 0 … 3$/],
  "a domain too few": ["erm", ({ steps }) => {
    steps[0].pop();
  }, /^step 0 has 2 domains, expected 3$/],
  "an unknown method": ["erm", (file) => {
    file.method = "ERN";
  }, /^Cannot replay "ERN": no registered method has that name or reference name$/],
  "an unknown hyperparameter": ["erm", ({ hparams }) => {
    hparams.warmth = 1;
  }, /^it sets "warmth", which is no hyperparameter of erm$/],
  "dropout": ["erm", ({ hparams }) => {
    hparams.mlp_dropout = 0.1;
  }, /^Cannot replay "ERM": it has dropout, whose draws are not recorded; mlp_dropout must be 0$/],
};

for (const [kind, changes] of Object.entries({ wrong: WRONG_FIGURES, malformed: MALFORMED })) {
  for (const [what, [method, change, said]] of Object.entries(changes)) {
    Deno.test(`${kind}: ${what}`, async () => {
      const file = await read(method);
      change(file);
      await assert.rejects(checkMethod(file as MethodCase), (error: Error) => {
        assert.match(error.message, said);
        return true;
      });
    });
  }
}

Deno.test("where the reference is NaN any finite number is right", async () => {
  const file = await read("coral");
  file.expected.steps[5].returned.penalty = "NaN";
  file.expected.float64_returned[5].penalty = "NaN";
  file.expected.final_params[0].data[0] = "NaN";
  file.expected.grads_left_after_first_step[0].data[0] = "NaN";
  await checkMethod(file as MethodCase);
});

Deno.test("files that are no golden files are named with what is wrong with them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const contents = { "cut.json": '{"method": ', "list.json": "3", "other.json": '{"a": 1}' };
    for (const [name, text] of Object.entries({ ...contents, "notes.txt": "no golden file" })) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    const said: string[] = [];
    for (const { name, check } of await goldenFiles(folder)) {
      await check().catch((error: Error) => said.push(`${name}: ${error.message}`));
    }
    assert.equal(said.length, 3);
    assert.match(said[0]!, /^cut\.json: it is not JSON: /);
    assert.match(said[1]!, /^list\.json: it is no JSON object$/);
    assert.match(said[2]!, /^other\.json: its form is not known: it has none of initial_params, /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
