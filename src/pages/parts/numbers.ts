import { OUTCOMES } from '../../model/event.ts';
import type { Run } from '../../report/fold.ts';
import { duration, isoTime, present } from '../../report/plain.ts';
import type { NamedHost } from '../columns.ts';
import { type Html, html } from '../html.ts';
import { toneOf, wordOf } from '../run-data.ts';
import type { Tone } from '../tone.ts';
import { MARKS } from '../tone.ts';

export interface Verdict {
  readonly text: string;
  readonly tone: Tone;
}

/** How the run ended, in one sentence. */
export function verdictOf(run: Run, hosts: readonly NamedHost[]): Verdict {
  const { verb, finishedAt, interrupted } = run;
  const all = hosts.length;
  const having = (tone: Tone): number =>
    hosts.filter(([, { outcome }]) => toneOf(outcome) === tone).length;
  const of = (n: number): string =>
    all === 1
      ? '1 host'
      : n === all
        ? `All ${all.toLocaleString('en')} hosts`
        : `${n.toLocaleString('en')} of ${all.toLocaleString('en')} hosts`;
  if (all === 0) return { text: 'No hosts', tone: 'idle' };
  const bad = having('bad');
  if (bad > 0) return { text: `${of(bad)} ${bad === 1 ? 'needs' : 'need'} attention`, tone: 'bad' };
  if (finishedAt === null)
    return { text: 'The log ends here: the run was cut off or is still in progress', tone: 'warn' };
  const idle = having('idle');
  if (interrupted || idle > 0)
    return { text: `${interrupted ? 'Interrupted: ' : ''}${of(idle)} not changed`, tone: 'warn' };
  const pending = having('warn');
  const changed = hosts.filter(([, { outcome }]) => outcome === 'changed').length;
  if (pending > 0)
    return {
      text: `${of(pending)} ${verb === 'plan' ? 'would change' : pending === 1 ? 'needs changes' : 'need changes'}`,
      tone: 'warn',
    };
  if (changed === 0) return { text: `${of(all)} up to date`, tone: 'good' };
  const done = { rollback: 'rolled back', remove: 'without Alloy' } as const;
  const word = verb === 'rollback' || verb === 'remove' ? done[verb] : 'changed and proven';
  return { text: `${of(changed)} ${word}`, tone: 'good' };
}

/** When the run was, and how it ended for programs. */
export function factsLine({ startedAt, finishedAt, exitCode, askedMs }: Run): Html {
  const started = isoTime(startedAt);
  const said = present(
    finishedAt !== null && `took ${duration(finishedAt - startedAt)}`,
    askedMs > 0 && `of which ${duration(askedMs)} for approval`,
    exitCode !== null && `exit code ${exitCode}`,
  );
  return html`<p class="dim">Started <time datetime="${started}">${started.slice(0, 19).replace('T', ' ')} UTC</time>${said.map((one) => `, ${one}`)}</p>`;
}

/** Hosts by outcome. Each number shows its hosts. */
export function numbersPart({ verb }: Run, hosts: readonly NamedHost[]): Html {
  const rows = [...OUTCOMES, null].flatMap((outcome) => {
    const n = hosts.filter(([, host]) => host.outcome === outcome).length;
    return n === 0 ? [] : [{ outcome, n }];
  });
  return html`<ul class="numbers">
<li><a href="#all=hosts"><strong>${hosts.length.toLocaleString('en')}</strong> ${hosts.length === 1 ? 'host' : 'hosts'}</a></li>
${rows.map(
  ({
    outcome,
    n,
  }) => html`<li><a href="#outcome=${outcome ?? 'none'}"><strong class="${toneOf(outcome)}"><span aria-hidden="true">${MARKS[toneOf(outcome)]}</span> ${n.toLocaleString('en')}</strong> ${wordOf(outcome, verb)}</a></li>
`,
)}</ul>`;
}
