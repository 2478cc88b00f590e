import { isoTime } from '../report/plain.ts';
import script from './browser/fleet.ts?bundled';
import type { ReportData } from './data.ts';
import fleetStyle from './fleet.css';
import { html } from './html.ts';
import { changesPart } from './parts/changes.ts';
import { configurationsSection } from './parts/configurations.ts';
import { deliveryPart, destinationsOf } from './parts/delivery.ts';
import { findingsPart } from './parts/findings.ts';
import {
  fleetNumbers,
  fleetVerdict,
  keyDays,
  keysPart,
  type PastRun,
  runsPart,
  versionsPart,
} from './parts/fleet.ts';
import { hostDialog, hostsPart } from './parts/hosts.ts';
import { saidOfTile, tilesPart } from './parts/tiles.ts';
import { timePart, timeSums } from './parts/time.ts';
import { timelinePart } from './parts/timeline.ts';
import runStyle from './run.css';
import { runContents } from './run-data.ts';
import type { RunPage } from './run-page.ts';
import { pageDocument, section } from './shell.ts';
import { tileOf } from './tiles.ts';
import { openTimeline } from './timeline.ts';

/**
 * The state of a fleet: a tile for each host, and below it what they have in common. It is made from the events of a
 * status. @param runs the newest runs, the newest first
 */
export function openFleetPage(version: string, runs: readonly PastRun[]): RunPage {
  const timeline = openTimeline();
  return {
    add: timeline.add,
    document({ run, hosts: all }, { configurations = null } = {}) {
      const hosts = [...all()];
      const now = run.finishedAt ?? run.startedAt;
      const { data, findings, changes, texts } = runContents(
        run,
        hosts,
        timeline,
        now,
        configurations,
      );
      const tiles = hosts.map((host) => tileOf(host, now));
      const verdict = fleetVerdict(tiles);
      const destinations = destinationsOf(hosts);
      const keys = keyDays(hosts, now);
      const sums = timeSums(data.time, data.names);
      const sections = [
        section('fleet', 'Fleet', hosts.length, tilesPart(tiles)),
        findings.length > 0 &&
          section('problems', 'Problems and warnings', findings.length, findingsPart(findings)),
        section('versions', 'Versions', null, versionsPart(hosts)),
        changes.length > 0 &&
          section('changes', 'Drift', changes.length, changesPart(changes, hosts)),
        destinations.length > 0 &&
          section('delivery', 'Delivery', destinations.length, deliveryPart(destinations)),
        keys.length > 0 && section('keys', 'Keys', null, keysPart(keys)),
        configurations !== null && configurationsSection(configurations, run.verb, data),
        section('hosts', 'Hosts', hosts.length, hostsPart(data)),
        runs.length > 0 && section('runs', 'Newest runs', null, runsPart(runs)),
        sums.length > 0 && section('time', 'Time', null, [timePart(sums), timelinePart(data)]),
      ];
      const read = isoTime(now);
      return pageDocument({
        title: `status ${run.run}: ${verdict.text}`,
        kicker: `alloyup status ${run.run}`,
        verdict: verdict.text,
        tone: verdict.tone,
        lead: [
          html`<p class="dim">Read at <time datetime="${read}" id="read-at">${read.slice(0, 16).replace('T', ' ')} UTC</time><span id="age"></span> from ${hosts.length.toLocaleString('en')} ${hosts.length === 1 ? 'host' : 'hosts'}</p>`,
          fleetNumbers(tiles),
        ],
        sections: sections.filter((one) => one !== false),
        foot: html`<p>Written by alloyup ${version}. Secrets are masked. It shows the moment when it was written; <code>alloyup status --html</code> writes it anew.</p>`,
        styles: [runStyle, fleetStyle, ...(configurations ? [configurations.style] : [])],
        script,
        data: {
          ...data,
          tones: tiles.map(({ tone }) => tone),
          tiles: tiles.map((tile) => texts.id(saidOfTile(tile))),
        } satisfies ReportData,
        more: hostDialog(),
      });
    },
  };
}
