/**
 * The sections of a report, built one beside the other.
 *
 * @module
 */
import type { ReportContext } from "../context.ts";
import type { PageSection } from "../page/page.tsx";
import { isSection, type SectionDefinition } from "../section.ts";
import { SECTIONS } from "./mod.ts";

/** Every section of a report with its tables and charts: this repository's and the catalogue's. */
export async function buildSections(ctx: ReportContext): Promise<PageSection[]> {
  const definitions: readonly SectionDefinition[] = [
    ...SECTIONS,
    ...ctx.catalogue.sections.filter(isSection),
  ];
  const sections = await Promise.all(definitions.map(async (definition) => {
    const { name: id, title, link = title } = definition;
    const built = [await definition.build(ctx) ?? []].flat();
    return built.map((section) => ({ id, title, link: section.title ?? link, ...section }));
  }));
  return sections.flat();
}
