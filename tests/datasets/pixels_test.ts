import assert from "node:assert/strict";
import { sha256 } from "./helpers.ts";

const file = (name: string) =>
  Deno.readFile(new URL(`../../datasets/reading/pixels/${name}`, import.meta.url));

Deno.test("pixels: the compiled kernel is that of its source (else: deno task build:pixels)", async () => {
  const kernel = await WebAssembly.compile(await file("kernel.wasm") as Uint8Array<ArrayBuffer>);
  const [written] = WebAssembly.Module.customSections(kernel, "source");
  assert.equal(new TextDecoder().decode(written), sha256(await file("kernel.as.ts")));
});
