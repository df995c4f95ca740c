/**
 * Which tests are about which code.
 *
 * @module
 */
import { basename } from "node:path";
import { projectPath } from "../../../base/paths.ts";
import { isFile } from "../../../base/files.ts";

/** Test files, of which only some tests where there is a filter. */
export interface Tests {
  readonly files: readonly string[];
  readonly filter?: string;
}

/** A part of the code. */
interface Area {
  readonly folder: string;
  /** The tests of one of its files, by its name, before all others. */
  readonly own: (name: string) => readonly Tests[];
  /** The tests of all of it, the quick ones first. */
  readonly tests: readonly string[];
}

const bench = (...names: string[]) => names.map((name) => `tests/bench/${name}_test.ts`);
const report = (...names: string[]) => names.map((name) => `tests/report/${name}_test.ts`);

const AREAS: readonly Area[] = [
  {
    folder: "metrics",
    own: () => [],
    tests: ["tests/metrics", ...report("metrics", "calibration"), ...bench("trainer", "learning")],
  },
  {
    folder: "report/analysis",
    own: (name) => [{ files: report(name) }],
    tests: [
      ...report("statistics", "summary", "family", "compare", "control", "multiple", "effects"),
      ...report("metrics", "cautions", "claims", "joined", "unseen", "studies", "mod", "images"),
      ...report("leaderboard", "listing", "behaviours", "embedding", "grid", "table", "section"),
      ...["tests/cli/power_test.ts", "tests/report/page_test.ts"],
    ],
  },
  {
    folder: "bench/records",
    own: (name) => [{ files: bench(name) }],
    tests: [
      ...bench("door", "store", "learning", "data_seed", "format1", "progress", "leave_out"),
      ...[...report("joined", "metrics"), "tests/import/record_test.ts"],
      ...bench("resume", "plan", "search", "checksums", "outdated", "plugin"),
    ],
  },
  {
    folder: "methods",
    own: (name) => [
      {
        files: ["tests/methods/figures_test.ts", "tests/golden/golden_test.ts"],
        filter: name,
      },
      { files: [`tests/methods/${name}_test.ts`] },
      { files: ["tests/methods/conformance_test.ts"], filter: `/\\b${name}\\b/` },
    ],
    tests: [
      ...["figures", "definitions", "limits", "styles", "quantile", "brl"]
        .map((name) => `tests/methods/${name}_test.ts`),
      ...[
        "tests/golden/golden_test.ts",
        "tests/bench/mistakes_test.ts",
        "tests/base/setting_test.ts",
      ],
      ...["tests/methods/conformance_test.ts", ...bench("resume", "studies", "plan")],
    ],
  },
];

/** The folder whose tests a file has; undefined where it has none. */
export function areaOf(file: string): string | undefined {
  return find(file)?.folder;
}

/** The tests that are asked about a file, one after the other. */
export async function testsOf(file: string): Promise<Tests[]> {
  const area = find(file);
  if (area === undefined) return [{ files: ["tests"] }];
  const all = [
    ...area.own(basename(file, ".ts")),
    ...area.tests.map((path) => ({ files: [path] })),
  ];
  const there: Tests[] = [];
  for (const tests of all) {
    const found = await Promise.all(
      tests.files.map((path) => path.endsWith(".ts") ? isFile(projectPath(path)) : true),
    );
    const files = tests.files.filter((_, i) => found[i]);
    if (files.length > 0) there.push({ ...tests, files });
  }
  return there;
}

function find(file: string): Area | undefined {
  return AREAS.find(({ folder }) => file.startsWith(`${folder}/`));
}
