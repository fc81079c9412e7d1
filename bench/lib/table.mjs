// A table that grows row by row while the measurements run: slow work shows progress.

/** Columns as [{name, width}]; the first two are of words, the others of figures. Gives the function that prints a row. */
export function table(title, columns, markdown = false) {
    const line = markdown ? (cells) => `| ${cells.join(' | ')} |` : aligned;
    console.log(`\n${title}${markdown ? '\n' : ''}`);
    console.log(line(columns.map(({ name }) => name)));
    if (markdown) console.log(`|${columns.map((_, i) => (i < 2 ? '---' : '---:')).join('|')}|`);
    return (cells) => console.log(line(cells));

    function aligned(cells) {
        return cells.map((cell, i) => (i < 2 ? cell.padEnd(columns[i].width) : cell.padStart(columns[i].width))).join('  ');
    }
}

// "1.02 (0.98–1.07)": the median and the middle half of the rounds.
export const spread = ({ median, low, high }) => `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;

export function summary(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const quantile = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
    return { median: quantile(0.5), low: quantile(0.25), high: quantile(0.75) };
}
