/**
 * Unseen domains: which domains the runs of a plan leave out, and which methods can be trained on
 * what is left.
 *
 * Each domain that is asked for is left out in turn. For leave-one-domain-out cross-validation each
 * pair of it and another domain is left out too, by a run that serves both.
 *
 * @module
 */
import { notFoundMessage, UsageError } from "../../base/errors.ts";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import type { Method } from "../../methods/method.ts";

/** Stands for every domain of a data set. */
export const EACH = "each";

/** What is asked for of unseen domains. */
export interface LeaveOutRequest {
  /** Domains by name, or `each`; runs are trained on all domains when left out. */
  readonly leaveOut?: readonly string[] | undefined;
  /** Whether runs leave out pairs of domains too, for cross-validation; they do unless told. */
  readonly crossValidation?: boolean | undefined;
}

/** The domains of a data set that runs of a plan leave out. */
type Named = Pick<DatasetDefinition, "name" | "domains">;

/**
 * What the runs on a data set leave out, one entry for each run of a method and seed: nothing, or a
 * domain at a time, or two.
 *
 * @throws {UsageError} When a domain is not known, or none would be left.
 */
export function foldsOf(
  { leaveOut, crossValidation = true }: LeaveOutRequest,
  dataset: Named,
): readonly (readonly string[])[] {
  if (leaveOut === undefined) return [[]];
  const { name, domains } = dataset;
  if (domains.length < 2) {
    throw new UsageError(
      `Cannot leave out a domain of ${name}: it has one alone, ${domains[0]}, and there would be ` +
        `none to train on`,
    );
  }
  const targets = leaveOut.includes(EACH)
    ? domains
    : domains.filter((domain) => leaveOut.includes(domain));
  if (targets.length === 0) {
    throw new UsageError(notFoundMessage(`a domain of ${name} named`, leaveOut[0]!, domains));
  }
  const pairs = domains.flatMap((first, i) =>
    domains.slice(i + 1).filter((second) => targets.includes(first) || targets.includes(second))
      .map((second) => [first, second].sort())
  );
  const enough = crossValidation && domains.length > 2;
  return [...targets.map((target) => [target]), ...(enough ? pairs : [])];
}

/**
 * Looks whether every domain that is to be left out is one of some data set.
 *
 * @throws {UsageError} When one is not.
 */
export function requireDomains(
  { leaveOut = [] }: LeaveOutRequest,
  datasets: readonly Named[],
): void {
  for (const domain of leaveOut) {
    if (domain === EACH || datasets.some(({ domains }) => domains.includes(domain))) continue;
    const what = `a domain of ${datasets.map(({ name }) => name).join(", ")} named`;
    throw new UsageError(
      notFoundMessage(what, domain, [...new Set(datasets.flatMap(({ domains }) => domains)), EACH]),
    );
  }
}

/** The stages of a method that need more domains than are left to train on. */
export function wantingDomains(
  stages: readonly Method[],
  { domains }: Named,
  leaveOut: readonly string[],
): Method | undefined {
  const left = domains.length - leaveOut.length;
  return stages.find(({ minDomains = 1 }) => minDomains > left);
}

/** What is said of methods that are left out of a plan for want of domains; one sentence each. */
export class Wanting {
  readonly #methods = new Map<string, Set<string>>();

  /** Takes note of a method that cannot be trained on what is left of a data set. */
  add(method: Method, { name, domains }: Named, leaveOut: readonly string[]): void {
    const left = domains.filter((domain) => !leaveOut.includes(domain));
    const key = `${name} without ${leaveOut.join(" and ")}, which leaves ${left.join(" and ")}`;
    this.#methods.set(key, (this.#methods.get(key) ?? new Set()).add(method.name));
  }

  /** The sentences. */
  get notes(): string[] {
    return [...this.#methods].map(([where, methods]) =>
      `Not trained on ${where} alone, since they compare domains: ${[...methods].join(", ")}.`
    );
  }
}
