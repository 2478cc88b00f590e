import type { RunEvent } from '../model/event.ts';
import type { Ledger } from '../report/fold.ts';
import type { Document } from '../report/printable.ts';
import type { Cleaned } from '../report/redact.ts';
import script from './browser/run.ts?bundled';
import { html } from './html.ts';
import { changesPart } from './parts/changes.ts';
import { type Configurations, configurationsSection } from './parts/configurations.ts';
import { deliveryPart, destinationsOf } from './parts/delivery.ts';
import { findingsPart } from './parts/findings.ts';
import { hostDialog, hostsPart } from './parts/hosts.ts';
import { factsLine, numbersPart, verdictOf } from './parts/numbers.ts';
import { timePart, timeSums } from './parts/time.ts';
import { timelinePart } from './parts/timeline.ts';
import { wavesPart } from './parts/waves.ts';
import style from './run.css';
import { runContents } from './run-data.ts';
import { pageDocument, section } from './shell.ts';
import { openTimeline } from './timeline.ts';

/** The page of a run: it is told every event, and keeps only what the ledger does not. */
export interface RunPage {
  add(event: Cleaned<RunEvent>): void;
  document(ledger: Pick<Ledger, 'run' | 'hosts'>, more?: Extras): Document;
}

export interface Extras {
  /** null: nothing is known of them. */
  readonly configurations?: Configurations | null;
}

/** @param version of alloyup */
export function openRunPage(version: string): RunPage {
  const timeline = openTimeline();
  return {
    add: timeline.add,
    document({ run, hosts: all }, { configurations = null } = {}) {
      const hosts = [...all()];
      const now = run.finishedAt ?? run.startedAt;
      const { data, findings, changes } = runContents(run, hosts, timeline, now, configurations);
      const destinations = destinationsOf(hosts);
      const verdict = verdictOf(run, hosts);
      const sums = timeSums(data.time, data.names);
      const sections = [
        findings.length > 0 &&
          section('problems', 'Problems and warnings', findings.length, findingsPart(findings)),
        section('hosts', 'Hosts', hosts.length, hostsPart(data)),
        changes.length > 0 &&
          section('changes', 'Changes', changes.length, changesPart(changes, hosts)),
        run.waves.length > 0 && section('waves', 'Waves', run.waves.length, wavesPart(run, hosts)),
        destinations.length > 0 &&
          section('delivery', 'Delivery', destinations.length, deliveryPart(destinations)),
        sums.length > 0 && section('time', 'Time', null, [timePart(sums), timelinePart(data)]),
        configurations !== null && configurationsSection(configurations, run.verb, data),
      ];
      return pageDocument({
        title: `${run.verb} ${run.run}: ${verdict.text}`,
        kicker: `alloyup ${run.verb} ${run.run}`,
        verdict: verdict.text,
        tone: verdict.tone,
        lead: [factsLine(run), numbersPart(run, hosts)],
        sections: sections.filter((one) => one !== false),
        foot: html`<p>Written by alloyup ${version}. Secrets are masked. <code>alloyup report ${run.run}</code> prints this run in a terminal.</p>`,
        styles: configurations ? [style, configurations.style] : [style],
        script,
        data,
        more: hostDialog(),
      });
    },
  };
}
