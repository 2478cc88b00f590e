import { CUTS } from '../e2e/stress/cuts.ts';
import { tryRows } from '../e2e/stress/run-rows.ts';
import { STARTS } from '../e2e/stress/starts.ts';

/** The hard cuts and the ways back, on the other suites; bookworm has them in the fast set. */
const SUITES = ['trixie', 'bullseye'] as const;
const hard = CUTS.filter(({ fault }) => /SIGKILL|link|power|reboot/.test(fault));
const back = STARTS.filter(({ says }) => `${says}`.startsWith('rolled-back'));

for (const suite of SUITES) {
  tryRows('cuts', hard, { suite, hosts: 4 });
  tryRows('starts', back, { suite, hosts: 4 });
}
