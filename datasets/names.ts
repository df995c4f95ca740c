/**
 * What domains and classes cannot be called.
 *
 * @module
 */
import { DataError } from "../base/errors.ts";

/** What tables and files call the figures that are not of one domain. */
export const NOT_DOMAINS: readonly string[] = ["average", "worst", "all", "pooled"];

/**
 * A domain may not be called as what tables put in a domain's place.
 *
 * @throws {DataError} When it is, or as {@linkcode requireClassName}.
 */
export function requireDomainName(name: string): void {
  requireDrawable("domain", name);
  if (!NOT_DOMAINS.includes(name.toLowerCase())) return;
  throw new DataError(
    `A domain cannot be called "${name}", since tables call the figures over domains so; give it ` +
      `another name.`,
  );
}

/**
 * A class may not be called as what every object of JavaScript has, such as `toString`.
 *
 * @throws {DataError} When it is: Vega takes such a word in a chart for one of its own.
 */
export const requireClassName = (name: string): void => requireDrawable("class", name);

function requireDrawable(what: string, name: string): void {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(name)) {
    throw new DataError(
      `A ${what} cannot be called ${
        JSON.stringify(name)
      }, which has a line break or another control ` +
        `character; give it a name of letters.`,
    );
  }
  if (!(name in Object.prototype)) return;
  throw new DataError(
    `A ${what} cannot be called "${name}", a word of JavaScript's that charts cannot be drawn with; ` +
      `give it another name.`,
  );
}
