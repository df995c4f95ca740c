/**
 * The sections of a report, in the order of the page.
 *
 * @module
 */
import type { SectionDefinition } from "../section.ts";
import brief from "./brief.tsx";
import cite from "./cite.tsx";
import changes from "./changes.tsx";
import data from "./data.tsx";
import dataset from "./dataset.tsx";
import failures from "./failures.tsx";
import images from "./images.tsx";
import overview from "./overview.tsx";
import pairs from "./pairs.tsx";
import runs from "./runs.tsx";
import studies from "./studies.tsx";
import unseen from "./unseen.tsx";
import tests from "./tests.tsx";

export const SECTIONS: readonly SectionDefinition[] = [
  brief,
  pairs,
  failures,
  changes,
  overview,
  dataset,
  tests,
  images,
  unseen,
  studies,
  data,
  runs,
  cite,
];
