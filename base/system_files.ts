/**
 * Linux's files on processes (`/proc`). Deno keeps them from every process that may not do
 * everything; one that may call the C library reads and writes them through it.
 *
 * @module
 */

const READ_ONLY = 0, WRITE_ONLY = 1;

/** The text of such a file; null where it cannot be had. */
export async function readSystemFile(path: string): Promise<string | null> {
  return await Deno.readTextFile(path).catch(() => throughLibrary(path, READ_ONLY, readAll));
}

/** Writes into such a file; false where that cannot be. */
export async function writeSystemFile(path: string, text: string): Promise<boolean> {
  const bytes = new TextEncoder().encode(text);
  const through = () =>
    throughLibrary(
      path,
      WRITE_ONLY,
      ({ write }, file) => Number(write(file, bytes, BigInt(bytes.length))) === bytes.length,
    ) ?? false;
  return await Deno.writeTextFile(path, text, { create: false }).then(() => true, through);
}

const FUNCTIONS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

type Library = Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"];

/** Works on a file that the C library has opened; null where there is none, or no leave. */
function throughLibrary<T>(
  path: string,
  mode: number,
  work: (library: Library, file: number) => T,
): T | null {
  if (Deno.build.os !== "linux") return null;
  try {
    const library = Deno.dlopen("libc.so.6", FUNCTIONS);
    const file = library.symbols.open(new TextEncoder().encode(`${path}\0`), mode);
    try {
      return file < 0 ? null : work(library.symbols, file);
    } finally {
      if (file >= 0) library.symbols.close(file);
      library.close();
    }
  } catch {
    return null; // another C library, or it may not be called
  }
}

function readAll({ read }: Library, file: number): string {
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(65536);
  let text = "";
  for (let n; (n = Number(read(file, bytes, BigInt(bytes.length)))) > 0;) {
    text += decoder.decode(bytes.subarray(0, n), { stream: true });
  }
  return text;
}
