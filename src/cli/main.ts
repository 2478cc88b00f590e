import process from 'node:process';
import { VERSION } from './version.ts';

// Asked often, by scripts and by people who wonder whether it is there at all: answered before
// anything else is loaded.
const [first, ...others] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && others.length === 0) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const { runProcess } = await import('./process.ts');
  await runProcess(process.argv.slice(2));
}
