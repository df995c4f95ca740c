import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { RUN_AS_TEST } from "../helpers/processes.ts";

const program = fileURLToPath(new URL("digits_cnn_program.ts", import.meta.url));

async function losses(backend: string): Promise<number[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...RUN_AS_TEST, program, backend],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("native and wasm agree on the digits CNN's loss over 5 updates", {
  ignore: (Deno.env.get("MDLT_TEST_BACKEND") ?? "native") !== "native",
}, async () => {
  const [native, wasm] = await Promise.all([losses("native"), losses("wasm")]);
  assert.equal(native.length, 5);
  assert.ok(native[4]! !== native[0]!);
  native.forEach((loss, step) => {
    assert.ok(
      Math.abs(loss - wasm[step]!) <= 1e-4 * loss,
      `step ${step}: ${loss} and ${wasm[step]}`,
    );
  });
});
