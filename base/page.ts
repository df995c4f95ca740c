/**
 * What every page of the suite has: a policy by hashes, scripts for a browser, and the same ground
 * under its style.
 *
 * @module
 */
import { createHash } from "node:crypto";
import * as modules from "node:module"; // an older Deno lacks a name of it

/**
 * A content security policy by which a browser runs and applies these texts, and nothing that data
 * might bring.
 *
 * @param more Further directives, such as `img-src data:`.
 */
export function pagePolicy(
  scripts: readonly string[],
  style: string,
  more: readonly string[],
): string {
  return [
    "default-src 'none'",
    `script-src ${scripts.map(hash).join(" ") || "'none'"}`,
    `style-src ${hash(style)}`,
    ...more,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** TypeScript as a browser reads it. */
export function browserScript(typescript: string): string {
  return modules.stripTypeScriptTypes(typescript);
}

/** The rules that all pages share, before a page's own. */
export async function pageStyle(own: string): Promise<string> {
  const { default: shared } = await import("./page.css", { with: { type: "text" } });
  return `${shared}\n${own}`;
}
