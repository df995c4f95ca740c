/**
 * Which code is changed, and which tests are asked about it.
 *
 * @module
 */

/** The parts of the code that are changed. */
const AREAS = ["metrics", "report/analysis", "bench/records", "methods"];

/** The tests that are asked: those of these folders … */
const ASKED = /^tests\/(bench|golden|import|methods|metrics|report)\/\w+_test\.ts$/;

/**
 * … but for those that train whole grids in other processes, start a browser or, but for the tests of
 * a single method, train all methods.
 */
const SLOW =
  /\/(methods\/conformance|checksums|crash|machines|npm|outcomes|plugin|search|slurm|stall|studies|accessibility|checkpoint|downloads|folders|latex|predictions|page|pdf)_test\.ts$/;

/** Files beside the methods that are none. */
const NO_METHOD = /^methods\/(hyperparameter|method|mod|objective|study)\.ts$/;

/** Tests of every method, whose names say of which. */
const BY_NAME = ["methods/figures", "golden/golden", "methods/modes", "methods/conformance"];

/** The part of the code to which a file belongs; undefined where it belongs to none. */
export function areaOf(file: string): string | undefined {
  return AREAS.find((folder) => file.startsWith(`${folder}/`));
}

/** Whether a file holds tests that are asked. */
export function isAsked(file: string): boolean {
  return ASKED.test(file) && !SLOW.test(file);
}

/** A test file, of which only some tests where there is a pattern of their names. */
export interface Asked {
  readonly test: string;
  readonly filter?: string;
}

/** The tests that are about every method, which are asked before others. */
export function namedAfter(file: string): Asked[] {
  const [, name] = /^methods\/(\w+)(?:\.ts$|\/)/.exec(file) ?? [];
  if (name === undefined || NO_METHOD.test(file)) return [];
  const settings = { test: "tests/docs/generated_test.ts" }; // the pages say those of every method
  if (name === "parts") return [settings];
  const filter = `/\\b${name}\\b/`;
  return [...BY_NAME.map((name) => ({ test: `tests/${name}_test.ts`, filter })), settings];
}
