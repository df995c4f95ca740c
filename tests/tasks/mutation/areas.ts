/**
 * Which code is changed, and which tests are asked about it.
 *
 * @module
 */
import { basename } from "node:path";

/** The parts of the code that are changed. */
const AREAS = ["metrics", "report/analysis", "bench/records", "methods"];

/** The tests that are asked: those of these folders … */
const ASKED = /^tests\/(bench|golden|import|methods|metrics|report)\/\w+_test\.ts$/;

/** … but for those that train whole grids in other processes or start a browser. */
const SLOW =
  /\/(checksums|crash|machines|npm|outcomes|plugin|search|slurm|stall|studies|accessibility|checkpoint|downloads|folders|latex|predictions|page|pdf)_test\.ts$/;

/** Files beside the methods that are none. */
const NO_METHOD = /\/(hyperparameter|method|mod|study)\.ts$/;

/** Tests whose names tell which file they are about. */
const BY_NAME = /\/(figures|golden|conformance)_test\.ts$/;

/** The part of the code to which a file belongs; undefined where it belongs to none. */
export function areaOf(file: string): string | undefined {
  return AREAS.find((folder) => file.startsWith(`${folder}/`));
}

/** Whether a file holds tests that are asked. */
export function isAsked(file: string): boolean {
  return ASKED.test(file) && !SLOW.test(file);
}

/** Which tests of a test file are about a file, as a pattern of names; undefined for all. */
export function filterOf(test: string, file: string): string | undefined {
  const isMethod = /^methods\/\w+\.ts$/.test(file) && !NO_METHOD.test(file);
  if (!isMethod || !BY_NAME.test(test)) return undefined;
  return `/\\b${basename(file, ".ts")}\\b/`;
}
