/** What a run costs its process, whatever the process did before. */
import assert from "node:assert/strict";
import { startMeter } from "../../bench/execute/meter.ts";

const MIB = 2 ** 20;
const known = Deno.build.os === "linux";

/** Memory that is written to, and given back by the system when it is let go. */
function use(mebibytes: number): number {
  const memory = new WebAssembly.Memory({ initial: 16 * mebibytes });
  return new Uint8Array(memory.buffer).fill(1).length;
}

Deno.test({
  name: "a run's memory is above what the process held before",
  ignore: !known,
  fn: async () => {
    const first = await startMeter();
    use(200);
    const large = await first();
    assert(large.memoryAbove! > 150 * MIB, String(large.memoryAbove));
    const second = await startMeter();
    use(10);
    const small = await second();
    assert(small.memoryAbove! < 100 * MIB, "an earlier run's peak is not this one's");
    assert.equal(small.runsBefore, large.runsBefore! + 1);
  },
});
