/**
 * `deno task audit`: known advisories on what `deno.lock` names; it fails for one that is not allowed.
 *
 * An allowed advisory has a reason and a last day, after which it counts again. Where the registry
 * cannot be asked, that is said, and nothing is taken for sound.
 *
 * @module
 */
import { print } from "../../base/terminal.ts";

/** An advisory that may stand for a while. */
export interface Allowed {
  /** Its number, such as `CVE-2022-25883`. */
  readonly id: string;
  /** Why it does not concern the suite. */
  readonly reason: string;
  /** The last day that it is allowed, as `2027-01-31`. */
  readonly until: string;
}

/** What is allowed today: nothing. */
export const ALLOWED: readonly Allowed[] = [];

/** The options of `deno audit` by which it leaves out what is allowed on a day. */
export function ignored(allowed: readonly Allowed[], today: string): string[] {
  const ids = allowed.filter(({ until }) => today <= until).map(({ id }) => id);
  return ids.length === 0 ? [] : [`--ignore=${ids.join(",")}`];
}

/** Whether `deno audit` says that the registry could not be asked. */
export function notAsked(errors: string): boolean {
  return /error sending request|client error|invalid response|not found|status code|404/i
    .test(errors);
}

if (import.meta.main) {
  const options = ignored(ALLOWED, new Date().toISOString().slice(0, 10));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["audit", "--level=moderate", ...options],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (success) {
    print(out!.trim() || "No known advisory of moderate severity or above");
  } else if (out!.trim() === "" && notAsked(err!)) {
    print("Not audited: the registry could not be asked for advisories");
    Deno.exit(Deno.args.includes("--required") ? 1 : 0);
  } else {
    print(`${out}${err}`);
    Deno.exit(1);
  }
}
