import assert from "node:assert/strict";
import { projectPath } from "../../base/paths.ts";
import { prepareApart, preparedNote } from "../../tensor/native/provision_process.ts";
import { narrowRun } from "../../base/rights.ts";

Deno.test("a backend is prepared in a process of its own, which comes to an end", async () => {
  assert.equal(await prepareApart("wasm", {}), "wasm");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...narrowRun("provision"),
      projectPath("tensor/native/provision_process.ts"),
      "wasm",
    ],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
});

Deno.test("what was fetched is told in one line, with size and time", () => {
  const totals = new Map([["downloading tensorflow-cpu", 262e6], ["compiling the addon", 1]]);
  assert.equal(
    preparedNote(totals, 31_400),
    "Prepared native TensorFlow, once for this machine: 262 MB fetched, 31 s.",
  );
});
