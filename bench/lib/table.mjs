// A table that grows row by row while the measurements run: slow work shows progress.

export function table(title, columns) {
    console.log(`\n${title}`);
    print(columns.map(({ name }) => name));
    return print;

    function print(cells) {
        console.log(cells.map((cell, i) => (i < 2 ? cell.padEnd(columns[i].width) : cell.padStart(columns[i].width))).join('  '));
    }
}

// "1.02 (0.98–1.07)": the median and the middle half of the rounds.
export const spread = ({ median, low, high }) => `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;

export function summary(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const quantile = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
    return { median: quantile(0.5), low: quantile(0.25), high: quantile(0.75) };
}
