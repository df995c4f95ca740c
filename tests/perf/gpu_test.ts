import assert from "node:assert/strict";
import { visibleGpus } from "../../tensor/backend.ts";
import { fileURLToPath } from "node:url";
import { RUN_AS_TEST } from "../helpers/processes.ts";

async function perf(...args: string[]) {
  const main = fileURLToPath(new URL("../../perf/main.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...RUN_AS_TEST, main, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, out: text(stdout).split("\n"), err: text(stderr) };
}

Deno.test({
  name: "perf --gpu says in a sentence that there is no GPU",
  ignore: (await visibleGpus()).length > 0,
  async fn() {
    const { code, err } = await perf("--gpu");
    assert.equal(code, 2);
    assert.match(err, /^Cannot measure on a GPU: TensorFlow \S+ sees none on this machine; .*\.$/);
  },
});

Deno.test("perf --gpu can be tried out on a CPU, from the first step to the golden files", async () => {
  const { code, out, err } = await perf(
    ...["--gpu", "--device", "cpu", "--small", "--threads", "1", "--pairs", "1"],
  );
  assert.equal(code, 0, err);
  const lines = out.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const [device, graph, xla, repeated, golden] = lines;
  assert.equal(device.device, "cpu");
  for (const { name, ours } of [graph, xla]) assert.ok(ours > 0, name);
  assert.deepEqual(repeated, { name: "repeated-run", largestDifference: 0 });
  assert.match(golden.result, /^\d+ passed, 0 failed$/);
  const [head, , row] = out.filter((line) => line.startsWith("|"));
  assert.equal(row!.split("|").length, head!.split("|").length);
  assert.match(out.at(-1)!, /^A repeated run gives the same bits\. Golden files: /);
});
