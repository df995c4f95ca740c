/** Random search, the choice among its settings, and repeating a manifest. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Request } from "../../bench/plan/plan.ts";
import { sealed } from "../../bench/records/seal.ts";
import { plan } from "../helpers/plan.ts";
import type { Manifest, RunRecord } from "../../bench/records/record.ts";
import { comparison } from "../../bench/records/reproduction.ts";
import { byScore, scoreOf } from "../../bench/plan/selection.ts";
import { Store } from "../../bench/records/store.ts";
import { bench, cli, contentOf, startBench, TINY } from "./crash.ts";

const request: Request = {
  datasets: ["digits-synth"],
  methods: ["irm", "crt"],
  seeds: [0],
  preset: "paper",
  settings: [],
  selection: "validation-macro-f1",
  backend: "native",
  threads: 1,
};

Deno.test("a diverged run is worth nothing to a search", () => {
  const confusion = [[5, 5], [0, 10]];
  const record = (status: string) =>
    ({
      outcome: { status },
      result: { step: 1, validation: [confusion], test: [confusion] },
      data: { counts: { train: [[5, 5]] }, shots: { many: 100, few: 20 } },
    }) as unknown as RunRecord;
  assert.equal(scoreOf(record("done"), "validation-accuracy"), 0.75);
  assert.equal(scoreOf(record("diverged"), "validation-accuracy"), null);
});

Deno.test("setting 0 of a search is the run of the bench; both stages have the same setting", () => {
  const usual = plan(request);
  const searched = plan({ ...request, trials: [0, 1] });
  const zero = searched.filter(({ trial }) => trial === 0);
  assert.deepEqual(zero.map(({ id }) => id), usual.map(({ id }) => id));
  assert.equal(searched.length, 2 * usual.length);
  const crt = searched.find(({ name, trial }) => name === "crt" && trial === 1)!;
  const erm = searched.find(({ name, trial }) => name === "erm" && trial === 1)!;
  assert.deepEqual(crt.spec.stage1, erm.spec);
  assert.equal(crt.spec.training.batch, erm.spec.training.batch);
  assert.notEqual(erm.spec.training.learningRate, zero[0]!.spec.training.learningRate);
});

Deno.test("dropout is drawn where the network has it, and is not the discriminator's", () => {
  const drawn = (datasets: string[]) =>
    plan({ ...request, datasets, methods: ["dann"], trials: [1] })[0]!.spec;
  const { training, method } = drawn(["pacs"]);
  assert.equal(training.network.dropout, 0.5); // MDLT's resnet_dropout of setting 1
  assert.equal(method.hyperparameters.discriminatorDropout, 0.1); // and its mlp_dropout
  assert.equal(drawn(["digits-synth"]).training.network.dropout, undefined);
});

Deno.test("sweep and select: the best by validation, with fresh seeds, under both protocols", async () => {
  const out = await Deno.makeTempDir();
  try {
    const swept = await cli(
      ...["sweep", ...TINY, "--methods", "crt", "--out", out, "--settings", "3", "--seeds", "2"],
    );
    assert.equal(swept.code, 0, swept.err);
    const store = new Store(out);
    const sweep = (await store.manifest("sweep.json"))!;
    assert.equal(sweep.runs.length, 12); // erm and crt, three settings, two seeds
    assert.equal(await store.manifest(), null); // none of them in the tables of a bench

    const expected = async (name: string, seed: number) => {
      const runs = sweep.runs.filter((run) => run.name === name && run.spec.seed === seed);
      const trials = await Promise.all(runs.map(async ({ id, trial }) => ({
        trial: trial!,
        worth: scoreOf((await store.record(id))!, "validation-macro-f1")!,
      })));
      return byScore(trials)[0]!.trial;
    };
    const choices = async (protocol: string) => {
      const { code, out: said, err } = await cli(
        ...["select", "--out", out, "--protocol", protocol],
      );
      assert.equal(code, 0, err);
      assert.match(said, protocol === "once" ? /Tuned once/ : /Tuned for each seed/);
      const manifest = (await new Store(join(out, `selected-${protocol}`)).manifest())!;
      assert.equal(manifest.search!.protocol, protocol);
      assert.equal(manifest.search!.settings, 3);
      return manifest.runs;
    };
    const once = await choices("once");
    for (const name of ["erm", "crt"]) {
      const runs = once.filter((run) => run.name === name);
      assert.deepEqual(runs.map(({ spec }) => spec.seed), [2, 3, 4, 5, 6]);
      const best = await expected(name, 0);
      assert.ok(runs.every(({ trial }) => trial === best));
    }
    for (const run of await choices("per-seed")) {
      assert.equal(run.trial, await expected(run.name, run.spec.seed));
    }

    // What was selected can be repeated, first stages included, though they stand in no table.
    const from = ["--from", join(out, "selected-per-seed"), "--out", join(out, "again")];
    assert.match(await bench(...from), /\n4 identical\n/);
    const ofSearch = await startBench("--from", join(out, "sweep.json"), ...from.slice(2)).ended;
    assert.equal(ofSearch.code, 2);
    assert.match(ofSearch.err, /it is the plan of a search/);

    // A sweep that lacks a run is chosen from as it is, and that is said.
    const lost = sweep.runs.find((run) => run.spec.seed === 0 && run.name === "erm")!;
    await Deno.remove(join(out, "runs", lost.id, "record.json"));
    const partly = await cli("select", "--out", out, "--seeds", "9,");
    assert.equal(partly.code, 0, partly.err);
    assert.match(partly.err, /erm on digits-synth with seed 0 among 2 of 3: .* not finished\.\n/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("a manifest is repeated, and every run is compared with the original", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    await bench(...TINY, "--methods", "crt", "--out", first);
    const from = join(first, "manifest.json");
    const manifest: Manifest = JSON.parse(await Deno.readTextFile(from));
    assert.match(manifest.data!["digits-synth"]!, /^\w+/);
    assert.match(String(manifest.environment.lock), /^[0-9a-f]{64}$/);
    const again = await bench("--from", from, "--out", second);
    assert.match(again, /crt seed 0: identical\n/);
    assert.match(again, /\n2 identical\n/);
    assert.deepEqual(await contentOf(second), await contentOf(first));

    // Another original: one test image that was classified otherwise, and one lost record.
    const [erm, crt] = manifest.runs;
    const path = join(first, "runs", erm!.id, "record.json");
    const record = JSON.parse(await Deno.readTextFile(path));
    const row: number[] = record.result.test[0][0];
    const full = row.findIndex((count) => count > 0);
    row[full]!--;
    row[(full + 1) % row.length]!++;
    await Deno.writeTextFile(path, JSON.stringify(sealed(record)));
    await Deno.remove(join(first, "runs", crt!.id, "record.json"));
    const near = await startBench("--from", from, "--out", second, "--tolerance", "0.5").ended;
    assert.equal(near.code, 1); // a record is missing
    assert.match(near.out, /erm seed 0: within tolerance, by \d/);
    assert.match(near.out, /crt seed 0: missing, a record lacks\n/);
    const far = await startBench("--from", from, "--out", second, "--tolerance", "0").ended;
    assert.match(far.out, /erm seed 0: different, by \d/);

    for (
      const [args, message] of [
        [["--from", from], /give it with --out/],
        [["--from", first, "--out", first], /need a folder of their own/],
        [["--from", join(folder, "nothing.json"), "--out", second], /No such file/],
      ] as const
    ) {
      const refused = await startBench(...args).ended;
      assert.equal(refused.code, 2);
      assert.match(refused.err, message);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a run that diverged where the original did not is different", () => {
  const run = (status: string) =>
    ({ outcome: { status }, curve: [], result: null }) as unknown as RunRecord;
  assert.equal(comparison(run("done"), run("diverged"), 1).verdict, "different");
  assert.equal(comparison(run("diverged"), run("diverged"), 0).verdict, "identical");
  assert.equal(comparison(null, run("done"), 1).verdict, "missing");
});

Deno.test("figures that an earlier record does not have do not make a run different", () => {
  const run = (right: number, scores?: object) =>
    ({
      spec: { dataset: { name: "data" }, seed: 0 },
      outcome: { status: "done" },
      curve: [],
      data: { domains: ["a"], counts: { train: [[5, 5]] }, shots: { many: 100, few: 20 } },
      result: { step: 1, validation: [], test: [[[right, 10 - right], [0, 10]]], scores },
    }) as unknown as RunRecord;
  const scores = { test: { nll: { domains: [0.5], pooled: 0.5 } } };
  assert.equal(comparison(run(9), run(9, scores), 0).verdict, "identical");
  assert.equal(comparison(run(9), run(8, scores), 0.2).verdict, "within");
  assert.equal(comparison(run(9), run(8, scores), 0.01).verdict, "different");
});
