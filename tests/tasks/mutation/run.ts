/**
 * Runs tests in a copy of the project.
 *
 * @module
 */

/** Minutes after which a program that only waits is ended. */
const MINUTES = 20;

/** How tests end. */
export type End = "passed" | "failed" | "endless";

/** How the tests of a file end, `endless` where so many seconds of a processor do not suffice. */
export async function endOf(
  copy: string,
  test: string,
  seconds: number,
  options: readonly string[] = [],
): Promise<End> {
  const folder = await Deno.makeTempDir({ prefix: "t-" }); // nothing that a test leaves stays
  const { success, signal } = await program(
    copy,
    [
      ...[
        "test",
        "-P=tests",
        "--no-check",
        "--quiet",
        "--fail-fast",
        ...options,
        test,
      ],
    ],
    { stdout: "null", env: { TMPDIR: folder } },
    seconds,
  );
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  return success ? "passed" : signal === "SIGXCPU" || signal === "SIGTERM" ? "endless" : "failed";
}

/** What Deno writes, given its arguments. */
export async function outputOf(copy: string, args: readonly string[]): Promise<string> {
  const { stdout } = await program(copy, args, { stdout: "piped" }, 600);
  return new TextDecoder().decode(stdout);
}

function program(
  cwd: string,
  args: readonly string[],
  { env, stdout }: { env?: Record<string, string>; stdout: "null" | "piped" },
  seconds: number,
): Promise<Deno.CommandOutput> {
  // Time of a processor, so that a busy machine makes no difference; one that waits for ever has none.
  return new Deno.Command("sh", {
    args: ["-c", `ulimit -S -t ${seconds}; exec "$@"`, "sh", Deno.execPath(), ...args],
    cwd,
    env: { MDLT_TEST_BACKEND: Deno.env.get("MDLT_TEST_BACKEND") ?? "native", ...env },
    stdin: "null",
    stdout,
    stderr: "null",
    signal: AbortSignal.timeout(60_000 * MINUTES),
  }).output();
}
