import { html, type Markup } from '../../common/markup.js';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Markup | string | number;
  /** Its cells are so short that they stand in one line. */
  readonly isShort?: true;
}

/**
 * A table whose first column names the rows. On a phone each row is a card, with the columns' titles in it; the roles keep
 * it a table for whoever listens to it (https://www.w3.org/WAI/ARIA/apg/patterns/table/).
 */
export function makeTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  idOf?: (row: Row) => string,
): Markup {
  const heads = columns.map(({ title }) => html`<th scope="col" role="columnheader">${title}</th>`);
  const made = rows.map((row) => {
    const [first, ...others] = columns;
    const id = idOf === undefined ? undefined : html` id="${idOf(row)}"`;
    const cells = others.map(({ title, cell, isShort = false }) => {
      const className = isShort ? html` class="short"` : undefined;
      return html`<td role="cell" data-title="${title}"${className}><span>${cell(row)}</span></td>`;
    });
    return html`
<tr role="row"${id}><th scope="row" role="rowheader">${first?.cell(row)}</th>${cells}</tr>`;
  });
  return html`
<table role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${made}
</tbody></table>`;
}
