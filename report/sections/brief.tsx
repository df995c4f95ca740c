/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * What a reader should know after ten seconds: which methods beat the control, by how much, and how
 * sure that is.
 *
 * @module
 */
import { cautions } from "../analysis/cautions.ts";
import type { Controlled } from "../analysis/control.ts";
import {
  controlSentence,
  type Finding,
  findings,
  headlines,
  type Lead,
  nothingYet,
  notLearnedSentences,
  ranksSentence,
} from "../analysis/summary.ts";
import { sameFigure } from "../analysis/tested.ts";
import { forestChart } from "../charts/forest.ts";
import type { ReportContext } from "../context.ts";
import { Charts } from "../page/chart_view.tsx";
import { defineSection } from "../section.ts";
import { changesSentences } from "../tables/changes.ts";
import { spreadSpeaksFor } from "../tables/captions.ts";
import { sensitivityWords, verdictTerms } from "../tables/control.ts";
import { figureTitle, listed } from "../tables/format.ts";
import { controlTerms } from "./dataset.tsx";

export default defineSection({
  name: "brief",
  title: "In brief",
  build: (ctx) => {
    const found = findings(ctx.comparisons(), ctx.controlled(), ctx.metrics.primary);
    const terms = controlTerms(ctx);
    const primary = primaryQuestion(ctx).find((figure) => sameFigure(figure, ctx.headline));
    const charts = terms && primary ? [forestChart(primary, terms)] : [];
    return {
      charts,
      view: (
        <>
          <div class="lead">{sentences(ctx, found).map((sentence) => <p>{sentence}</p>)}</div>
          {charts.length > 0 && <Charts charts={charts} />}
          <Cards findings={found} />
          {found.length > 0 && <Legend ctx={ctx} />}
          <Cautions cautions={cautions(ctx.store, ctx.datasets())} />
        </>
      ),
    };
  },
});

/** Every method beside the control: over all data sets where there are several, else on the one. */
function primaryQuestion(ctx: ReportContext): Controlled[] {
  const over = ctx.controlledAcross();
  return over.length > 0 ? over : ctx.datasets().length === 1 ? ctx.controlled() : [];
}

function sentences(ctx: ReportContext, findings: readonly Finding[]): string[] {
  const unfinished = ctx.store.runs.some((run) => run.state.status === "missing");
  const control = ctx.control();
  const primary = primaryQuestion(ctx).filter(({ metric }) => metric === ctx.metrics.primary)
    .sort((a, b) => b.domain.localeCompare(a.domain)); // the worst domain first
  const seen = primary[0]?.seen;
  const ranks = ranksSentence(ctx.across(), ctx.alpha);
  const changes = ctx.changes();
  return [
    ...(findings.length === 0 && primary.length === 0 && ctx.controlled().length === 0
      ? [nothingYet(ctx.store)]
      : []),
    ...(findings.length > 0 && unfinished
      ? ["Runs are still to come: what follows is preliminary."]
      : []),
    ...(control ? primary.map((figure) => controlSentence(figure, control.title)) : []),
    ...(seen
      ? [
        `On ${figureTitle(primary[0]!)} ${sensitivityWords(seen, primary[0]!.metric)}: smaller ` +
        "ones may well be there.",
      ]
      : []),
    ...headlines(findings),
    ...(ranks ? [ranks] : []),
    ...notLearnedSentences(ctx.datasets()),
    ...(changes ? changesSentences(changes) : []),
  ];
}

function Cards({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul class="cards">
      {[...Map.groupBy(findings, ({ dataset }) => dataset)].map(([dataset, own]) => (
        <li>
          <h3>
            <a href={`#data-${dataset.name}`}>{dataset.title}</a>
          </h3>
          <dl>{own.map((finding) => <Card finding={finding} />)}</dl>
        </li>
      ))}
    </ul>
  );
}

function Card({ finding }: { finding: Finding }) {
  const { decimals, unit } = finding.metric.scale;
  const { domain, metric, highest, score, second, control, hardest } = finding;
  return (
    <div>
      <dt>
        {metric.better === "max" ? "Highest" : "Lowest"} mean {figureTitle(finding)}
      </dt>
      <dd>
        <strong>{listed(highest)}</strong>{" "}
        <span>
          {score.mean.toFixed(decimals)}
          {unit && ` ${unit}`}
          {score.sd !== null && ` ± ${score.sd.toFixed(decimals)}`}
        </span>
        <LeadView lead={control} />
        {second?.over !== control?.over && <LeadView lead={second} />}
        {othersSentences(finding).map((sentence) => <p>{sentence}</p>)}
        {domain === "worst" && hardest && (
          <p>
            Hardest for it: {hardest.class} in {hardest.domain} (F1 {hardest.f1.toFixed(2)})
          </p>
        )}
      </dd>
    </div>
  );
}

function LeadView({ lead }: { lead: Lead | null }) {
  if (!lead) return null;
  const told = lead.verdict === "better" || lead.verdict === "worse";
  return (
    <p>
      {lead.difference} {lead.difference === null ? "Beside" : "beside"} {lead.over}:{" "}
      <span class={told ? "yes" : "no"}>{lead.words}</span>
    </p>
  );
}

/** How the method stands to all others by the tests of all pairs. */
function othersSentences({ others }: Finding): string[] {
  const { better, worse } = others;
  const open = others["not told apart"];
  const equivalent = others["equivalent within the margin"];
  const untested = others["not tested"];
  const tested = better.length + worse.length + open.length + equivalent.length;
  if (tested === 0) return [];
  const named = (names: readonly string[]) =>
    `${[...names.slice(0, 2), ...(names.length > 2 ? ["…"] : [])].join(", ")}`;
  return [
    `Of all pairs with it: better than ${better.length} of ${tested}` +
    (open.length > 0 ? `; not told apart from ${open.length} (${named(open)})` : "") +
    (equivalent.length > 0
      ? `; equivalent within the margin to ${equivalent.length} (${named(equivalent)})`
      : "") +
    (untested.length > 0 ? `; not tested beside ${untested.length} (${named(untested)})` : ""),
    ...(worse.length > 0 ? [`Worse than ${listed(worse)}, which lacks seeds that it has`] : []),
  ];
}

function Legend({ ctx }: { ctx: ReportContext }) {
  const terms = controlTerms(ctx);
  const spreads = new Set(
    ctx.datasets().map(({ methods }) => spreadSpeaksFor(methods.flatMap(({ runs }) => runs))),
  );
  return (
    <p class="caption">
      ± is the standard deviation over seeds, brackets are {Math.round(100 * (1 - ctx.alpha))}{" "}
      % intervals: of a difference to {terms?.title ?? "a control"}{" "}
      alone, of one to the second together with all other pairs. Tests are moderated paired t tests
      over seeds, Holm-corrected over all methods beside{" "}
      {terms?.title ?? "a control"}, or over all pairs. {terms && verdictTerms(terms)}{" "}
      {[...spreads].join(" ")}
    </p>
  );
}

function Cautions({ cautions }: { cautions: readonly string[] }) {
  if (cautions.length === 0) return null;
  return (
    <div class="cautions">
      <h3>To be aware of</h3>
      <ul>
        {cautions.map((caution) => <li>{caution}</li>)}
      </ul>
    </div>
  );
}
