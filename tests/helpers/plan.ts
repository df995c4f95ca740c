/**
 * Plans of what is in the repository.
 *
 * @module
 */
import { builtin } from "../../bench/catalogue.ts";
import { plan as planFrom, type PlannedRun, type Request } from "../../bench/plan/plan.ts";

/** The runs of a request. */
export const plan = (request: Request): PlannedRun[] => planFrom(request, builtin());
