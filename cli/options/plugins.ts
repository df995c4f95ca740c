/**
 * Plugins that a folder's runs were made with and that were not given with a command.
 *
 * @module
 */
import { oneLine } from "../../base/errors.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import type { Manifest } from "../../bench/records/record.ts";

/** A sentence on plugins that a plan names and the catalogue lacks; null where it has all. */
export function missingPlugins(
  manifest: Pick<Manifest, "plugins"> | null,
  { plugins: given }: Pick<Catalogue, "plugins">,
): string | null {
  const missing = (manifest?.plugins ?? []).filter(({ specifier, sha256 }) =>
    !given.some((plugin) => plugin.specifier === specifier || plugin.sha256 === sha256)
  ).map(({ specifier }) => specifier);
  if (missing.length === 0) return null;
  const [plugins, it, its] = missing.length === 1
    ? ["plugin", "it", "its"]
    : ["plugins", "each", "their"];
  return oneLine(
    `These runs used the ${plugins} ${
      missing.join(" and ")
    }; give ${it} with --plugin, or ${its} ` +
      `metrics, titles and sections are missing`,
  );
}
