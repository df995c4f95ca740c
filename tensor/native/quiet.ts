/**
 * Loading a library that writes to standard error while it is loaded, without its talk.
 *
 * TensorFlow 2.21 says a few words there before it reads how much it may say
 * (`TF_CPP_MIN_LOG_LEVEL`), and each worker process would repeat them.
 *
 * @module
 */

/**
 * Does the work with the process's standard error turned to nowhere, where the C library allows
 * that; else does it all the same.
 */
export async function withoutStandardError<T>(work: () => Promise<T>): Promise<T> {
  const restore = silence();
  try {
    return await work();
  } finally {
    restore();
  }
}

function silence(): () => void {
  try {
    const name = Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6";
    const c = Deno.dlopen(name, {
      dup: { parameters: ["i32"], result: "i32" },
      dup2: { parameters: ["i32", "i32"], result: "i32" },
      open: { parameters: ["buffer", "i32"], result: "i32" },
      close: { parameters: ["i32"], result: "i32" },
    }).symbols;
    const [standardError, writeOnly] = [2, 1];
    const nowhere = c.open(new TextEncoder().encode("/dev/null\0"), writeOnly);
    const saved = c.dup(standardError);
    if (nowhere < 0 || saved < 0) return () => {};
    c.dup2(nowhere, standardError);
    c.close(nowhere);
    return () => {
      c.dup2(saved, standardError);
      c.close(saved);
    };
  } catch {
    return () => {}; // another C library, or foreign functions are not allowed: let it talk
  }
}
