import { counts, type Delivery } from '../model/delivery.ts';
import type { ChangeReport, HostReport, Outcome, RunReport } from '../model/event.ts';
import { deliveryNote } from './delivery-text.ts';
import { isoTime, present } from './plain.ts';
import { type Document, escapeXml as xml } from './printable.ts';
import { placeText } from './problem-text.ts';
import type { Cleaned } from './redact.ts';
import { docsOf, textOf } from './text-of.ts';

/**
 * One <testsuite> per host; in it one <testcase> per change and per destination of its data, and one named "outcome" for
 * the verdict.
 * Written when the run is over.
 */
export function junit({ run, verb, hosts, startedAt, finishedAt }: Cleaned<RunReport>): Document {
  const casesOf = ([name, host]: readonly [string, HostReport]): readonly string[] => [
    ...host.changes.map((change) => changeCase(name, change)),
    ...(host.facts?.delivery ?? []).map((delivery) => deliveryCase(name, delivery)),
    verdictCase(name, host),
  ];
  const suites = Object.entries(hosts).map((entry) => {
    const [name, host] = entry;
    const cases = casesOf(entry);
    const timestamp = isoTime(host.startedAt ?? startedAt).slice(0, 19);
    return `  <testsuite name="${xml(name)}" ${countsOf(cases)} time="${host.durationMs / 1000}" timestamp="${timestamp}" hostname="${xml(name)}">
    <properties><property name="run" value="${xml(run)}"/><property name="verb" value="${xml(verb)}"/></properties>
${cases.join('')}  </testsuite>
`;
  });
  const counts = countsOf(Object.entries(hosts).flatMap(casesOf));
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${xml(`alloyup ${verb}`)}" ${counts} time="${((finishedAt ?? startedAt) - startedAt) / 1000}">
${suites.join('')}</testsuites>
` as Document;
}

function countsOf(cases: readonly string[]): string {
  const having = (mark: string): number => cases.filter((text) => text.includes(mark)).length;
  return `tests="${cases.length}" failures="${having('<failure ')}" skipped="${having('<skipped ')}"`;
}

function changeCase(host: string, { step, title, state }: ChangeReport): string {
  const open = `    <testcase classname="${xml(host)}.${xml(step)}" name="${xml(title)}"`;
  const failed = (how: string): string =>
    `${open}><failure type="${xml(step)}" message="${xml(title)}: ${how}"/></testcase>\n`;
  const skipped = (why: string): string => `${open}><skipped message="${why}"/></testcase>\n`;
  return {
    done: `${open}/>\n`,
    failed: failed('failed'),
    undone: failed('rolled back'),
    pending: skipped('not started'),
    running: skipped('not finished'),
  }[state];
}

function deliveryCase(host: string, delivery: Delivery): string {
  const { component, destination, state } = delivery;
  const name = `data to ${destination ?? component}`;
  const open = `    <testcase classname="${xml(host)}.delivery" name="${xml(name)}"`;
  if (state === 'idle') return `${open}><skipped message="nothing to send yet"/></testcase>\n`;
  if (!counts(delivery)) return `${open}/>\n`;
  const note = deliveryNote(delivery) ?? state;
  return `${open}><failure type="delivery.${state}" message="${xml(note)}"/></testcase>\n`;
}

const FINE: readonly (Outcome | null)[] = ['unchanged', 'changed', 'pending'];

function verdictCase(host: string, { outcome, problem, durationMs }: HostReport): string {
  const open = `    <testcase classname="${xml(host)}" name="outcome" time="${durationMs / 1000}"`;
  if (outcome === 'skipped') return `${open}><skipped message="not started"/></testcase>\n`;
  if (FINE.includes(outcome)) return `${open}/>\n`;
  const said = problem && textOf(problem);
  const message = said?.message ?? outcome ?? 'not finished';
  const text = present(
    problem?.at && `at ${placeText(problem.at)}`,
    problem?.detail,
    said?.hint && `help: ${said.hint}`,
    problem && `see ${docsOf(problem)}`,
  ).join('\n');
  return `${open}><failure type="${xml(problem?.code ?? outcome ?? 'unknown')}" message="${xml(message)}">${xml(text)}</failure></testcase>\n`;
}
