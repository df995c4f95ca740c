/**
 * Records of records, flat: the names of each one's entries behind a prefix.
 *
 * @module
 */

/** A record's entries, each name behind a prefix. */
export function withPrefix<T>(
  prefix: string,
  record: Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [prefix + name, value]),
  );
}

/** The entries that {@linkcode withPrefix} put behind a prefix. */
export function withoutPrefix<T>(
  prefix: string,
  record: Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : []
    ),
  );
}
