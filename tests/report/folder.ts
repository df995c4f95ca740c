/** Hands a temporary folder to `work` and removes it afterwards. */
export async function inFolder(work: (out: string) => Promise<void>): Promise<void> {
  const out = await Deno.makeTempDir({ prefix: "report-" });
  try {
    await work(out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}
