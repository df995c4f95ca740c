import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { arrange } from "../../report/analysis/arrange.ts";
import { readStore } from "../../report/folder.ts";
import { buildReport } from "../../report/mod.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

Deno.test("methods on several networks are told apart in tables, tests and charts", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      datasets: DATASETS.slice(1, 3),
      methods: ["erm", "boda", "boda+crt"],
      networks: ["resnet18", "resnet50"],
      seeds: [0, 1, 2],
    });
    const { path } = await buildReport(out);
    const rows = async (name: string): Promise<Record<string, string>[]> =>
      parse(await Deno.readTextFile(join(out, name)), { columns: true });

    const results = await rows("results.csv");
    assert.deepEqual(
      new Set(results.map(({ network }) => network)),
      new Set(["resnet18", "resnet50"]),
    );
    const methods = (await rows("report/tables/vlcs.csv")).map(({ method }) => method);
    assert.deepEqual(methods, [
      "erm × resnet18",
      "erm × resnet50",
      "boda × resnet18",
      "boda+crt × resnet18",
      "boda × resnet50",
      "boda+crt × resnet50",
    ]);
    const pairs = (await rows("report/tables/pairs.csv")).filter(({ dataset, domain, metric }) =>
      dataset === "vlcs" && domain === "worst" && metric === "macro_f1"
    );
    assert.equal(pairs.length, (6 * 5) / 2);
    const ranks = await rows("report/tables/ranks.csv");
    for (const { method, improvement } of ranks) {
      assert.equal(improvement === "", method!.startsWith("erm"), "each beside ERM on its network");
    }
    const page = await Deno.readTextFile(path);
    assert.match(page, /BODA × ResNet-18/);
    assert.doesNotMatch(page, /not trained alike/);
  }));

Deno.test("networks of different widths are named with theirs", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      datasets: DATASETS.slice(1, 2),
      methods: ["erm"],
      networks: ["resnet18", "resnet50"],
      seeds: [0],
    });
    const labels = async (widths: Readonly<Record<string, number>>) => {
      const store = await readStore(out);
      const runs = store.runs.map((run) => {
        const { training } = run.spec;
        const { name } = training.network;
        const network = { ...training.network, width: widths[name]! };
        return { ...run, spec: { ...run.spec, training: { ...training, network } } };
      });
      return arrange({ ...store, runs }).flatMap(({ methods }) => methods.map((m) => m.label));
    };
    const different = await labels({ resnet18: 0.125, resnet50: 1 });
    assert.deepEqual(different, ["erm × resnet18:0.125", "erm × resnet50"]);
    const alike = await labels({ resnet18: 0.5, resnet50: 0.5 });
    assert.deepEqual(alike, ["erm × resnet18", "erm × resnet50"]);
  }));
