import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { escapeHtml, Html, html } from '../../../src/insight/report/html.ts';

describe('html', () => {
  it('escapes values and keeps its own markup', () => {
    const name = `<script>alert("x")</script>'&`;
    assert.equal(
      html`<p title="${name}">${name}</p>`.markup,
      '<p title="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;">' +
        '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;</p>',
    );
  });

  it('nests, joins lists and leaves out what is undefined', () => {
    const items = ['a', 'b'].map((item) => html`<li>${item}</li>`);
    assert.equal(html`<ul>${items}${undefined}${0}</ul>`.markup, '<ul><li>a</li><li>b</li>0</ul>');
    assert.equal(html`${new Html('<hr>')}`.markup, '<hr>');
  });

  it('lets no text out of an element or an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeHtml(text);
        assert.doesNotMatch(escaped, /[<>"']/);
        assert.doesNotMatch(escaped.replaceAll(/[\t\n]/g, ''), /\p{Cc}/u);
      }),
    );
  });
});
