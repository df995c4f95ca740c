/**
 * `deno task build:pixels`: compiles `kernel.as.ts` to `kernel.wasm`, after a change of the former.
 *
 * AssemblyScript is fetched for this alone. The SHA-256 of the source is written into the result, so
 * that a test notices when the two no longer belong together.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const [source, target] = [path("kernel.as.ts"), path("kernel.wasm")];

const { success } = await new Deno.Command(Deno.execPath(), {
  // deno-fmt-ignore
  args: [
    "run", "--quiet", "--no-prompt", "--no-config", "--no-lock",
    "--allow-read", `--allow-write=${path(".")}`, "--allow-env",
    "npm:assemblyscript@0.28.20/asc", source, "--outFile", target,
    "-O3", "--converge", "--noAssert", "--runtime", "stub", "--enable", "simd",
  ],
}).spawn().status;
if (!success) Deno.exit(1);

const text = (value: string) => new TextEncoder().encode(value);
const hash = createHash("sha256").update(await Deno.readFile(source)).digest("hex");
const name = text("source");
const content = Uint8Array.of(name.length, ...name, ...text(hash));
// A custom section: 0, its length, its name, and whatever one likes.
await Deno.writeFile(target, Uint8Array.of(0, content.length, ...content), { append: true });
