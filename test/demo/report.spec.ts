import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Posting, withKeptDemo } from '../support/kept-demo.js';

/** In the order of the page; an hour has no silent meter and no correction. */
const SECTIONS = ['energy', 'money', 'prices', 'trades', 'joint', 'bills', 'life', 'promises', 'assumptions'];
/** Movements between a participant's own accounts are on no bill. */
const OWN_MOVEMENTS = ['deposit', 'payout', 'fund', 'release', 'cover', 'debt'];
const MONEY_KINDS = ['energy', 'default', 'imbalance', 'fee'];
const CARRIERS = ['gas', 'electricity', 'heat', 'cooling', 'mobility'];

describe('the report of the demo’s day', function () {
    this.timeout(180_000);
    const demo = withKeptDemo();
    let page: string;
    before(() => {
        page = readFileSync(demo().reportFile, 'utf8');
    });

    const section = (id: string): string => {
        const [, text = ''] = new RegExp(`<section id="${id}">(.*?)</section>`, 's').exec(page) ?? [];
        return text;
    };

    it('needs nothing else: no script, no request', () => {
        expect(page).to.match(/^<!doctype html>\n<html/);
        expect(page).to.not.match(/<(script|link|iframe|img|object|embed|base)\b/i);
        expect(page).to.not.match(/@import|url\(|\b(src|srcset|data|action)\s*=/i);
        expect(page).to.not.match(/\son[a-z]+\s*=/i);
        const addresses = [...page.matchAll(/(?:https?:)?\/\/[^\s"'<>)]+/g)].map(([address]) => address);
        // Names of the vocabulary of drawings, which nobody fetches.
        expect(addresses.filter((address) => !address.startsWith('http://www.w3.org/'))).to.deep.equal([]);
        for (const [, target = ''] of page.matchAll(/href="([^"]*)"/g)) {
            expect(target).to.match(/^#/);
        }
    });

    it('has every section, and says where each is', () => {
        const ids = [...page.matchAll(/<section id="([a-z]+)"/g)].map(([, id]) => id);
        expect(ids).to.deep.equal(SECTIONS);
        const links = [...page.matchAll(/<a href="#([a-z]+)"/g)].map(([, id]) => id);
        expect(links).to.deep.equal(SECTIONS);
        for (const id of SECTIONS) {
            expect(section(id), id).to.match(/<h2>[^<]+<\/h2>/);
            expect(section(id).length, id).to.be.greaterThan(300);
        }
        expect(page).to.not.match(/\b(NaN|undefined|null|Infinity)\b/);
    });

    it('bills everybody what the postings come to', () => {
        const bills = rowsOf(section('bills'));
        expect(bills.length).to.be.greaterThan(40);
        for (const [participantId = '', , , bill = ''] of bills) {
            const own = demo().json.postings.filter(
                ({ account, kind }) => ownerOf(account) === participantId && !OWN_MOVEMENTS.includes(kind),
            );
            const nano = own.reduce((sum, { amountNano }) => sum - BigInt(amountNano), 0n);
            expectFigure(bill, nano, participantId);
        }
    });

    it('says how much money moved for what, as the postings have it', () => {
        const { postings } = demo().json;
        const rows = rowsOf(section('money'));
        expect(rows.map(([carrier = '']) => carrier.toLowerCase())).to.deep.equal(CARRIERS);
        for (const [position, kind] of MONEY_KINDS.entries()) {
            const figures = rows.map((row) => row[position + 1] ?? '');
            const shown = figures.reduce((sum, figure) => sum + thousandths(figure), 0n);
            const nano = arrived(postings.filter((posting) => posting.kind === kind));
            expectNear(shown, nano, 5_000_000n * BigInt(figures.length), kind);
            if (kind === 'imbalance' || kind === 'fee') {
                for (const [index, carrier] of CARRIERS.entries()) {
                    const own = postings.filter(
                        (posting) => posting.kind === kind && posting.account.endsWith(`/${carrier}`),
                    );
                    expectFigure(figures[index] ?? '', arrived(own), `${kind} of ${carrier}`);
                }
            }
        }
        const [, stated = ''] = /All ([\d\u202f]+) postings/.exec(section('money')) ?? [];
        expect(Number(stated.replaceAll('\u202f', ''))).to.equal(postings.length);
    });

    it('lists the promises as they were kept', () => {
        const rows = rowsOf(section('promises'));
        expect(rows.map(([kept, name, , block]) => [kept, name, block])).to.deep.equal(
            demo().json.checks.map(({ name, block }) => ['✓ kept', name, String(block ?? 'in none')]),
        );
    });

    it('counts agreements, quarter hours and blocks as the ledger does', () => {
        const { agreements, scenario, height } = demo().json;
        const inForce = agreements.filter(({ funded }) => funded);
        const joint = agreements.filter(({ legs }) => legs.length > 1);
        const head = /<header>(.*?)<\/header>/s.exec(page)?.[1]?.replaceAll('\u202f', '') ?? '';
        expect(head).to.include(
            `<b>${inForce.length}</b><span>agreements in force, ${joint.length} of them over several legs`,
        );
        expect(head).to.match(
            new RegExp(`${scenario.slots.length} quarter hours\\s+of a community\\s+of 41 buildings`),
        );
        expect(head).to.include(`transactions in ${height} blocks`);
    });
});

/** Cells of the bodies of a section's tables. */
const rowsOf = (text: string): string[][] =>
    [...text.matchAll(/<tbody>(.*?)<\/tbody>/gs)].flatMap(([, body = '']) =>
        [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
            [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
                cell
                    .replaceAll(/<[^>]+>/g, '')
                    .replaceAll('&gt;', '>')
                    .replaceAll('&lt;', '<')
                    .replaceAll('&quot;', '"')
                    .replaceAll('&amp;', '&')
                    .trim(),
            ),
        ),
    );

function ownerOf(account: string): string {
    const [place, first = '', second = ''] = account.split('/');
    return place === 'escrow' ? second : first;
}

const arrived = (postings: readonly Posting[]): bigint =>
    postings.reduce((sum, { amountNano }) => sum + (BigInt(amountNano) > 0n ? BigInt(amountNano) : 0n), 0n);

/** A figure of the page in thousandths; it has two or three decimals. */
function thousandths(figure: string): bigint {
    expect(figure).to.match(/^−?[\d\u202f]+\.\d{2,3}$/);
    const [whole = '', fraction = ''] = figure.replace('−', '-').replaceAll('\u202f', '').split('.');
    return BigInt(whole + fraction.padEnd(3, '0'));
}

/** Rounded to the digits that the page shows. */
function expectFigure(figure: string, nano: bigint, what: string): void {
    const decimals = figure.split('.')[1]?.length ?? 0;
    expectNear(thousandths(figure), nano, decimals === 2 ? 5_000_000n : 500_000n, what);
}

function expectNear(shownThousandths: bigint, nano: bigint, mostNano: bigint, what: string): void {
    const off = shownThousandths * 1_000_000n - nano;
    expect((off < 0n ? -off : off) <= mostNano, `${what}: ${shownThousandths}, ${nano}`).to.equal(true);
}
