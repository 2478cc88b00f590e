import type { Expression, Statement } from '../../src/alloy/ast.ts';
import { blockName } from '../../src/alloy/ast.ts';

/** A statement as one line that shows how it was understood, without places. */
export const outline = (statement: Statement): string =>
  statement.kind === 'attribute'
    ? `${statement.name.name} = ${shape(statement.value)}`
    : `${blockName(statement)}${statement.label ? ` "${statement.label.text}"` : ''} {${statement.body
        .map(outline)
        .join('; ')}}`;

function shape(node: Expression): string {
  switch (node.kind) {
    case 'identifier':
      return node.name;
    case 'literal':
      return `${node.type}:${node.text}`;
    case 'array':
      return `[${node.elements.map(shape).join(' ')}]`;
    case 'object': {
      const fields = node.fields.map(({ key, value }) => {
        const name = key.quoted ? JSON.stringify(key.name) : key.name;
        return `${name}=${shape(value)}`;
      });
      return `{${fields.join(' ')}}`;
    }
    case 'access':
      return `(. ${shape(node.value)} ${node.name.name})`;
    case 'index':
      return `(at ${shape(node.value)} ${shape(node.index)})`;
    case 'call':
      return `(call ${[node.value, ...node.args].map(shape).join(' ')})`;
    case 'unary':
      return `(${node.operator} ${shape(node.value)})`;
    case 'binary':
      return `(${node.operator} ${shape(node.left)} ${shape(node.right)})`;
    case 'paren':
      return `(paren ${shape(node.inner)})`;
    case 'missing':
      return '?';
  }
}
