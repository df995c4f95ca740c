/**
 * Which stages a method that was asked for consists of.
 *
 * @module
 */
import { find, UsageError } from "../../base/errors.ts";
import type { Method } from "../../methods/method.ts";
import type { Catalogue } from "../catalogue.ts";

/** The stages of every method asked for; `all` is every method and the registered two-stage variants. */
export function expandMethods(
  names: readonly string[],
  { methods, twoStage }: Pick<Catalogue, "methods" | "twoStage">,
): Method[][] {
  const all = [...methods.map(({ name }) => name), ...twoStage];
  return names.flatMap((name) => (name === "all" ? all : [name]))
    .map((name) => stagesOf(name, methods));
}

function stagesOf(name: string, methods: readonly Method[]): Method[] {
  const given = name.split("+").map((part) => find("method", part.trim(), methods));
  const first = given[0]!;
  const stages = first.stage1 === undefined
    ? given
    : [...stagesOf(first.stage1, methods), ...given];
  stages.slice(1).forEach((second, i) => requireHeir(stages[i]!, second));
  return stages;
}

/** A second stage that takes over a classifier must hand it what the first one does. */
function requireHeir(first: Method, second: Method): void {
  if (second.inherits !== "network" || first.classifierInputs === second.classifierInputs) return;
  throw new UsageError(
    `Cannot train ${first.name}+${second.name}: ${second.name} takes over the classifier of its ` +
      `first stage, and that of ${first.name} does not take an image's features alone; put another ` +
      `first stage before it`,
  );
}
