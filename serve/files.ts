/**
 * The files of a report as a browser is given them.
 *
 * @module
 */
import { isSafeName } from "../base/names.ts";
import { findInside } from "./inside.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  md: "text/plain; charset=utf-8",
  tex: "text/plain; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  pdf: "application/pdf",
};

/**
 * What a report may do, whoever wrote it: run the scripts that its own policy names, apart from this
 * server's page, and ask nothing of any address.
 */
const POLICY = "connect-src 'none'; object-src 'none'; frame-src 'none'; form-action 'none'; " +
  "frame-ancestors 'none'; sandbox allow-scripts allow-downloads allow-popups allow-modals";

/** The names of the parts of a path to something of a report; null for any other path. */
export function reportPath(pathname: string): string[] | null {
  if (pathname === "/results.csv") return ["results.csv"];
  const [first, ...names] = pathname.slice(1).split("/");
  if (first !== "report" || names.length === 0 || names.length > 3) return null;
  return names.every(isSafeName) ? ["report", ...names] : null;
}

/** A file of a report; null when there is none. */
export async function reportFile(out: string, parts: readonly string[]): Promise<Response | null> {
  const found = await findInside(out, ...parts);
  if (!found?.isFile) return null;
  const file = await Deno.open(found.path).catch(() => null);
  if (file === null) return null;
  const ending = /\.(\w+)$/.exec(parts.at(-1)!)?.[1] ?? "";
  return new Response(file.readable, {
    headers: {
      "content-type": TYPES[ending] ?? "application/octet-stream",
      "content-length": String(found.size),
      "content-security-policy": POLICY,
    },
  });
}
