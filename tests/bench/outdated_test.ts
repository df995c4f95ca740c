/**
 * A record counts for what made it: other images, an edited method or network, another TensorFlow, and
 * the same command says so and trains anew.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { sourceHash } from "../../base/source_hash.ts";
import { builtin, loadCatalogue } from "../../bench/catalogue.ts";
import { Folder } from "../../bench/records/folder.ts";
import { type Maker, outdated } from "../../bench/records/outdated.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { sourcesOf } from "../../bench/records/sources.ts";
import { tableOf } from "../../report/analysis/arrange.ts";
import { readStore } from "../../report/folder.ts";
import { buildReport } from "../../report/mod.ts";
import released from "../../bench/records/released.json" with { type: "json" };
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";
import { cli, lastEvent, planOf, TINY, withFolder } from "./crash.ts";

const MODULES: Readonly<Record<string, string>> = {
  "file:///m/mine.ts": `import { half, type Kind } from "./parts/sums.ts";
const WEIGHT = 3;
/** What it is. */
export default { name: "mine", loss: (x: number) => half(WEIGHT * x) };
`,
  "file:///m/parts/sums.ts": `const TWO = 2;
export interface Kind {
  readonly a: number;
}
/** Half. */
export const half = (x: number) => x / TWO;
export function unused() {
  return 17;
}
`,
};

/** The hash after some texts of the modules are others. */
function hashWith(...changes: readonly (readonly [string, string])[]): Promise<string> {
  const read = (url: string) =>
    Promise.resolve(changes.reduce((text, [from, to]) => text.replace(from, to), MODULES[url]!));
  return sourceHash("file:///m/mine.ts", { read, counts: () => true });
}

Deno.test("a definition's hash is that of the code that it uses, and of nothing else", async () => {
  const hash = await hashWith();
  for (
    const same of [
      ["/** What it is. */", "// else\n/* and more */"],
      ["WEIGHT * x", "WEIGHT   *\n  x"],
      ["return 17", "return 18"],
      ["readonly a: number", "readonly b: string"],
      ["/** Half. */", ""],
    ] as const
  ) assert.equal(await hashWith(same), hash, same[0]);
  for (
    const other of [
      ["WEIGHT = 3", "WEIGHT = 4"],
      ["TWO = 2", "TWO = 4"],
      ["x / TWO", "x * TWO"],
      ['"mine"', '"yours"'],
    ] as const
  ) assert.notEqual(await hashWith(other), hash, other[0]);

  // A text that speaks of where something is from makes no import of the definition.
  const told = await hashWith(['"mine"', '"taken from " + "elsewhere"']);
  assert.notEqual(await hashWith(['"mine"', '"taken from " + "nowhere"']), told);
});

Deno.test("the code of every method and network of the suite is known", async () => {
  const catalogue = builtin();
  const spec = (method: string, network: string) =>
    ({ method: { name: method }, training: { network: { name: network } } }) as RunRecord["spec"];
  const found = new Set<string>();
  for (const { name } of catalogue.methods) {
    const { method } = await sourcesOf(spec(name, "cnn"), catalogue);
    assert.match(method!, /^[0-9a-f]{64}$/, name);
    found.add(method!);
  }
  assert.equal(found.size, catalogue.methods.length);
  for (const { name } of catalogue.networks) {
    assert.match((await sourcesOf(spec("erm", name), catalogue)).network!, /^[0-9a-f]{64}$/, name);
  }
});

const GRID = { datasets: DATASETS.slice(0, 1), methods: ["erm", "irm"], seeds: [0, 1] };

Deno.test("a record is outdated by what is known to be another, and by nothing else", () =>
  inFolder(async (out) => {
    const { runs: [run] } = await writeStore(out, GRID);
    const plain = (await new Folder(out).record(run!.id))!;
    const metrics = { mine: "e".repeat(64), gone: "f".repeat(64) };
    const sources = {
      ...{ method: "a".repeat(64), network: "b".repeat(64), stage1: "c".repeat(64) },
      metrics,
    };
    const record = { ...plain, sources };
    const now: Maker = { fingerprint: record.data.fingerprint, sources, tensorflow: "2.21.0" };
    assert.equal(outdated(record, now), null);
    assert.equal(outdated(plain, now), null, "an older record does not say");
    const unknown = { fingerprint: undefined, sources: { method: null, network: null } };
    assert.equal(outdated(record, { ...unknown, tensorflow: null }), null);
    const other = "d".repeat(64);
    const cases: readonly (readonly [Partial<Maker>, RegExp])[] = [
      [{ fingerprint: "other" }, /^the images of digits are others now$/],
      [{ sources: { ...sources, method: other } }, /^the method erm has been edited since$/],
      [{ sources: { ...sources, network: other } }, /^the network digits-cnn has been edited/],
      [{ sources: { ...sources, stage1: other } }, /^the weights of its first stage are others/],
      [{ sources: { ...sources, metrics: { mine: other } } }, /^the metric mine has been edited/],
      [{ tensorflow: "2.22.0" }, /^TensorFlow is 2\.22\.0 now and was 2\.21\.0$/],
    ];
    const { network } = plain.spec.training;
    const cnn = {
      ...record,
      spec: {
        ...plain.spec,
        training: { ...plain.spec.training, network: { ...network, name: "cnn" } },
      },
    };
    const [first, second] = released.networks["cnn@1"] as [string, string];
    const forms = (network: string) => ({ ...sources, network });
    const released1 = { ...cnn, sources: forms(first) };
    assert.equal(outdated(released1, { ...now, sources: forms(second) }), null, "the same numbers");
    assert.match(
      outdated(released1, { ...now, sources: forms(other) })!,
      /the network cnn has been/,
    );
    for (const [change, why] of cases) assert.match(outdated(record, { ...now, ...change })!, why);
  }));

Deno.test("metrics of plugins are known by their code, where a record needs them", () =>
  withFolder(async (folder) => {
    const metric = (name: string, needs: string, power: number, comment: string) =>
      `// ${comment}\nexport const metric = { kind: "metric", name: "${name}", title: "${name}", ` +
      `description: "Mine.", better: "max", scale: { factor: 1, decimals: 2, unit: "" }, ` +
      `range: [0, 1], needs: "${needs}", undefinedWhen: "never", compute: () => 0.5 ** ${power} };\n`;
    const hashes = async (file: string, text: string, selection: string) => {
      const path = join(folder, file);
      await Deno.writeTextFile(path, text);
      const catalogue = await loadCatalogue([path]);
      const [run] = planOf("erm");
      const { spec } = run!;
      const chosen = { ...spec, training: { ...spec.training, selection } };
      return (await sourcesOf(chosen, catalogue)).metrics;
    };
    const sure = await hashes("a.ts", metric("sure", "probabilities", 1, "one"), "last");
    assert.match(sure!["sure"]!, /^[0-9a-f]{64}$/);
    const same = await hashes("b.ts", metric("sure", "probabilities", 1, "two"), "last");
    assert.deepEqual(same, sure, "a comment");
    const other = await hashes("c.ts", metric("sure", "probabilities", 2, "one"), "last");
    assert.notEqual(other!["sure"], sure!["sure"]);
    const counted = metric("counted", "counts", 1, "one");
    assert.equal(await hashes("d.ts", counted, "last"), undefined, "it is computed anew");
    const chooses = await hashes("e.ts", counted, "validation-counted");
    assert.deepEqual(Object.keys(chooses!), ["counted"]);
  }));

Deno.test("two data under one name never meet in one table", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, GRID);
    const mine = runs.filter(({ name }) => name === "irm");
    for (const { id } of mine) {
      const path = join(out, "runs", id, "record.json");
      const record = JSON.parse(await Deno.readTextFile(path));
      record.data.fingerprint = "feedbeef00000000";
      await Deno.writeTextFile(path, JSON.stringify(record));
    }
    const store = await readStore(out);
    const tables = new Map(store.runs.map(({ name, apart }) => [name, apart]));
    assert.equal(tables.get("irm"), "data feedbeef");
    assert.match(tables.get("erm")!, /^data [0-9a-f]{8}$/);
    assert.match(store.notes.join(), /Images called digits were not the same for all runs/);
    await buildReport(out);
    const names = (await Array.fromAsync(Deno.readDir(join(out, "report/tables"))))
      .map(({ name }) => name).filter((name) => /^digits-data-[0-9a-f]{8}\.csv$/.test(name));
    assert.equal(names.length, 2);
    for (const name of names) {
      const text = await Deno.readTextFile(join(out, "report/tables", name));
      assert.equal(/^erm,/m.test(text) && /^irm,/m.test(text), false, name);
    }
  }));

Deno.test("neither do two ways to name, count or group the same images", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, GRID);
    const { id } = runs.find(({ name }) => name === "irm")!;
    const path = join(out, "runs", id, "record.json");
    const written = await Deno.readTextFile(path);
    // deno-lint-ignore no-explicit-any
    const changes: ((data: any) => unknown)[] = [
      (data) => data.classes[0] = "another",
      (data) => data.domains.reverse(),
      (data) => data.shots.many = 3,
      (data) => data.counts.train[0][0] += 1,
      (data) => data.fingerprint = data.fingerprint.slice(0, 8) + "00000000",
      (data) => data.fingerprint = data.fingerprint.toUpperCase(),
    ];
    for (const change of changes) {
      const record = JSON.parse(written);
      change(record.data);
      await Deno.writeTextFile(path, JSON.stringify(record));
      const store = await readStore(out);
      const tables = Map.groupBy(store.runs, tableOf);
      assert.equal(tables.size, 2, String(change));
      const others = [...tables.values()].map((own) => own.some((run) => run.id === id));
      assert.deepEqual(others.sort(), [false, true]);
      assert.match(store.notes.join(), /^Images called digits [^.]* in tables of their own: /);
    }
  }));

Deno.test("an edited method is trained anew, or kept and marked; --redo trains what it names", () =>
  withFolder(async (folder) => {
    const plugin = join(folder, "mine.ts");
    const erm = await Deno.readTextFile(new URL("../../methods/erm.ts", import.meta.url));
    const root = new URL("../../", import.meta.url).href;
    const write = (weight: number, comment = "") =>
      Deno.writeTextFile(
        plugin,
        erm.replaceAll('from "./', `from "${root}methods/`)
          .replaceAll('from "../', `from "${root}`)
          .replace('name: "erm"', 'name: "mine"')
          .replace('title: "ERM"', `title: "Mine ${weight}"`) + comment,
      );
    await write(1);
    const out = join(folder, "out");
    const run = async (...more: string[]) => {
      const args = [...TINY, "--methods", "erm,mine", "--plugin", plugin, "--out", out, "--json"];
      const { code, out: said, err } = await cli("bench", ...args, ...more);
      assert.equal(code, 0, err + said);
      return { ...lastEvent(said), said: said + err } as Record<string, unknown> & { said: string };
    };
    assert.equal((await run()).done, 2);
    await write(1, "\n// A remark.\n");
    assert.equal((await run()).existing, 2);
    await write(2);
    const kept = await run("--keep-old");
    assert.equal(kept.existing, 2);
    assert.match(
      kept.said,
      /1 finished run \(mine\) is kept as --keep-old asks, although the method/,
    );
    const page = await Deno.readTextFile(join(out, "report/index.html"));
    assert.match(
      page,
      /Figures of an earlier state \(mine; 1 run\), kept although the method mine/,
    );
    const anew = await run();
    assert.equal(anew.done, 1);
    assert.match(
      anew.said,
      /1 finished run \(mine\) is trained anew: the method mine has been edited/,
    );
    assert.equal((await Array.fromAsync(Deno.readDir(join(out, "former")))).length, 1);
    const redo = await run("--redo", "erm");
    assert.deepEqual([redo.done, redo.existing], [1, 1]);
    const unknown = await cli("bench", ...TINY, "--methods", "erm", "--redo", "emr", "--out", out);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /Cannot find a run to do again named "emr": did you mean "erm"\?/);
  }));

Deno.test("a module counts however it is named: in either quotes, without names, later, as a text", async () => {
  const ways = [
    `import { part } from './part.ts';\nexport default part;\n`,
    `import { part } from "./part.ts"; export default part;\n`,
    `import part from "./part.json" with { type: "json" }; export default part.part;\n`,
    `import "./part.ts";\nexport default 1;\n`,
    `const { part } = await import("./part.ts");\nexport default part;\n`,
    `export default () => import('./part.ts');\n`,
    'export default Deno.readTextFileSync(new URL("./part.json", import.meta.url));\n',
  ];
  for (const text of ways) {
    const hash = (part: number) =>
      sourceHash("file:///a/mine.ts", {
        read(url) {
          if (url.endsWith("mine.ts")) return Promise.resolve(text);
          const parts = [`export const part = ${part};\n`, `{ "part": ${part} }\n`];
          return Promise.resolve(parts[url.endsWith(".json") ? 1 : 0]!);
        },
        counts: () => true,
      });
    assert.equal(await hash(1), await hash(1), text);
    assert.notEqual(await hash(1), await hash(2), text);
  }
  const gone = 'export default () => import("./gone.ts");\n';
  const read = (url: string) =>
    url.endsWith("mine.ts") ? Promise.resolve(gone) : Promise.reject(new Error("not there"));
  assert.match(
    await sourceHash("file:///a/mine.ts", { read, counts: () => true }),
    /^[0-9a-f]{64}$/,
  );
});
