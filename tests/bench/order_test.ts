import assert from "node:assert/strict";
import { dirname } from "node:path";
import { builtin } from "../../bench/catalogue.ts";
import { longestFirst } from "../../bench/execute/order.ts";
import { Scheduler } from "../../bench/execute/scheduler.ts";
import type { PlannedRun, Request } from "../../bench/plan/plan.ts";
import { withFirstStages } from "../../bench/plan/plan.ts";
import { Store } from "../../bench/records/store.ts";
import { METHODS } from "../../methods/mod.ts";
import { plan } from "../helpers/plan.ts";
import { withFolder } from "./crash.ts";

const request: Request = {
  datasets: ["digits-synth"],
  methods: ["erm", "mldg", "irm"],
  seeds: [0, 1],
  preset: "quick",
  settings: [],
  selection: "validation-macro-f1",
  backend: "native",
  threads: 1,
};

const PATHS = { dataDir: undefined, splitsDir: undefined, cacheDir: "" };

const ordered = (change: Partial<Request>) => {
  const runs = withFirstStages(plan({ ...request, ...change }), METHODS);
  return longestFirst(runs, builtin()).map(({ name, spec }) => `${name} ${spec.seed}`);
};

Deno.test("the longest runs are begun first, equal ones in the order of the plan", () => {
  assert.deepEqual(ordered({}), ["mldg 0", "mldg 1", "erm 0", "erm 1", "irm 0", "irm 1"]);
  assert.deepEqual(ordered({ seeds: [1, 0], methods: ["erm"] }), ["erm 1", "erm 0"]);
});

Deno.test("a first stage is begun as early as the runs that wait for it ask", () => {
  const found = ordered({ methods: ["irm", "erm+crt"], seeds: [0] });
  assert.deepEqual(found, ["erm 0", "irm 0", "crt 0"]);
});

Deno.test("runs that have a record are settled before the first is handed out", () =>
  withFolder(async (folder) => {
    const runs = longestFirst(plan(request), builtin());
    const ended: string[] = [];
    const events = { onEnd: ({ id }: PlannedRun) => void ended.push(id) };
    const store = new Store(folder);
    const kept = runs.filter((_, i) => i % 2 === 1).map(({ id }) => id);
    for (const id of kept) {
      const path = store.pathOf(id, "record.json");
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, "{}"); // of whatever worth: it is settled as unusable
    }
    const session = { out: folder, catalogue: builtin(), paths: PATHS, events };
    using scheduler = new Scheduler(runs, store, session);
    const turn = await scheduler.next();
    assert.equal(turn!.run.id, runs[0]!.id, "the others keep their order");
    assert.deepEqual(ended, kept);
    assert.equal((await scheduler.next())!.run.id, runs[2]!.id);
  }));

Deno.test("when all runs are begun and there is room for more, that is said once", () =>
  withFolder(async (folder) => {
    const runs = plan({ ...request, methods: ["erm"] });
    let idle = 0;
    const events = { onIdle: () => void idle++ };
    const session = { out: folder, catalogue: builtin(), paths: PATHS, events };
    using scheduler = new Scheduler(runs, new Store(folder), session);
    const turns = [await scheduler.next(), await scheduler.next()];
    assert.equal(idle, 0);
    const others = [scheduler.next(), scheduler.next()];
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(idle, 1);
    for (const turn of turns) scheduler.settle(turn!.run, { status: "done" });
    assert.deepEqual(await Promise.all(others), [null, null]);
    assert.equal(idle, 1);
  }));
