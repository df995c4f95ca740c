/** What a file may just be and what it may no longer be: every bound of the schemas, from both sides. */
import assert from "node:assert/strict";
import type { z } from "zod";
import { Folder } from "../../bench/records/folder.ts";
import { FAILURE, JOBS, PLAN, PLANNED_RUN, RUN_RECORD } from "../../bench/records/schema.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

/** A value that may be anything, as one that was read from a file. */
type Open = ReturnType<typeof JSON.parse>;

const MOST = 1099511627776; // 2⁴⁰
const COUNT = [[0, 1, MOST], [-1, 0.5, MOST + 1, "1"]] as const;
const AT_LEAST_0 = [[0, 0.5, 1e300], [-1e-9, NaN, Infinity]] as const;
const TEXT = [["", "a".repeat(100_000)], ["a".repeat(100_001), 5]] as const;
const SOME_TEXT = [["a"], [""]] as const;
const SHA256 = [["0af".repeat(21) + "9"], [
  "0".repeat(63),
  "0".repeat(65),
  "g".repeat(64),
]] as const;
const ID = [["0123456789abcdef"], ["0".repeat(15), "0".repeat(17), "A".repeat(16)]] as const;
const NAME = [["a", "digits-synth_2.1"], ["", "a/b", "..", "a b"]] as const;

/** A field's path, values that it may have, and values that it may not. */
type Bound = readonly [path: string, ...(readonly [readonly unknown[], readonly unknown[]])];

const SPEC: readonly Bound[] = [
  ["dataset.name", ...NAME],
  ["dataset.imageSize", [0, 65536], [-1, 65537, 1.5]],
  ["dataset.leaveOut", [["a"], ["a", "b"]], [[], ["a", "b", "c"]]],
  ["dataset.leaveOut.0", ...SOME_TEXT],
  ["dataset.settings", [{}, { ["k".repeat(100)]: 1 }], [{ ["k".repeat(101)]: 1 }]],
  ["dataset.settings.one", [0, -1.5, false, "", "v".repeat(1000)], ["v".repeat(1001), null, []]],
  ["method.name", ...NAME],
  ["method.version", ...COUNT],
  ["seed", ...COUNT],
  ["training.network.name", ...NAME],
  ["training.network.width", [0, 0.5, 1000], [-0.1, 1000.1]],
  ["training.network.dropout", [0, 0.999], [-0.1, 1]],
  ["training.network.weights", ...SHA256],
  ["training.network.frozen", [{ name: "a", weights: "0".repeat(64), features: true }], [
    { name: "a", weights: "0".repeat(64), features: false },
    { name: "a" },
  ]],
  ["training.steps", ...COUNT],
  ["training.batch", ...COUNT],
  ["training.checkpointEvery", ...COUNT],
  ["training.learningRate", ...AT_LEAST_0],
  ["training.weightDecay", ...AT_LEAST_0],
  ["training.selection", ["", "s".repeat(200)], ["s".repeat(201)]],
  ["training.traceTest", [true], [false]],
  ["engine.threads", [0, 65536], [-1, 65537, 1.5]],
  ["command", [{ line: "a", sha256: "0".repeat(64) }], [{ line: "", sha256: "0".repeat(64) }]],
];

const RECORD: readonly Bound[] = [
  ...SPEC.map(([path, ...values]): Bound => [`spec.${path}`, ...values]),
  ["id", ...ID],
  ["name", ...SOME_TEXT],
  ["outcome", [{ status: "diverged", step: 0, term: "" }], [{ status: "diverged", step: -1 }]],
  ["data.title", ...TEXT],
  ["data.domains", [["a"], ["a", "b"]], [[]]],
  ["data.domains.0", ...SOME_TEXT],
  ["data.classes", [[""], ["a", "b"]], [[]]],
  ["data.counts.train", [[], [[]], [[0, 1, MOST]]], [[[-1]], [[0.5]], [[MOST + 1]], [0], 0]],
  ["result.step", [null, ...COUNT[0]], COUNT[1]],
  ["result.averaged", [{ from: 0, to: 0 }], [{ from: -1, to: 0 }, { from: 0, to: -1 }]],
  ["result.validation", [[[[0]]]], [[[[-1]]]]],
  ["result.test", [[[[0]]]], [[[[-1]]]]],
  ["result.calibration", [[[]], [[{ images: 0, correct: 0, confidence: 0 }]]], [
    [[{ images: -1, correct: 0, confidence: 0 }]],
    [[{ images: 0, correct: -1, confidence: 0 }]],
    [[{ images: 0, correct: 0, confidence: -1 }]],
  ]],
  ["curve.0.step", ...COUNT],
  ["sources", [{ method: null, network: null }], [{ method: "", network: null }]],
  ["files", [{}, { "a.csv": "0".repeat(64) }], [{ "a/b": "0".repeat(64) }, { "a.csv": "" }]],
  ["sha256", ...SHA256],
  ...["seconds", "trainingSeconds", "evaluationSeconds", "dataSeconds", "peakMemory", "memoryAbove"]
    .map((name): Bound => [`timing.${name}`, ...AT_LEAST_0]),
  ["timing.runsBefore", ...COUNT],
];

const PLANNED: readonly Bound[] = [
  ["id", ...ID],
  ["name", ...SOME_TEXT],
  ["study", [{ name: "a", method: "a", levels: {} }], [
    { name: "", method: "a", levels: {} },
    { name: "a", method: "", levels: {} },
  ]],
  ["trial", ...COUNT],
  ["kept", ...TEXT],
  ["program.folder", ...SOME_TEXT],
  ["program.minutes", ...AT_LEAST_0],
  ["program.memory", ...COUNT],
];

const WHOLE: readonly Bound[] = [
  ["search.settings", ...COUNT],
  ["search.by", ["", "s".repeat(200)], ["s".repeat(201)]],
  ["sha256", ...SHA256],
];

/** Whether a value may stand there, as far as types and ranges say. */
function accepts(schema: z.ZodType, sound: unknown, path: string, value: unknown): boolean {
  const changed: Open = structuredClone(sound);
  const keys = path.split(".");
  const last = keys.pop()!;
  keys.reduce((place, key) => place[key] ??= {}, changed)[last] = value;
  const { error } = schema.safeParse(changed);
  return !(error?.issues ?? []).some((issue) =>
    issue.code !== "custom" || issue.message.includes("whole numbers")
  );
}

function check(schema: z.ZodType, sound: unknown, bounds: readonly Bound[]): void {
  for (const [path, right, wrong] of bounds) {
    for (const value of right) {
      assert.ok(accepts(schema, sound, path, value), `${path} may be ${said(value)}`);
    }
    for (const value of wrong) {
      assert.ok(!accepts(schema, sound, path, value), `${path} may not be ${said(value)}`);
    }
  }
}

const said = (value: unknown) => (JSON.stringify(value) ?? String(value)).slice(0, 60);

Deno.test("what a record, a plan, a failure and a queue's jobs may hold ends where it should", () =>
  inFolder(async (out) => {
    const grid = { datasets: DATASETS.slice(0, 1), methods: ["erm"], seeds: [0] };
    const { runs, ...plan } = await writeStore(out, grid);
    const { id, name, spec } = runs[0]!;
    const record = (await new Folder(out).record(id))! as Open;
    record.spec.dataset.leaveOut = ["a"];
    check(RUN_RECORD, record, RECORD);
    const run = { id, name, spec, program: { folder: "a" } };
    check(PLANNED_RUN, run, PLANNED);
    check(PLAN, { ...plan, search: { protocol: "once", by: "last", settings: 1 } }, WHOLE);
    check(FAILURE, { id, name, spec, error: "", at: "" }, [["id", ...ID], ["error", ...TEXT]]);
    check(JOBS, [{ what: "a", job: "1", ids: [id] }], [
      ["0.job", ["1", "0123456789"], ["", "1a", "-1"]],
      ["0.ids.0", ...ID],
    ]);
  }));
