/** How steps are executed where nothing else is asked for: it decides ids, and so must not move. */
import assert from "node:assert/strict";
import { usualExecution } from "../../bench/records/execution.ts";

Deno.test("runs of 50 steps and more are compiled, of 500 and more by XLA, WebAssembly's never", () => {
  assert.deepEqual([0, 49, 50, 499, 500, 5000].map((steps) => usualExecution(steps, "native")), [
    ...["eager", "eager", "graph", "graph", "xla", "xla"],
  ]);
  for (const steps of [0, 50, 500]) assert.equal(usualExecution(steps, "wasm"), "eager");
});
