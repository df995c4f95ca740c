/** Sweeps of MDLT and DomainBed: several methods, seeds and trials, broken lines, runs not done. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Folder } from "../../bench/records/folder.ts";
import { figures } from "../../bench/records/figures.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { withFolder } from "../bench/crash.ts";
import { command } from "./command.ts";
import { writeDomainBed, writeMdlt } from "./folders.ts";

async function recordsOf(out: string): Promise<RunRecord[]> {
  const folder = new Folder(out);
  return await Promise.all((await folder.ids()).map(async (id) => (await folder.record(id))!));
}

/** The lines of a run's file. */
async function linesOf(path: string): Promise<Record<string, number>[]> {
  return (await Deno.readTextFile(path)).trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test("a sweep of MDLT gives what its rules choose, with all that follows and no more", () =>
  withFolder(async (folder) => {
    const sweep = join(folder, "sweep"), out = join(folder, "out");
    await writeMdlt(sweep, ["ERM", "BoDA"]);
    const torn = join(sweep, "Pets_ERM_hparams0_seed0/results.json");
    await Deno.writeTextFile(torn, `${await Deno.readTextFile(torn)}{"step": 300, "args": {"da`);
    await Deno.remove(join(sweep, "Pets_BoDA_hparams1_seed2/done"));
    const { code, said } = await command("import", "mdlt", sweep, "--out", out);
    assert.equal(code, 0, said);
    assert.match(said, /Pets_ERM_hparams0_seed0: line 4 of results\.json is half-written/);
    assert.match(said, /Pets_BoDA_hparams1_seed2: it is left out, since there is no file "done"/);
    assert.match(said, /Not given: macro-F1, calibration error/);
    const records = await recordsOf(out);
    assert.equal(records.length, 6);
    const erm = records.find(({ name, spec }) => name === "erm-imported" && spec.seed === 1)!;
    assert.match(erm.origin!.files[0]!.name, /^Pets_ERM_hparams1_seed1/); // the better setting
    const last = (await linesOf(join(sweep, erm.origin!.files[0]!.name))).at(-1)!;
    const found = new Map(
      figures(erm).filter(({ split }) => split === "test")
        .map(({ metric, domain, value }) => [`${metric} ${domain}`, value]),
    );
    assert.equal(erm.result!.step, 201);
    assert.equal(found.get("accuracy env2"), last["env2_test"]);
    assert.equal(found.get("many average"), last["sht_many"]);
    const classes = (last["class_acc"] as unknown as Record<string, number[]>)["env3"]!;
    const mean = classes.reduce((a, b) => a + b) / classes.length;
    assert.ok(Math.abs(found.get("balanced_accuracy env3")! - mean) < 1e-12);
    assert.equal(found.get("worst_class_recall env3"), Math.min(...classes));
    assert.deepEqual(["macro_f1 env3", "ece average", "nll average"].map((key) => found.get(key)), [
      undefined,
      undefined,
      undefined,
    ]);
    assert.equal(erm.curve.length, 3);
    const unfinished = await command(
      ...["import", "mdlt", sweep, "--unfinished", "--rule", "oracle", "--out", join(folder, "b")],
    );
    assert.equal(unfinished.code, 0, unfinished.said);
    const boda = (await recordsOf(join(folder, "b"))).find(({ name, spec }) =>
      name === "boda-imported" && spec.seed === 2
    )!;
    assert.match(boda.origin!.files[0]!.name, /hparams1_seed2/);
    assert.equal(boda.spec.training.selection, "oracle-test-accuracy");
    const empty = await command("import", "mdlt", folder, "--rule", "best", "--out", out);
    assert.match(empty.said, /Cannot find rule "best": .*validation-mean, oracle/);
    const nothing = join(folder, "nothing");
    await Deno.mkdir(nothing);
    const none = await command("import", "mdlt", nothing, "--out", out);
    assert.match(none.said, /neither it nor a folder in it has results\.json/);
  }));

Deno.test("a sweep of DomainBed stands in the tables of unseen domains, by each of its rules", () =>
  withFolder(async (folder) => {
    const sweep = join(folder, "sweep");
    await writeDomainBed(sweep, ["ERM", "CORAL"]);
    const chosen = { "training-domain": 601, "oracle": 601, "cross-validation": 601 };
    for (const [rule, step] of Object.entries(chosen)) {
      const out = join(folder, rule);
      const { code, said } = await command(
        ...["import", "domainbed", sweep, "--rule", rule, "--out", out],
      );
      assert.equal(code, 0, said);
      const records = await recordsOf(out);
      const single = records.filter(({ spec }) => spec.dataset.leaveOut!.length === 1);
      assert.equal(single.length, 2 * 3 * 4);
      assert.equal(records.length - single.length, rule === "cross-validation" ? 2 * 3 * 6 : 0);
      for (const record of single) {
        assert.equal(record.result!.step, step);
        const [domain] = record.spec.dataset.leaveOut!;
        const file = record.origin!.files[0]!.name;
        const last = (await linesOf(join(sweep, file))).at(-1)!;
        assert.equal((last["args"] as unknown as Record<string, number>)["hparams_seed"], 1);
        const tested = record.curve.at(-1)!.unseen!.test["accuracy"];
        assert.deepEqual(tested, [last[`${domain}_in_acc`]]);
      }
      if (rule !== "training-domain") continue;
      const report = await command("report", "--out", out);
      assert.equal(report.code, 0, report.said);
      const table = await Deno.readTextFile(
        join(out, "report/tables/pets-unseen-training-domain-validation.csv"),
      );
      assert.match(table, /coral-imported/);
    }
  }));

Deno.test("hostile folders are refused in a sentence, and nothing is written", () =>
  withFolder(async (folder) => {
    const out = join(folder, "out");
    const refused = async (line: string) => {
      const run = join(folder, "run");
      await Deno.mkdir(run, { recursive: true });
      await Deno.writeTextFile(join(run, "results.json"), line);
      await Deno.writeTextFile(join(run, "done"), "done");
      const { code, said } = await command("import", "mdlt", run, "--out", out);
      assert.ok(code === 1 || code === 2, said);
      assert.ok(said.trim().split("\n").length === 1, said);
      assert.deepEqual(await new Folder(out).ids(), []);
      return said;
    };
    assert.match(await refused(""), /no run is whole/);
    assert.match(await refused("[".repeat(1e6)), /no run is whole/);
    assert.match(await refused(`{"step": 1, "args": {"dataset": "x"}}`), /no algorithm/);
    const line = (values: object) =>
      JSON.stringify({ step: 0, args: { dataset: "x", algorithm: "ERM", seed: 0 }, ...values });
    assert.match(await refused(line({})), /no env0_test/);
    const seed = { args: { dataset: "x", algorithm: "ERM", seed: -1 }, env0_test: 1, env0_val: 1 };
    assert.match(await refused(line(seed)), /its seed is -1, and no whole number/);
    const name = {
      args: { dataset: "../x", algorithm: "ERM", seed: 0 },
      env0_test: 1,
      env0_val: 1,
    };
    assert.match(await refused(line(name)), /Cannot find data set "\.\.\/x"/);
  }));
