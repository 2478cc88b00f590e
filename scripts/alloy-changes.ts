// Prints what a minor version of Alloy adds, removes and changes, by the table:
//   node build.mjs run scripts/alloy-changes.ts [FROM TO]     (the newest two)
import {
  type AttributeRule,
  type BlockRule,
  knownVersions,
  tableAt,
} from '../src/alloy/table/component-table.ts';

const [before = knownVersions().at(-2)!, after = knownVersions().at(-1)!] = process.argv.slice(2);
const [old, now] = [tableAt(before), tableAt(after)];

const said = ({ type, required, default: value }: AttributeRule): string =>
  `${type}${required ? ', required' : ''}${value === undefined ? '' : `, default ${JSON.stringify(value)}`}`;

function compare(a: BlockRule, b: BlockRule, path: string): void {
  for (const name of new Set([...a.attributes.keys(), ...b.attributes.keys()])) {
    const [was, is] = [a.attributes.get(name), b.attributes.get(name)];
    if (!was) console.log(`+ ${path} ${name}: ${said(is!)}`);
    else if (!is) console.log(`- ${path} ${name}`);
    else if (said(was) !== said(is)) console.log(`~ ${path} ${name}: ${said(was)} -> ${said(is)}`);
  }
  for (const name of new Set([...a.blockNames, ...b.blockNames])) {
    // stage.match holds all stages: once is enough
    if (path.split(' ').includes(name)) continue;
    const [was, is] = [a.block(name), b.block(name)];
    if (!was) console.log(`+ ${path} ${name} { }${is!.required ? ', required' : ''}`);
    else if (!is) console.log(`- ${path} ${name} { }`);
    else compare(was, is, `${path} ${name}`);
  }
}

console.log(`${old.version} -> ${now.version}`);
for (const name of [...new Set([...old.names, ...now.names])].sort()) {
  const [was, is] = [old.get(name), now.get(name)];
  if (!was) console.log(`+ ${name}, ${is!.stability}`);
  else if (!is) console.log(`- ${name}`);
  else {
    if (was.stability !== is.stability)
      console.log(`~ ${name}: ${was.stability} -> ${is.stability}`);
    compare(was, is, name);
  }
}
for (const name of now.functions.keys()) if (!old.functions.has(name)) console.log(`+ ${name}()`);
for (const name of old.functions.keys()) if (!now.functions.has(name)) console.log(`- ${name}()`);
