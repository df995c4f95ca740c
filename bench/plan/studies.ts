/**
 * The runs of a study.
 *
 * @module
 */
import { find, UsageError } from "../../base/errors.ts";
import {
  type BehaviourStudy,
  distinctStudies,
  type Study,
  studyOf,
  type TrainingStudy,
} from "../../methods/study.ts";
import type { Catalogue } from "../catalogue.ts";
import { plan, type PlannedRun, type Request } from "./plan.ts";

/** What is studied: a study by its name, and methods in place of those that define it. */
export interface StudyRequest extends Omit<Request, "methods"> {
  readonly study: string;
  readonly methods?: readonly string[] | undefined;
}

/**
 * The runs of a study, settings in its order. Their names tell the settings apart; one run may stand
 * in several places, as the defaults do among the values of several parameters.
 *
 * @param note As in {@linkcode plan}.
 * @throws {UsageError} When a name is not known, or no method is named where any may be studied.
 */
export function planStudy(
  request: StudyRequest,
  catalogue: Catalogue,
  note?: (sentence: string) => void,
): PlannedRun[] {
  const { studies } = catalogue;
  const { name } = find("study", request.study, distinctStudies(studies));
  const methods = request.methods ?? definedFor(name, studies);
  const said = new Set<string>();
  const noteOnce = (sentence: string) => {
    if (!said.has(sentence)) note?.(sentence);
    said.add(sentence);
  };
  return methods.flatMap((method) => {
    const study = trainingStudy(name, method, studies);
    const { checkpoints } = study;
    return study.settings.flatMap(({ label, levels, hyperparameters }) => {
      const changes = Object.entries(hyperparameters).map(([key, value]) =>
        [`${method}.${key}`, value] as const
      );
      return plan(
        {
          ...request,
          methods: [method],
          settings: [...request.settings, ...changes],
          ...(checkpoints !== undefined && { checkpoints }),
        },
        catalogue,
        noteOnce,
      ).map((run) => ({
        ...run,
        name: `${run.name}: ${label}`,
        study: { name, method, levels },
      }));
    });
  });
}

/** The methods that have a study of their own by that name. */
function definedFor(name: string, studies: readonly Study[]): string[] {
  const methods = studies.filter((study) => study.name === name)
    .flatMap(({ method }) => method ?? []);
  if (methods.length > 0) return methods;
  throw new UsageError(`Cannot run the study "${name}" of no method: give one with --method`);
}

function trainingStudy(name: string, method: string, studies: readonly Study[]): TrainingStudy {
  const study: TrainingStudy | BehaviourStudy | undefined = studyOf(studies, name, method);
  if (study === undefined) {
    throw new UsageError(
      `Cannot run the study "${name}" of "${method}": it is defined for ${
        definedFor(name, studies).join(", ")
      }`,
    );
  }
  if ("settings" in study) return study;
  throw new UsageError(
    `Cannot train the study "${name}": it asks records that are there already`,
  );
}
