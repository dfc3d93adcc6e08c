/** The style of the reference, in light and dark, on a narrow screen and on paper. */
export const docsStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff; --code: #f3f5f7; --link: #0a58ca; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a3acb6; --line: #363d45; --paper: #14181d; --code: #1f252c; --link: #7ab4ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
@media (min-width: 64rem) {
  body { display: grid; grid-template-columns: 20rem minmax(0, 1fr); column-gap: 2.5rem; } header { grid-column: 1 / -1; }
  nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; align-self: start; padding-bottom: 2rem; }
}
a { color: var(--link); } a:focus-visible, pre:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; }
h1 { margin: 0; } h2 { margin: 2.5rem 0 0; } main > section:first-child h2 { margin-top: 0; }
h3 { margin: 2rem 0 .5rem; font-size: 1.1rem; } h4 { margin: 1rem 0 .3rem; font-size: 1rem; }
header p { color: var(--soft); } nav ul { padding: 0; margin: 0 0 .8rem; list-style: none; } nav ul ul { padding-left: .8rem; } nav code { font-size: .8em; }
pre, code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; } pre { background: var(--code); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-weight: 600; } .scroll { overflow-x: auto; } details { margin: .6rem 0; } summary { cursor: pointer; color: var(--soft); }
`;
