/** Colours as variables, so that drawings follow light and dark; the pairs differ in lightness, too. */
const LIGHT = `
    --surface: #fcfcfb; --panel: #f4f3ef; --ink: #12120f; --ink-2: #575650; --rule: #e6e5df; --rule-strong: #b9b7ae;
    --electricity: #2a78d6; --heat: #d6453f; --cooling: #149a9c; --gas: #b98300; --mobility: #5b3fa8;
    --neighbour: #eda100; --storage: #5b3fa8; --plant: #d6453f; --seller: #2a78d6; --charging: #149a6c; --none: #a9a79d;
    --money-energy: #2a78d6; --money-default: #d6453f; --money-imbalance: #a9a79d; --money-fee: #eda100;
    --information: #5b3fa8; --value: #148a5c; --actual: #2a78d6;`;
const DARK = `
    --surface: #181816; --panel: #22211e; --ink: #f5f4f0; --ink-2: #b6b4aa; --rule: #33322e; --rule-strong: #5c5a53;
    --electricity: #4a96ec; --heat: #ef6a63; --cooling: #30b5b7; --gas: #d8a21c; --mobility: #9a83e0;
    --neighbour: #e0a321; --storage: #9a83e0; --plant: #ef6a63; --seller: #4a96ec; --charging: #34b583; --none: #75736a;
    --money-energy: #4a96ec; --money-default: #ef6a63; --money-imbalance: #75736a; --money-fee: #e0a321;
    --information: #9a83e0; --value: #3cb880; --actual: #4a96ec;`;

export const STYLE = `
:root { ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--ink);
    font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 40px 24px 80px; }
h1 { font-size: 34px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 23px; margin: 0 0 8px; }
p { max-width: 76ch; margin: 0 0 16px; color: var(--ink-2); }
p strong, li strong { color: var(--ink); }
section { margin-top: 56px; }
figure { margin: 0; }
figcaption { font-size: 14px; color: var(--ink-2); margin-bottom: 4px; }
figcaption strong { color: var(--ink); margin-right: 6px; }
.joint { margin-top: 28px; }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, monospace; }
nav { margin-top: 20px; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 15px; }
a { color: var(--electricity); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(168px, 1fr)); gap: 12px; margin-top: 24px; }
.tile { background: var(--panel); border-radius: 8px; padding: 14px 16px; }
.tile b { display: block; font-size: 22px; line-height: 1.25; }
.tile span { font-size: 13px; line-height: 1.35; color: var(--ink-2); display: block; margin-top: 4px; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 28px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 28px; }
.flows { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 24px; margin: 20px 0; }
.chart { overflow-x: auto; }
.chart svg { max-width: 100%; height: auto; display: block; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 0 0 12px; font-size: 13px;
    color: var(--ink-2); }
.legend span { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 6px; }
.scroll { overflow-x: auto; margin-top: 16px; }
table { border-collapse: collapse; font-size: 14px; min-width: 560px; }
th, td { text-align: left; padding: 5px 18px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { color: var(--ink-2); font-weight: 500; }
.block { white-space: nowrap; font-variant-numeric: tabular-nums; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
details { margin-top: 16px; }
summary { cursor: pointer; color: var(--electricity); font-size: 15px; }
.assumptions { padding-left: 20px; color: var(--ink-2); }
.assumptions li { margin: 4px 0; }
footer { margin-top: 56px; font-size: 13px; color: var(--ink-2); }
@media print { details > * { display: block; } }
`;
