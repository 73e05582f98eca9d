import { spec } from 'node:test/reporters';

interface TestEvent {
  readonly type: string;
  readonly data: { readonly message?: unknown; readonly nesting?: number };
}

const total = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

/**
 * Node's own `spec` report with the totals moved to the very end, after the list of failures, and written as
 * `# pass 12`: the form of the TAP report, which log readers look for.
 */
// biome-ignore lint/style/noDefaultExport: node --test loads a reporter's default export
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const stream = new spec();
  const totals: string[] = [];
  const feed = (async () => {
    for await (const event of source) {
      const { message } = event.data;
      if (event.type === 'test:diagnostic' && typeof message === 'string' && total.test(message)) {
        totals.push(message);
      } else {
        stream.write(event);
      }
    }
    stream.end();
  })();
  for await (const chunk of stream) yield String(chunk);
  await feed;
  yield `\n${totals.map((line) => `# ${line}\n`).join('')}`;
}
