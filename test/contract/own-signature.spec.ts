import { slotsOfDays } from '@commonwatt/chaincode/domain/clock';
import { KEY_NOTICE_DAYS } from '@commonwatt/chaincode/domain/participant';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { permitKeyCodec } from '@commonwatt/chaincode/wire/participant';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { drawCover, fillLanes, leave, raiseCover, refuseKey, requestPayout } from '../support/instructions.js';
import { heldByAccount } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { CHARTER, FIRST_SLOT } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

/** What the organisation's CA can do: it issues itself a certificate with the member's subject, and has no key of hers. */
const CA = { key: new SigningKey() };
const NOTICE_SLOTS = slotsOfDays(CHARTER, KEY_NOTICE_DAYS);
const FOLDED = ['deposit.pay-anna'];
const money = { participantId: 'anna', lane: 0, amountNano: amountNano(7n) } as const;

let market: StubMarket;
beforeEach(async () => {
    market = await StubMarket.ready();
});

type Signed = Readonly<{ verb: ExchangeVerb; by: (holder: Readonly<{ key: SigningKey }>) => string }>;
const transfer = { transferId: 'top', ...money, carrier: 'electricity' } as const;
const STEPS: readonly Signed[] = [
    {
        verb: 'account:request-payout',
        by: (holder) => requestPayout(holder, { ...money, payoutId: 'out' }, FOLDED),
    },
    { verb: 'account:cover', by: (holder) => raiseCover(holder, transfer, FOLDED) },
    {
        verb: 'account:fill-lanes',
        by: (holder) => {
            const lanes = [{ lane: 1, amountNano: amountNano(7n) }];
            return fillLanes(holder, { fillingId: 'fill', participantId: 'anna', fromLane: 0, lanes }, FOLDED);
        },
    },
    {
        verb: 'account:draw-cover',
        by: (holder) =>
            drawCover(holder, {
                drawId: 'draw',
                participantId: 'anna',
                carrier: 'electricity',
                amountNano: amountNano(1n),
            }),
    },
    { verb: 'participant:leave', by: (holder) => leave(holder, 'anna') },
];

describe('exchange: what a member signs itself', () => {
    beforeEach(async () => {
        // Something to draw from the cover.
        const first = { ...transfer, transferId: 'first', lane: 9 };
        await market.deposit('anna', 7n, 'pay-cover');
        const command = raiseCover(market.who('anna'), first, ['deposit.pay-cover']);
        await market.do('anna', 'exchange', 'account:cover', command);
    });

    for (const { verb, by } of STEPS) {
        it(`attack: the organisation’s CA takes ${verb} with a certificate of the member’s subject and a key of its own`, async () => {
            const { operands } = await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', verb, by(CA));
            expect(operands).to.deep.equal({ keyId: market.who('anna').key.keyId });
            await market.refused('CALLER_NOT_PARTICIPANT', 'bert', 'exchange', verb, by(market.who('anna')));
            await market.do('anna', 'exchange', verb, by(market.who('anna')));
            const again = await market.do('anna', 'exchange', verb, by(market.who('anna')));
            expect(again.writes).to.deep.equal([]);
        });

        it(`attack: ${verb} is sent with another signature of the member’s`, async () => {
            const own = JSON.parse(by(market.who('anna'))) as Record<string, unknown>;
            for (const other of STEPS.filter((step) => step.verb !== verb)) {
                const { signature } = JSON.parse(other.by(market.who('anna'))) as { signature: string };
                const entries = Object.entries({ ...own, signature }).sort(([left], [right]) =>
                    left < right ? -1 : 1,
                );
                const command = JSON.stringify(Object.fromEntries(entries));
                await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', verb, command);
            }
        });
    }

    it('attack: a payout is raised after it was signed', async () => {
        const signed = requestPayout(market.who('anna'), { ...money, payoutId: 'out' }, FOLDED);
        const raised = signed.replace('"amountNano":"7"', '"amountNano":"9"');
        await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', 'account:request-payout', raised);
    });
});

describe('exchange: a key that an administrator permits', () => {
    const next = new SigningKey();
    const fromSlot = FIRST_SLOT + NOTICE_SLOTS;
    const permit = { participantId: 'anna', keyId: next.keyId, fromSlot };
    const [PERMIT, REFUSE, ROTATE] = [
        'participant:permit-key',
        'participant:refuse-key',
        'participant:rotate-key',
    ] as const;
    const takeOver = (): string => commands.rotateKey('anna', market.who('anna').key, next, true);
    const permitted = (changes: Partial<typeof permit> = {}): string =>
        permitKeyCodec.encode({ ...permit, ...changes });
    const pass = async (fromSlot: number, toSlot: number): Promise<void> => {
        for (let slot = fromSlot; slot <= toSlot; slot += 96) {
            await market.advance(slot, Math.min(toSlot, slot + 95));
        }
    };

    it('attack: an organisation’s administrator and CA take a member over at once and take its money out', async () => {
        await market.refused('SLOT_BEGUN', 'communityAdmin', 'exchange', PERMIT, permitted({ fromSlot: fromSlot - 1 }));
        await market.do('communityAdmin', 'exchange', PERMIT, permitted());
        const { operands } = await market.refused('SLOT_NOT_OVER', 'anna', 'exchange', ROTATE, takeOver());
        expect(operands).to.deep.equal({ slot: fromSlot - 1 });
        const payout = requestPayout({ key: next }, { ...money, payoutId: 'out' }, FOLDED);
        await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', 'account:request-payout', payout);
        await pass(FIRST_SLOT, fromSlot - 1);
        await market.refused('SLOT_NOT_OVER', 'anna', 'exchange', ROTATE, takeOver());
        expect(heldByAccount(market.ledger).get('free/anna')).to.equal(DEPOSIT_NANO);
        await market.advance(fromSlot);
        await market.do('anna', 'exchange', ROTATE, takeOver());
        await market.do('anna', 'exchange', 'account:request-payout', payout);
    });

    it('is refused by the key that is not lost, sent by anybody, for good', async () => {
        await market.do('communityAdmin', 'exchange', PERMIT, permitted());
        const refusal = refuseKey(market.who('anna'), permit);
        await market.refused('SIGNATURE_INVALID', 'stranger', 'exchange', REFUSE, refuseKey({ key: next }, permit));
        const other = refuseKey(market.who('anna'), { ...permit, fromSlot: fromSlot + 1 });
        await market.refused('KEY_PERMIT_MISSING', 'stranger', 'exchange', REFUSE, other);
        const { event } = await market.do('stranger', 'exchange', REFUSE, refusal);
        expect(event?.name).to.equal('KeyRefused/1');
        expect((await market.do('stranger', 'exchange', REFUSE, refusal)).writes).to.deep.equal([]);
        expect((await market.do('communityAdmin', 'exchange', PERMIT, permitted())).writes).to.deep.equal([]);
        await pass(FIRST_SLOT, fromSlot);
        await market.refused('KEY_PERMIT_REFUSED', 'anna', 'exchange', ROTATE, takeOver());
    });

    it('attack: a permit is held back until its notice is over', async () => {
        const late = await market.endorse('communityAdmin', 'exchange', PERMIT, permitted());
        await market.advance(FIRST_SLOT);
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
    });

    it('attack: a second permit takes the place of a refused one, with no notice of its own', async () => {
        await market.do('communityAdmin', 'exchange', PERMIT, permitted());
        await market.do('stranger', 'exchange', REFUSE, refuseKey(market.who('anna'), permit));
        await market.advance(FIRST_SLOT);
        await market.refused(
            'SLOT_BEGUN',
            'communityAdmin',
            'exchange',
            PERMIT,
            permitted({ keyId: new SigningKey().keyId }),
        );
        await market.do('communityAdmin', 'exchange', PERMIT, permitted({ fromSlot: fromSlot + 1 }));
        await market.do(
            'stranger',
            'exchange',
            REFUSE,
            refuseKey(market.who('anna'), { ...permit, fromSlot: fromSlot + 1 }),
        );
    });
});
