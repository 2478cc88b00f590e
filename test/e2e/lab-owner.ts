import { takeDownOnInterrupt } from '../../lab/interrupt.ts';
import { Lab } from '../../lab/lab.ts';

/** Boots a lab and waits until it is killed: `node build.mjs run test/e2e/lab-owner.ts NAME`. */
const name = process.argv[2] ?? '';
takeDownOnInterrupt(name, (line) => console.log(line));
await Lab.up({ name, count: 1 });
console.log('up');
setInterval(() => undefined, 60_000);
