/**
 * `deno task test:fuzz [FACTOR]`: the tests with damaged files, with FACTOR (20) times as many cases.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "--allow-all",
    "--no-check",
    "--filter=damaged files",
    fileURLToPath(new URL("../datasets", import.meta.url)),
    fileURLToPath(new URL("../base/safetensors_test.ts", import.meta.url)),
  ],
  env: { MDLT_FUZZ: Deno.args[0] ?? "20", NO_COLOR: "1" },
}).spawn().status;
Deno.exit(code);
