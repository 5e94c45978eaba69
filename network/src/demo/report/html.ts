/** Text that is part of a page already: markup, with everything from outside escaped. */
export class Html {
    readonly #text: string;

    constructor(text: string) {
        this.#text = text;
    }

    toString(): string {
        return this.#text;
    }
}

type Part = Html | string | number | readonly (Html | string)[];

/** Markup from a template; whatever is put into it is escaped unless it is markup itself. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Html {
    const rendered = parts.map((part) => (Array.isArray(part) ? part.map(textOf).join('') : textOf(part as Html)));
    return new Html(fixed.map((text, index) => text + (rendered[index] ?? '')).join(''));
}

/** Markup made elsewhere, such as a drawing. */
export const markup = (text: string): Html => new Html(text);

const textOf = (part: Html | string | number): string =>
    part instanceof Html ? part.toString() : escaped(String(part));

const escaped = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
