/**
 * Leaving out domains of a data set.
 *
 * @module
 */
import { DataError, notFoundMessage } from "../base/errors.ts";
import type { Dataset, Domain } from "./dataset.ts";

/**
 * A data set in two parts: what is trained on, and domains that are not. Of the latter no image is to
 * be trained on, so their classes count as never seen.
 *
 * @param names Domains of the data set.
 * @throws {DataError} When one is not known, or none would be left to train on.
 */
export function withoutDomains<T extends Dataset>(
  dataset: T,
  names: readonly string[],
): { readonly seen: T; readonly unseen: readonly Domain[] } {
  const { domains } = dataset;
  const known = domains.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new DataError(notFoundMessage(`a domain of ${dataset.name} named`, unknown, known));
  }
  const seen = domains.filter(({ name }) => !names.includes(name));
  if (seen.length === 0) {
    throw new DataError(
      `Cannot leave out ${names.join(" and ")} of ${dataset.name}: no domain would be left.`,
    );
  }
  return {
    seen: { ...dataset, domains: seen },
    unseen: domains.filter(({ name }) => names.includes(name)),
  };
}
