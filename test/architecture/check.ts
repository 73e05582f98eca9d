import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { ImportArrow, ParsedFile } from './parse.ts';
import { aboveApp, exceptions, heavyPackages, limits, ports, pureBuiltins, rooms } from './rules.ts';

/** The room of a file under src/: the adapter's if it lies in one, else the top folder's; undefined elsewhere. */
export function roomOf(path: string): string | undefined {
  const [top, first = '', second = ''] = path.split('/');
  if (top !== 'src') return undefined;
  return `${first}/${second}` in rooms ? `${first}/${second}` : first;
}

/** `src/cli/main.ts` imports `../app/x.ts` → `src/app/x.ts`. */
function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}

function packageOf(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

function mayImportRoom(from: string, target: string): boolean {
  const rule = rooms[from];
  const to = roomOf(target);
  if (!rule || to === from) return to === from;
  if (to === undefined) return rule.rooms.includes(target);
  if (rule.rooms.includes('*')) return !aboveApp.includes(to);
  return rule.rooms.includes(to) || (rule.rooms.includes('ports') && ports.includes(target));
}

function packageProblem(from: string, specifier: string): string | undefined {
  const rule = rooms[from];
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return 'a built-in is written with node:';
    if (rule?.builtins === 'none') return `${from} runs in a browser too`;
    if (rule?.builtins === 'pure' && !pureBuiltins.includes(specifier))
      return `${from} does no input or output`;
    return undefined;
  }
  const name = packageOf(specifier);
  const owners = heavyPackages[name];
  if (owners && !owners.includes(from)) return `only ${owners.join(', ')} may load ${name}`;
  return rule?.packages.includes(name) ? undefined : `${from} may not use the package ${name}`;
}

function arrowProblem(file: ParsedFile, arrow: ImportArrow): string | undefined {
  const from = roomOf(file.path);
  if (from === undefined) return undefined;
  if (!(from in rooms)) return `src/${from} is no room of the house (test/architecture/rules.ts)`;
  if (!arrow.specifier.startsWith('.')) return packageProblem(from, arrow.specifier);
  const target = resolve(file.path, arrow.specifier);
  if (mayImportRoom(from, target)) return undefined;
  return `${from} may not import ${roomOf(target) ?? posix.dirname(target)}`;
}

/** Every import that the rules forbid, as `file:line → target: why`. */
export function forbiddenArrows(files: readonly ParsedFile[]): string[] {
  return files.flatMap((file) =>
    file.imports.flatMap((arrow) => {
      const problem = arrowProblem(file, arrow);
      const target = arrow.specifier.startsWith('.') ? resolve(file.path, arrow.specifier) : arrow.specifier;
      return problem ? [`${file.path}:${arrow.line} → ${target}: ${problem}`] : [];
    }),
  );
}

/** Each ring of files that import one another (types included), as `a → b → a`. */
export function cycles(files: readonly ParsedFile[]): string[] {
  const targets = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((a) => a.specifier.startsWith('.')).map((a) => resolve(file.path, a.specifier)),
    ]),
  );
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) {
      found.push([...trail.slice(seenAt), path].join(' → '));
      return;
    }
    if (finished.has(path)) return;
    for (const next of targets.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return found;
}

/** Default exports, as `file:line`. */
export function defaultExports(files: readonly ParsedFile[]): string[] {
  return files.flatMap((file) => (file.defaultExport ? [`${file.path}:${file.defaultExport}`] : []));
}

/** Files and functions above the limits. Functions of tests are not counted: a suite is one function. */
export function oversized(files: readonly ParsedFile[]): string[] {
  return files.flatMap((file) => {
    const problems: string[] = [];
    const isTest = file.path.startsWith('test/');
    const most = isTest ? limits.testFileLines : limits.fileLines;
    if (file.lines > most && !(file.path in exceptions)) {
      problems.push(`${file.path} has ${file.lines} lines (${most} at most)`);
    }
    if (isTest) return problems;
    for (const { line, lines } of file.functions) {
      const where = `${file.path}:${line}`;
      if (lines <= limits.functionLines || where in exceptions) continue;
      problems.push(`${where} is a function of ${lines} lines (${limits.functionLines} at most)`);
    }
    return problems;
  });
}
