/** What the factors of a study do. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { RunRecord, StudyTag } from "../../bench/records/record.ts";
import { PRIMARY } from "../../metrics/mod.ts";
import { defineStudy, factorial, type TrainingStudy } from "../../methods/study.ts";
import { effectsOf } from "../../report/analysis/effects.ts";
import { studies, type StudyResults } from "../../report/analysis/studies.ts";
import { scoreKey } from "../../report/digest.ts";
import { readStore, type Run } from "../../report/folder.ts";
import { buildReport } from "../../report/mod.ts";
import { resultsCsv } from "../../report/tables/results_csv.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, STUDIES, writeStore } from "./store.ts";
import { accuracy, method } from "./made_up.ts";

const JUDGEMENT = { alpha: 0.05, margin: null };
const ON_OFF = [false, true];

/** The settings of a study of three parts. */
const PARTS: StudyTag[] = ON_OFF.flatMap((a) =>
  ON_OFF.flatMap((b) =>
    ON_OFF.map((c) => ({ name: "parts", method: "erm", levels: { always: true, a, b, c } }))
  )
);
const STUDY: TrainingStudy = defineStudy({
  name: "parts",
  title: "parts",
  description: "three parts",
  factors: ["always", "a", "b", "c"].map((name) => ({ name, title: name.toUpperCase() })),
  settings: [],
});

/** A folder of the study in which a score is made of its parts, a seed's luck, and some noise. */
async function write(out: string, missing = false): Promise<void> {
  const seeds = [0, 1, 2, 3, 4];
  const { runs } = await writeStore(out, {
    ...{ datasets: DATASETS.slice(0, 1), methods: [], seeds, studies: PARTS },
    fate: (_, name, seed) => missing && seed === 4 && name.endsWith("true") ? "failed" : "done",
  });
  for (const [i, { id, spec, study }] of runs.entries()) {
    const path = join(out, "runs", id, "record.json");
    const text = await Deno.readTextFile(path).catch(() => null);
    if (text === null) continue;
    const record: RunRecord = JSON.parse(text);
    const { a, b, c } = study!.levels;
    const noise = ((i * 7919) % 13 - 6) / 1000;
    const score = 0.5 + (a ? 0.1 : 0) - (b ? 0.04 : 0) + (a && c ? 0.08 : 0) + spec.seed / 50 +
      noise;
    const classes = record.data.classes.length;
    const right = Math.round(1000 * score);
    const test = record.data.domains.map(() =>
      Array.from(
        { length: classes },
        (_, t) =>
          Array.from({ length: classes }, (_, p) =>
            p === t ? right : p === (t + 1) % classes ? 1000 - right : 0),
      )
    );
    const counts = {
      ...record.data.counts,
      test: record.data.domains.map(() => record.data.classes.map(() => 1000)),
    };
    const data = { ...record.data, counts };
    const result = { ...record.result, test };
    await Deno.writeTextFile(path, JSON.stringify({ ...record, data, result }));
  }
}

Deno.test("all combinations of parts are read as a factorial", () =>
  inFolder(async (out) => {
    await write(out);
    const [results] = studies(await readStore(out), [STUDY], PRIMARY);
    const [average] = effectsOf(results!, JUDGEMENT);
    const { design, effects } = average!;
    assert.equal(design, "factorial");
    assert.deepEqual(effects.map(({ of }) => of), [
      ...["A", "B", "C", "A × B", "A × C", "B × C", "A × B × C"],
    ]);
    // Means with a part minus means without it: half of what parts do together is each one's.
    const expected: Record<string, number> = { "A": 0.14, "B": -0.04, "C": 0.04, "A × C": 0.08 };
    for (const { of, compared } of effects) {
      const known = expected[of];
      assert(
        Math.abs(compared.difference! - (known ?? 0)) < 0.006,
        `${of}: ${JSON.stringify(compared)}`,
      );
      const [low, high] = compared.interval!;
      assert(low <= compared.difference! && compared.difference! <= high);
      const verdict = known === undefined ? "not told apart" : known > 0 ? "better" : "worse";
      assert.equal(compared.verdict, verdict, of);
    }
  }));

Deno.test("a seed that lacks a setting is left out of all effects", () =>
  inFolder(async (out) => {
    await write(out, true);
    const [results] = studies(await readStore(out), [STUDY], PRIMARY);
    const [average] = effectsOf(results!, JUDGEMENT);
    for (const { compared: { test } } of average!.effects) {
      assert(test.computable);
      assert.equal(test.seeds, 4);
    }
  }));

Deno.test("a report has the effects of studies, and tests parameters as a whole", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      datasets: DATASETS.slice(0, 1),
      methods: [],
      seeds: [0, 1, 2],
      studies: STUDIES,
    });
    const { files } = await buildReport(out);
    const rows = async (name: string) =>
      parse(await Deno.readTextFile(join(out, "report", "tables", name)), {
        columns: true,
      }) as Record<string, string>[];
    const parameters = await rows("digits-parameters-effects.csv");
    assert.deepEqual(parameters.map(({ domain, parameter }) => [domain, parameter]), [
      ["average", "alpha"],
      ["average", "beta"],
      ["worst", "alpha"],
      ["worst", "beta"],
    ]);
    for (const { values, df1, df2, p_holm: p } of parameters) {
      assert.deepEqual([values, df1, df2], ["3", "2", "4"]);
      assert(Number(p) >= 0 && Number(p) <= 1);
    }
    // Two settings of eight are no factorial: the second stands beside the first.
    const beside = await rows("digits-ablation-effects.csv");
    assert.equal(beside.length, 2);
    assert(files.some((file) => file.endsWith("digits-ablation-effects.tex")));
  }));

Deno.test("of a fraction, main effects are told, and interactions with those they cannot be told from", () => {
  const study = factorial({
    ...{ name: "forms", title: "forms", description: "half of four forms", method: "erm" },
    levels: {
      a: { title: "A", levels: ["raw", "unit"] },
      b: { title: "B", levels: [0, 150] },
      c: { title: "C", levels: [false, true] },
      d: { title: "D", levels: ["one", "two"], generator: ["a", "b", "c"] },
    },
  });
  assert.equal(study.settings.length, 8);
  const scoreOf = ({ a, b, c }: (typeof study.settings)[number]["levels"], seed: number) =>
    0.5 + (a === "unit" ? 0.1 : 0) - (c ? 0.03 : 0) + (a === "unit" && b === 150 ? 0.06 : 0) +
    0.001 * Math.sin(seed * 5 + (b as number));
  const results = {
    ...{ study, metric: PRIMARY, file: "forms", subject: "ERM" },
    ...{ dataset: { name: "d", title: "D" }, network: { name: "n", title: "N" } },
    method: { name: "erm", title: "ERM" },
    settings: study.settings.map(({ label, levels }) => ({
      name: label,
      levels,
      runs: [100, 101, 102].map((seed) => ({
        ...{ spec: { seed }, state: { status: "done" } },
        // The test figure is a trap: a search is judged by validation images.
        digest: {
          validation: new Map([[scoreKey("average", PRIMARY.name), scoreOf(levels, seed)]]),
          scores: new Map([[scoreKey("average", PRIMARY.name), levels["a"] === "raw" ? 1 : 0]]),
        },
      } as unknown as Run)),
    })),
  } as StudyResults;
  const [average] = effectsOf(results, JUDGEMENT);
  assert.equal(average!.split, "validation");
  assert.equal(average!.design, "factorial");
  const told = Object.fromEntries(average!.effects.map((e) => [e.of, e.compared.difference!]));
  assert.deepEqual(Object.keys(told), [
    ...["A unit", "B 150", "C", "D two"],
    ...["A unit × B 150 + C × D two", "A unit × C + B 150 × D two", "B 150 × C + A unit × D two"],
  ]);
  const near = (of: string, value: number) => assert(Math.abs(told[of]! - value) < 0.002, of);
  near("A unit", 0.13);
  near("B 150", 0.03);
  near("C", -0.03);
  near("D two", 0);
  near("A unit × B 150 + C × D two", 0.06);
});

Deno.test("test figures of a study that is judged by validation images stay out of results.csv", () =>
  inFolder(async (out) => {
    await write(out);
    const store = await readStore(out);
    const splits = (known: readonly TrainingStudy[]) =>
      new Set((parse(resultsCsv(store, known), { columns: true }) as { split: string }[])
        .map(({ split }) => split));
    assert.deepEqual(splits([STUDY]), new Set(["validation", "test"]));
    assert.deepEqual(splits([{ ...STUDY, splits: ["validation"] }]), new Set(["validation"]));
  }));

Deno.test("settings beside the first, parts as a factorial, and parameters as a whole", () => {
  const setting = (name: string, levels: object, values: readonly (number | null)[]) => ({
    name,
    levels,
    runs: method(name, values).runs,
  });
  const of = (study: object, ...settings: object[]) =>
    effectsOf(
      { study: { factors: [], ...study }, metric: accuracy, settings } as unknown as Parameters<
        typeof effectsOf
      >[0],
      { alpha: 0.05, margin: 2 },
    );
  const plain = setting("plain", { form: "x" }, [0.5, 0.625, 0.5]);
  const [a, b] = [
    setting("a", { form: "y" }, [0.75, 0.75, 0.875]),
    setting("b", { form: "z" }, [0.5, 0.5, null]),
  ];
  assert.deepEqual(of({}, plain), []);
  assert.deepEqual(of({ rows: "checkpoints" }, plain, a), []);
  const [beside, worst] = of({}, plain, a, b);
  assert.deepEqual([beside!.domain, worst!.domain, beside!.split], ["average", "worst", "test"]);
  assert.deepEqual(
    beside!.effects.map(({ of, order, compared }) => [of, order, compared.difference]),
    [
      ["a", 1, (0.25 + 0.125 + 0.375) / 3],
      ["b", 1, -0.0625],
    ],
  );
  assert.equal(of({ splits: ["validation"] }, plain, a)[0]!.split, "validation");
  // Two parts: means 0.5 without, 0.625 with A, 0.75 with B, 1 with both, on two seeds.
  const parts = [[0, 0, 0.5], [1, 0, 0.625], [0, 1, 0.75], [1, 1, 1]].map(([x, y, value]) =>
    setting(`${x}${y}`, { x: x === 1, y: y === 1 }, [value!, value! + 0.125 * (x! + 1), null])
  );
  const factors = [{ name: "x", title: "A" }, { name: "y", title: "B" }];
  const [factorial] = of({ factors }, ...parts);
  assert.equal(factorial!.design, "factorial");
  const told = factorial!.effects.map((
    { of, order, compared },
  ) => [of, order, compared.difference]);
  // A: (0.125 + 0.25) / 2, and 0.125 more on the second seed; B × A: 0.125 on both.
  assert.deepEqual(told, [["A", 1, 0.25], ["B", 1, 0.3125], ["A × B", 2, 0.125]]);
  const chart = { x: "value", panels: "parameter" };
  const values = [["p", 1, [0.5, 0.75, 0.5]], ["p", 2, [0.25, 0.125, 0.375]], ["q", 1, [
    0.5,
    0.5,
    0.5,
  ]]]
    .map(([parameter, value, own]) =>
      setting(`${parameter}${value}`, { parameter, value }, own as number[])
    );
  const [joint] = of({ chart }, ...values);
  assert.deepEqual(
    joint!.parameters.map(({ parameter, values, p }) => [parameter, values, p !== null]),
    [
      ["p", 2, true],
      ["q", 1, false],
    ],
  );
  const [p] = joint!.parameters;
  assert.equal(p!.p, (p!.test as { p: number }).p, "one test is corrected for one");
});
