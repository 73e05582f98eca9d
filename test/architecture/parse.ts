import { parseSync, Visitor } from 'oxc-parser';

export interface ImportArrow {
  readonly specifier: string;
  readonly line: number;
}

export interface ParsedFile {
  readonly path: string;
  readonly lines: number;
  /** Static imports, re-exports, `import()`, types from `import('…')`, and files named by `new URL('…', import.meta.url)`. */
  readonly imports: readonly ImportArrow[];
  /** Line of a default export. */
  readonly defaultExport: number | undefined;
  readonly functions: readonly { readonly line: number; readonly lines: number }[];
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

interface Spanned {
  readonly start: number;
  readonly end: number;
}

/** Reads what the rules need from one file. Throws if the file does not parse. */
export function parseFile(path: string, text: string): ParsedFile {
  const { module, program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const lineOf = lineCounter(text);
  const imports: ImportArrow[] = [];
  const add = (specifier: string, at: Spanned) => imports.push({ specifier, line: lineOf(at.start) });

  for (const statement of module.staticImports) add(statement.moduleRequest.value, statement);
  for (const statement of module.staticExports) {
    const from = statement.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
    if (from) add(from.value, statement);
  }
  const functions: { line: number; lines: number }[] = [];
  const measure = (node: Spanned) => {
    const line = lineOf(node.start);
    functions.push({ line, lines: lineOf(node.end) - line + 1 });
  };
  new Visitor({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
    ImportExpression: (node) => {
      if (node.source.type === 'Literal') add(String(node.source.value), node);
    },
    TSImportType: (node) => add(String(node.source.value), node),
    NewExpression: (node) => {
      const [target, base] = node.arguments;
      const isUrl = node.callee.type === 'Identifier' && node.callee.name === 'URL';
      if (!isUrl || target?.type !== 'Literal' || base?.type !== 'MemberExpression') return;
      // A worker's file is loaded like an import. Folders and data files named this way are not code.
      const specifier = String(target.value);
      if (/^\.{1,2}\/.*\.tsx?$/.test(specifier)) add(specifier, node);
    },
  }).visit(program);

  const byDefault = module.staticExports.find((statement) =>
    statement.entries.some(
      (entry) => String(entry.exportName.kind) === 'Default' || entry.exportName.name === 'default',
    ),
  );
  return {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports,
    defaultExport: byDefault ? lineOf(byDefault.start) : undefined,
    functions,
  };
}
