/**
 * A section of the report: what brings tables, charts and a part of the page, from this repository
 * or from a plugin.
 *
 * @module
 */
import type { Definition } from "../base/definition.ts";
import type { Chart } from "./charts/chart.ts";
import type { ReportContext } from "./context.ts";
import type { Table } from "./tables/table.ts";
import type { View } from "./types.ts";

/** What one section of the report is made of, once there are records. */
export interface Section {
  /** Anchor in the page; the definition's name when left out. */
  readonly id?: string;
  /** Heading; the definition's title when left out. */
  readonly title?: string;
  /** Name in the navigation; the definition's, or the heading, when left out. */
  readonly link?: string;
  /** Written as files, whether the page shows them or not. */
  readonly tables?: readonly Table[];
  /** Drawn and written as files; the page shows them where the view has a `<Charts>` of them. */
  readonly charts?: readonly Chart[];
  /** Texts that the page hands out, by the names of their files beside the tables. */
  readonly texts?: Readonly<Record<string, string>>;
  /** What the page shows; null for files alone. */
  readonly view: View | null;
}

/** How a section is built from what is known of an output folder. */
export interface SectionDefinition extends Definition {
  /** What it is. */
  readonly kind: "section";
  /** Anchor in the page, and unique among sections. */
  readonly name: string;
  /** Heading in the page. */
  readonly title: string;
  /** Name in the navigation; the title when left out. */
  readonly link?: string;
  /** Builds the section, or several of them (one a data set, say); null when there is nothing. */
  build(
    ctx: ReportContext,
  ): Section | readonly Section[] | null | Promise<Section | readonly Section[] | null>;
}

/** Defines a section of the report. */
export function defineSection(section: Omit<SectionDefinition, "kind">): SectionDefinition {
  return { kind: "section", ...section };
}

/** Whether a definition is that of a section. */
export function isSection(definition: Definition): definition is SectionDefinition {
  return definition.kind === "section" && "build" in definition;
}
