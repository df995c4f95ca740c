/** A file of its own, since only the first run of a process shows what is made before the compiler. */
import assert from "node:assert/strict";
import { prepareRun } from "../../bench/train/prepare.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import erm from "../../methods/erm.ts";
import { useBackend } from "../../testing/backend.ts";
import { debugDataset } from "../../testing/debug_dataset.ts";

await useBackend();

const spec: RunSpec = {
  format: 2,
  dataset: { name: "debug", imageSize: 8, settings: {} },
  method: { name: "erm", version: 1, hyperparameters: {} },
  stage1: null,
  seed: 0,
  training: {
    network: { name: "resnet50", width: 1 },
    steps: 50,
    batch: 2,
    checkpointEvery: 50,
    learningRate: 1e-3,
    weightDecay: 0,
    selection: "last",
  },
  engine: { backend: "native", threads: 1, execution: "graph" },
};

Deno.test("a network with constants of its own runs as a graph in the first run of a process", async () => {
  const losses = [];
  for (const execution of ["graph", "eager"] as const) {
    const of = { ...spec, engine: { ...spec.engine, execution } };
    const run = prepareRun(of, { dataset: debugDataset(), method: erm });
    const feeds = await run.nextBatch(0);
    losses.push((await run.update(feeds, 0)).loss!);
    feeds.forEach((feed) => feed.dispose());
    run.dispose();
  }
  const [graph, eager] = losses as [number, number];
  assert.ok(Math.abs(graph - eager) < 1e-5 * eager, `${graph} and ${eager}`);
});
