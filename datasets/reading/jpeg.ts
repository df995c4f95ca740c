/**
 * JPEG files by libjpeg-turbo, as WebAssembly in the thread that asks.
 *
 * It gives Pillow's bytes, as libvips does, and begins at once, where libvips needs a millisecond.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Image } from "./decode.ts";

/** What is used of the module of `@cwasm/jpeg-turbo`: the TurboJPEG interface. */
interface TurboJpeg {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(at: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): number;
  tjDecompressHeader3(
    handle: number,
    file: number,
    bytes: number,
    width: number,
    height: number,
    subsampling: number,
    colours: number,
  ): number;
  tjDecompress2(
    handle: number,
    file: number,
    bytes: number,
    out: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
}

const RGB = 0;
/** More pixels than a photograph has: a damaged size must not fill the memory. */
const LARGEST = 1 << 27;
/** An instance that has grown beyond this is not kept, since its memory cannot shrink. */
const KEPT = 1 << 26;

let module: WebAssembly.Module | undefined;
let kept: TurboJpeg | undefined;

function start(): TurboJpeg {
  if (module === undefined) {
    const file = fileURLToPath(import.meta.resolve("@cwasm/jpeg-turbo/jpeg-turbo.wasm"));
    module = new WebAssembly.Module(Deno.readFileSync(file));
  }
  // The library leaves by longjmp when it cannot go on; files and output it has no need of.
  const leave = () => {
    throw new Error("libjpeg has given up");
  };
  const system = ["environ_get", "proc_exit", "fd_close", "fd_seek", "fd_write"];
  const { exports } = new WebAssembly.Instance(module, {
    env: { setjmp: () => 0, longjmp: leave },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      ...Object.fromEntries(system.map((name) => [name, leave])),
    },
  });
  return exports as unknown as TurboJpeg;
}

/** Whether a file begins as a JPEG does. */
export function isJpeg(file: Uint8Array): boolean {
  return file[0] === 0xff && file[1] === 0xd8;
}

/**
 * Decodes a JPEG file; undefined when libjpeg finds anything wrong with it, or knows no way from its
 * colours to red, green and blue.
 */
export function decodeJpeg(file: Uint8Array): Image | undefined {
  const turbo = kept ??= start();
  kept = undefined; // until all has gone well: after a failure nothing in there can be trusted
  try {
    const handle = turbo.tjInitDecompress();
    const input = turbo.malloc(file.length);
    const header = turbo.malloc(16);
    if (handle === 0 || input === 0 || header === 0) return undefined;
    new Uint8Array(turbo.memory.buffer).set(file, input);
    const numbers = [header, header + 4, header + 8, header + 12] as const;
    if (turbo.tjDecompressHeader3(handle, input, file.length, ...numbers) !== 0) return undefined;
    const [width, height] = new Int32Array(turbo.memory.buffer, header, 2) as unknown as Size;
    if (!(width > 0 && height > 0 && width * height <= LARGEST)) return undefined;
    const out = turbo.malloc(width * height * 3);
    if (out === 0) return undefined;
    // Its answer is not 0 after a mere warning too: damage that it could get over.
    const answer = turbo.tjDecompress2(handle, input, file.length, out, width, 0, height, RGB, 0);
    if (answer !== 0) return undefined;
    const pixels = new Uint8Array(turbo.memory.buffer, out, width * height * 3).slice();
    [input, header, out].forEach(turbo.free);
    turbo.tjDestroy(handle);
    if (turbo.memory.buffer.byteLength <= KEPT) kept = turbo;
    return { pixels, width, height };
  } catch {
    return undefined;
  }
}

type Size = readonly [width: number, height: number];
