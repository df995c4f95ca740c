/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * What a reader should know after ten seconds.
 *
 * @module
 */
import { cautions } from "../analysis/cautions.ts";
import {
  changesSentence,
  type Finding,
  findings,
  headlines,
  type Lead,
  nothingYet,
  overallSentence,
} from "../analysis/summary.ts";
import type { ReportContext } from "../context.ts";
import { defineSection } from "../section.ts";
import { figureTitle } from "../tables/format.ts";

export default defineSection({
  name: "brief",
  title: "In brief",
  build: (ctx) => {
    const found = findings(
      ctx.comparisons(),
      ctx.metrics.primary,
      ctx.baseline()?.name ?? null,
      ctx.alpha,
    );
    return {
      view: (
        <>
          <div class="lead">{sentences(ctx, found).map((sentence) => <p>{sentence}</p>)}</div>
          <Cards findings={found} />
          {found.length > 0 && <Legend alpha={ctx.alpha} />}
          <Cautions cautions={cautions(ctx.store, ctx.datasets())} />
        </>
      ),
    };
  },
});

function sentences(ctx: ReportContext, findings: readonly Finding[]): string[] {
  const unfinished = ctx.store.runs.some((run) => run.state.status === "missing");
  const overall = overallSentence(ctx.across(), ctx.alpha);
  const changes = ctx.changes();
  return [
    ...(findings.length === 0 ? [nothingYet(ctx.store)] : []),
    ...(findings.length > 0 && unfinished
      ? ["Runs are still to come: what follows is preliminary."]
      : []),
    ...headlines(findings),
    ...(overall ? [overall] : []),
    ...(changes ? [changesSentence(changes)] : []),
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
  const { domain, best, score, second, baseline, tested, hardest } = finding;
  return (
    <div>
      <dt>
        Best {figureTitle(finding)}
      </dt>
      <dd>
        <strong>{best}</strong>{" "}
        <span>
          {score.mean.toFixed(decimals)}
          {unit && ` ${unit}`}
          {score.sd !== null && ` ± ${score.sd.toFixed(decimals)}`}
        </span>
        <LeadView lead={second} />
        <LeadView lead={baseline} />
        {tested > 0 && <p>{levelSentence(finding)}</p>}
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
  return (
    <p>
      {lead.difference} over {lead.over}:{" "}
      <span class={lead.significant ? "yes" : "no"}>{lead.verdict}</span>
    </p>
  );
}

function levelSentence({ level, tested }: Finding): string {
  if (level.length === 0) return `Significantly better than all ${tested} others`;
  const named = [...level.slice(0, 2), ...(level.length > 2 ? ["…"] : [])];
  return `Not significantly worse: ${level.length} of ${tested} (${named.join(", ")})`;
}

function Legend({ alpha }: { alpha: number }) {
  return (
    <p class="caption">
      ± is the standard deviation over seeds. Significant: below the level {alpha}{" "}
      by Tukey's honestly significant differences over all pairs of methods, blocked by seed; by a
      paired t test, Holm-corrected over all pairs, where a method lacks seeds.
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
