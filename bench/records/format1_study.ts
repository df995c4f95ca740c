/**
 * What plans of format 1 say of studies.
 *
 * @module
 */
import type { RunSpec, StudyTag } from "./record.ts";

/** What a run was for in a study, in a plan of format 1. */
export type StudyOfFormat1 =
  /** Which parts are on. */
  | { readonly kind: "ablation"; readonly parts: readonly string[] }
  /** A value of one hyperparameter, the others at their defaults. */
  | { readonly kind: "parameter"; readonly parameter: string; readonly value: number }
  /** A longer look at one training. */
  | { readonly kind: "convergence" }
  /** Another form of a part. */
  | { readonly kind: "variant"; readonly part: string; readonly variant: string };

/** The study that a planned run belongs to, whatever the plan's format; null for none. */
export function studyTagOf(
  { spec, study }: { readonly spec: RunSpec; readonly study?: StudyTag | StudyOfFormat1 },
): StudyTag | null {
  if (study === undefined) return null;
  return "kind" in study ? { ...translated(study), method: spec.method.name } : study;
}

function translated(study: StudyOfFormat1): Omit<StudyTag, "method"> {
  switch (study.kind) {
    case "ablation":
      return {
        name: "ablation",
        levels: Object.fromEntries(study.parts.map((part) => [part, true])),
      };
    case "parameter":
      return {
        name: "parameters",
        levels: { parameter: study.parameter, value: study.value },
      };
    case "convergence":
      return { name: "convergence", levels: {} };
    case "variant":
      return { name: "variants", levels: { part: study.part, form: study.variant } };
  }
}
