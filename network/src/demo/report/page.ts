import { type Html, html, markup } from './html.js';
import { STYLE } from './style.js';

/** A page that needs nothing else: no script, no font, no request. */
export const page = (title: string, parts: readonly Html[]): string =>
    `<!doctype html>\n${html`<html lang="en">
        <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>${title}</title>
            <style>
                ${markup(STYLE)}
            </style>
        </head>
        <body>
            <main>${parts}</main>
        </body>
    </html>`.toString()}\n`;
