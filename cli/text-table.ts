/** Formats rows as text with aligned columns: the first column to the left, figures to the right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** Formats the same table in Markdown. @param others alignment of all columns but the first */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[], others: 'left' | 'right' = 'right'): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [line(header), line(header.map((_, column) => (column === 0 || others === 'left' ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}
