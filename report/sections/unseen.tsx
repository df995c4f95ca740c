/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * Domains that were left out of the training: a section for each data set.
 *
 * @module
 */
import { UNSEEN_RULES } from "../../bench/plan/unseen.ts";
import { sameFigure } from "../analysis/tested.ts";
import { forestChart } from "../charts/forest.ts";
import { studyChart } from "../charts/studies.ts";
import { unseenChart } from "../charts/unseen.ts";
import type { ReportContext, Unseen } from "../context.ts";
import { Charts } from "../page/chart_view.tsx";
import { Folded, TableView } from "../page/table_view.tsx";
import { defineSection, type Section } from "../section.ts";
import { controlTable } from "../tables/control.ts";
import { studyTable } from "../tables/studies.ts";
import { anovaTable, comparisonsTable } from "../tables/tests.ts";
import { unseenFiguresTable, type UnseenResults, unseenTable } from "../tables/unseen.ts";
import { controlTerms } from "./dataset.tsx";

export default defineSection({
  name: "unseen",
  title: "Unseen domains",
  build(ctx) {
    const rules = ctx.unseen();
    const [first] = rules;
    if (first === undefined) return null;
    const sections = first.ctx.datasets().map((_, place) => sectionOf(rules, place));
    const all = rules.flatMap(({ rule, ctx }) =>
      ctx.datasets().map((dataset): UnseenResults => ({ rule, dataset }))
    );
    const figures = unseenFiguresTable(all, ctx.catalogue.metrics);
    const tests = anovaTable(all.map(({ dataset }) => dataset), [...first.ctx.figures]);
    const files: Section = {
      id: "unseen-files",
      tables: [figures, {
        ...tests,
        name: "unseen-anova",
        title: `${tests.title}, unseen domains`,
      }],
      view: null,
    };
    return [...sections, ...studiesOf(first), files];
  },
});

/** One data set by every rule, the tests and charts by the usual one. */
function sectionOf(rules: readonly Unseen[], place: number): Section {
  const { ctx } = rules[0]!;
  const dataset = ctx.datasets()[place]!;
  const title = dataset.data?.title ?? dataset.methods[0]?.spec.dataset.name ?? dataset.title;
  const { primary, tested } = ctx.metrics;
  const metrics = [primary, ...tested.filter((metric) => metric !== primary)];
  const tables = rules.map(({ rule, ctx }) =>
    unseenTable({ rule, dataset: ctx.datasets()[place]! }, title, metrics)
  );
  const terms = controlTerms(ctx);
  const controlled = ctx.controlled().filter((figure) =>
    figure.dataset === dataset && figure.domain === "average"
  );
  const headline = controlled.find((figure) =>
    sameFigure(figure, { domain: "average", metric: primary })
  );
  const beside = terms && controlled.length > 0
    ? [controlTable(`${dataset.name}-control`, controlled, terms)]
    : [];
  const compared = comparisonsTable(
    `${dataset.name}-comparisons`,
    ctx.comparisons().filter((comparison) =>
      comparison.dataset === dataset && comparison.domain === "average"
    ),
    ctx.alpha,
  );
  const charts = [
    unseenChart(dataset, title, primary),
    terms && headline ? forestChart(headline, terms) : null,
  ].filter((chart) => chart !== null);
  const [main, ...others] = tables;
  return {
    id: `unseen-${dataset.name}`,
    title: `Unseen domains of ${title}`,
    tables: [...tables, ...beside, compared],
    charts,
    view: (
      <>
        {rulesMissing(rules) && <p>{rulesMissing(rules)}</p>}
        <TableView table={main!} />
        {others.map((table) => <Folded table={table} />)}
        {beside.map((table) => <Folded table={table} />)}
        <Folded table={compared} title="Every method beside the highest mean" />
        <Charts charts={charts} />
      </>
    ),
  };
}

/** Why a rule has no table; null when all have. */
function rulesMissing(rules: readonly Unseen[]): string | null {
  const missing = UNSEEN_RULES.filter((rule) => !rules.some((own) => own.rule === rule));
  if (missing.length === 0) return null;
  return `There is no table by ${missing.map(({ title }) => title).join(" and ")}: no runs leave ` +
    `out two domains, which takes three domains and more, and a plan without --no-cross-validation.`;
}

/** The studies of methods by their figures in unseen domains. */
function studiesOf({ ctx }: { ctx: ReportContext }): Section[] {
  const found = ctx.studies();
  if (found.length === 0) return [];
  const charts = found.flatMap((results) => studyChart(results) ?? []);
  const tables = found.map(studyTable);
  return [{
    id: "unseen-studies",
    title: "Studies in unseen domains",
    tables,
    charts,
    view: (
      <>
        <Charts charts={charts} />
        {tables.map((table) => <Folded table={table} />)}
      </>
    ),
  }];
}
