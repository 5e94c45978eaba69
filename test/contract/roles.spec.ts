import { LIFECYCLE } from '@commonwatt/chaincode/domain/lifecycle';
import { SEAT_KINDS, type SeatKind } from '@commonwatt/chaincode/domain/seat';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { expect } from 'chai';
import { journey, type JourneyStep } from '../support/journey.js';
import { securityTable } from '../support/security-page.js';
import { StubMarket } from '../support/stub-market.js';

const ofSeat = (kind: SeatKind, sender: string): string => {
    const voter = sender.endsWith('-voter') ? sender : 'supplier-voter';
    return kind === 'voter' ? voter : kind;
};
const otherThan = (sender: string, name: string, instead: string): string => (name === sender ? instead : name);

/** Somebody of each role, by who sends a step in the journey: officers are the sender where it has that seat. */
const OTHERS: readonly (readonly [role: string, nameFor: (sender: string) => string])[] = [
    ['another administrator', (sender) => otherThan(sender, 'communityAdmin', 'supplierAdmin')],
    ...SEAT_KINDS.map((kind) => [kind, (sender: string) => ofSeat(kind, sender)] as const),
    ['another participant', (sender) => otherThan(sender, 'bert', 'anna')],
    ['a stranger', () => 'stranger'],
];
const SENDER = 'who signed it';
const COLUMNS = ['chaincode', 'verb', SENDER, ...OTHERS.map(([role]) => role)];
const ACCEPTED = 'yes';
const REFUSED = '—';

type Row = Map<string, string>;

/** Sends a step by everybody, the one whose it is last; nobody’s refusal is about anything but who asks. */
async function row(market: StubMarket, { name, chaincode, verb, command: make }: JourneyStep): Promise<Row> {
    const command = make();
    const cells: Row = new Map();
    for (const [role, nameFor] of OTHERS) {
        const { status, message } = await market.endorse(nameFor(name), chaincode, verb, command);
        cells.set(role, status === 200 ? ACCEPTED : (decodeError(message)?.code ?? message));
    }
    await market.do(name, chaincode, verb, command);
    return cells.set(SENDER, ACCEPTED);
}

/** Codes that say: not you. */
const NOT_YOU = /^(CALLER_|SIGNATURE_INVALID$|ORG_NOT_ADMITTED$)/;

describe('the matrix of roles and verbs', function () {
    this.timeout(60_000);

    it('is what the security page says: every verb, sent by everybody', async () => {
        const market = await StubMarket.bare();
        const matrix = new Map<string, Row>();
        for (const step of journey(market)) {
            const key = `${step.chaincode} ${step.verb}`;
            const cells = await row(market, step);
            const before = matrix.get(key);
            // A verb that comes several times is open to whom any of them is open to.
            matrix.set(
                key,
                new Map([...cells].map(([role, cell]) => [role, before?.get(role) === ACCEPTED ? ACCEPTED : cell])),
            );
        }
        const codes = new Set([...matrix.values()].flatMap((cells) => [...cells.values()]));
        expect([...codes].filter((cell) => cell !== ACCEPTED && !NOT_YOU.test(cell))).to.deep.equal([]);
        const order = LIFECYCLE.flatMap(({ chaincode, noun, verb }) =>
            (chaincode === 'both' ? ['supervision', 'exchange'] : [chaincode]).map((one) => `${one} ${noun}:${verb}`),
        );
        const rows = [...new Set(order)].flatMap((key) => {
            const cells = matrix.get(key);
            const [chaincode = '', verb = ''] = key.split(' ');
            const shown = [SENDER, ...OTHERS.map(([role]) => role)].map((role) =>
                cells?.get(role) === ACCEPTED ? ACCEPTED : REFUSED,
            );
            return cells === undefined ? [] : [[chaincode, `\`${verb.replace(':', ' ')}\``, ...shown]];
        });
        expect(rows).to.have.length(matrix.size);
        expect(await securityTable('roles')).to.deep.equal([COLUMNS, ...rows]);
    });
});
