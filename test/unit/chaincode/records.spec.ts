import {
    acceptDeposit,
    type CoverTransfer,
    type Credit,
    debitLane,
    type Deposit,
    emptyLane,
    freeBalance,
    isRepeatedTransfer,
} from '@commonwatt/chaincode/domain/account';
import { isScheduled, type MeteringPoint, PLAIN_POINT, registerMeter } from '@commonwatt/chaincode/domain/meter';
import { applyAsParticipant, type Participant } from '@commonwatt/chaincode/domain/participant';
import {
    demandPermit,
    followsQualification,
    type Qualification,
    type QualificationStatement,
    type QualificationStatus,
} from '@commonwatt/chaincode/domain/qualification';
import { followsReading, type Reading, sameReading } from '@commonwatt/chaincode/domain/reading';
import { grantSeat, revokeSeat, type SeatGrant } from '@commonwatt/chaincode/domain/seat';
import { amountNano, energyWh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { gas } from '../../support/metering-commands.js';
import { expectRefusal } from '../../support/refusals.js';
import { CHARTER } from '../../support/sample-market.js';

describe('a reading', () => {
    const last: Reading = {
        pointId: 'anna-point',
        meterId: 'anna-meter',
        sequence: 7,
        slot: 20,
        importWh: energyWh(100n),
        exportWh: energyWh(50n),
        volume: null,
    };
    const next = (changes: Partial<Reading>): Reading => ({ ...last, sequence: 8, slot: 21, ...changes });

    it('follows the last one: higher in number, later, no register behind', () => {
        followsReading(last, next({}));
        followsReading(last, next({ sequence: 9 }));
        followsReading(last, next({ slot: 30, importWh: energyWh(101n) }));
    });

    it('is refused out of order', () => {
        for (const changes of [{ sequence: 7 }, { sequence: 6 }, { slot: 20 }, { slot: 19 }]) {
            expectRefusal(() => followsReading(last, next(changes)), 'READING_OUT_OF_ORDER', { lastSequence: 7 });
        }
    });

    it('is refused when a register ran backwards', () => {
        for (const changes of [{ importWh: energyWh(99n) }, { exportWh: energyWh(49n) }]) {
            expectRefusal(() => followsReading(last, next(changes)), 'READING_NOT_MONOTONIC', { slot: 21 });
        }
    });

    it('is the same only in every field', () => {
        expect(sameReading(last, { ...last })).to.equal(true);
        expect(sameReading({ ...last, volume: gas(7n) }, { ...last, volume: gas(7n) })).to.equal(true);
        for (const volume of [gas(8n), gas(7n, 11_001n)]) {
            expect(sameReading({ ...last, volume: gas(7n) }, { ...last, volume })).to.equal(false);
        }
        const others: readonly Partial<Reading>[] = [
            { pointId: 'x' },
            { meterId: 'x' },
            { sequence: 8 },
            { slot: 21 },
            { importWh: energyWh(101n) },
            { exportWh: energyWh(51n) },
            { volume: gas(7n) },
        ];
        expect(others.filter((changes) => sameReading(last, { ...last, ...changes }))).to.deep.equal([]);
    });
});

describe('an account', () => {
    const credit = (sourceId: string, nano: bigint, participantId = 'anna'): Credit => ({
        participantId,
        sourceId,
        amountNano: amountNano(nano),
    });
    const lane = { ...emptyLane('anna', 3), balanceNano: amountNano(5n) };

    it('pays from a lane, folding credits only while it is short', () => {
        expect(debitLane(lane, [], amountNano(5n)).balanceNano).to.equal(0n);
        expect(debitLane(lane, [credit('a', 2n), credit('b', 9n)], amountNano(8n)).balanceNano).to.equal(8n);
        expect(debitLane(lane, [], amountNano(0n)).balanceNano).to.equal(5n);
        expectRefusal(() => debitLane(lane, [credit('a', 2n)], amountNano(5n)), 'CREDIT_NOT_NEEDED', { sourceId: 'a' });
        expectRefusal(() => debitLane(lane, [credit('a', 3n), credit('b', 1n)], amountNano(8n)), 'CREDIT_NOT_NEEDED', {
            sourceId: 'b',
        });
    });

    it('pays nothing that it does not hold', () => {
        expectRefusal(() => debitLane(lane, [credit('a', 2n)], amountNano(8n)), 'ACCOUNT_UNDERFUNDED', {
            participantId: 'anna',
            lane: 3,
            neededNano: 8n,
            heldNano: 7n,
        });
    });

    it('folds no credit twice and none of another', () => {
        const twice = [credit('a', 1n), credit('a', 1n)];
        expectRefusal(() => debitLane(lane, twice, amountNano(7n)), 'INVARIANT_BROKEN');
        expectRefusal(() => debitLane(lane, [credit('a', 9n, 'bert')], amountNano(7n)), 'INVARIANT_BROKEN');
        expectRefusal(() => debitLane(lane, [], amountNano(-1n)), 'INVARIANT_BROKEN');
    });

    it('is what its lanes and credits hold', () => {
        expect(freeBalance([lane, { ...lane, lane: 4 }], [credit('a', 2n)])).to.equal(12n);
    });

    it('takes a deposit once per payment', () => {
        const deposit: Deposit = { paymentId: 'pay-1', participantId: 'anna', amountNano: amountNano(7n) };
        const accepted = { participantId: 'anna', sourceId: 'deposit.pay-1', amountNano: 7n };
        expect(acceptDeposit(null, deposit)).to.deep.equal(accepted);
        expect(acceptDeposit(deposit, deposit)).to.deep.equal(accepted);
        for (const changes of [{ participantId: 'bert' }, { amountNano: amountNano(8n) }]) {
            expectRefusal(() => acceptDeposit(deposit, { ...deposit, ...changes }), 'DEPOSIT_CONFLICT', {
                paymentId: 'pay-1',
            });
        }
    });

    it('moves money into a cover once per transfer', () => {
        const transfer: CoverTransfer = {
            transferId: 'top-up',
            participantId: 'anna',
            carrier: 'electricity',
            lane: 0,
            amountNano: amountNano(7n),
        };
        expect(isRepeatedTransfer(null, transfer)).to.equal(false);
        expect(isRepeatedTransfer(transfer, { ...transfer })).to.equal(true);
        for (const changes of [{ carrier: 'heat' as const }, { lane: 1 }, { amountNano: amountNano(8n) }]) {
            expectRefusal(() => isRepeatedTransfer(transfer, { ...transfer, ...changes }), 'COVER_CONFLICT', {
                transferId: 'top-up',
            });
        }
    });
});

describe('a qualification', () => {
    const statement = (status: QualificationStatus, sequence: number): QualificationStatement => ({
        participantId: 'anna',
        person: { mspId: 'CommunityMSP', subjectHash: '70'.repeat(32), keyId: '6d'.repeat(32) },
        sequence,
        status,
        permits: [{ carrier: 'electricity', buy: true, sell: false }],
        reasonCode: 'checked',
    });
    const qualification = (status: QualificationStatus, sequence = 1): Qualification => ({
        statement: statement(status, sequence),
        officerSubjectHash: 'aa'.repeat(32),
        keyId: 'bb'.repeat(32),
        signature: 'cc'.repeat(64),
    });

    it('follows the last statement in number and in what it says', () => {
        const follows: Readonly<Record<QualificationStatus | 'none', readonly QualificationStatus[]>> = {
            none: ['granted'],
            granted: ['granted', 'suspended', 'revoked'],
            suspended: ['granted', 'revoked'],
            revoked: [],
        };
        for (const [last, allowed] of Object.entries(follows)) {
            const existing = last === 'none' ? null : qualification(last as QualificationStatus);
            for (const status of ['granted', 'suspended', 'revoked'] as const) {
                const decide = (sequence: number) => (): void => {
                    followsQualification(existing, statement(status, sequence));
                };
                const next = existing === null ? 1 : 2;
                if (allowed.includes(status)) {
                    decide(next)();
                } else {
                    expectRefusal(decide(next), 'QUALIFICATION_CONFLICT', { status: last });
                }
                expectRefusal(decide(next + 1), 'QUALIFICATION_CONFLICT');
            }
        }
    });

    it('permits one side of one carrier while it is granted', () => {
        demandPermit('anna', qualification('granted'), 'electricity', 'buy');
        const refused = [
            [qualification('granted'), 'electricity', 'sell'],
            [qualification('granted'), 'heat', 'buy'],
            [qualification('suspended'), 'electricity', 'buy'],
            [qualification('revoked'), 'electricity', 'buy'],
            [null, 'electricity', 'buy'],
        ] as const;
        for (const [given, carrier, side] of refused) {
            expectRefusal(
                () => {
                    demandPermit('anna', given, carrier, side);
                },
                'QUALIFICATION_MISSING',
                { participantId: 'anna', carrier, side, status: given?.statement.status ?? 'none' },
            );
        }
    });
});

describe('what is registered once', () => {
    const participant: Participant = {
        participantId: 'anna',
        kind: 'consumer',
        sector: 'residential',
        mspId: 'CommunityMSP',
        subjectHash: 'aa'.repeat(32),
        publicKey: 'key',
        beneficialOwnerMspId: null,
    };
    const point: MeteringPoint = {
        pointId: 'anna-point',
        participantId: 'anna',
        carrier: 'electricity',
        connectionPoint: 'bus-1',
        fromSlot: 10,
        meter: { meterId: 'anna-meter', publicKey: 'key' },
        ...PLAIN_POINT,
    };
    const seat: SeatGrant = { kind: 'reviewer', mspId: 'RegulatorMSP', subjectHash: 'aa'.repeat(32), publicKey: 'key' };

    it('a participant: the same again is no conflict, anything else is', () => {
        applyAsParticipant(CHARTER, null, participant);
        applyAsParticipant(CHARTER, participant, { ...participant });
        const others: readonly Partial<Participant>[] = [
            { kind: 'prosumer' },
            { sector: 'commercial' },
            { subjectHash: 'bb'.repeat(32) },
            { publicKey: 'other' },
            { beneficialOwnerMspId: 'SupplierMSP' },
        ];
        for (const changes of others) {
            expectRefusal(
                () => applyAsParticipant(CHARTER, participant, { ...participant, ...changes }),
                'PARTICIPANT_CONFLICT',
                { participantId: 'anna' },
            );
        }
    });

    it('a participant: brought by a side that the charter lets bring it', () => {
        for (const mspId of ['SupplierMSP', 'RegulatorMSP', 'ElsewhereMSP']) {
            expectRefusal(() => applyAsParticipant(CHARTER, null, { ...participant, mspId }), 'ORG_NOT_ADMITTED', {
                mspId,
                kind: 'consumer',
            });
        }
    });

    it('a metering point', () => {
        registerMeter(null, point);
        registerMeter(point, { ...point });
        const others: readonly Partial<MeteringPoint>[] = [
            { participantId: 'bert' },
            { carrier: 'heat' },
            { connectionPoint: 'bus-2' },
            { fromSlot: 11 },
            { meter: null },
            { meter: { meterId: 'other-meter', publicKey: 'key' } },
            { meter: { meterId: 'anna-meter', publicKey: 'other' } },
            { parentPointId: 'house-point' },
            { chargePointId: 'anna-point' },
            { storageEfficiencyBp: 9_000 },
            { isRenewable: true },
        ];
        for (const changes of others) {
            expectRefusal(() => registerMeter(point, { ...point, ...changes }), 'METER_CONFLICT', {
                pointId: point.pointId,
            });
        }
        const scheduled = { ...point, meter: null };
        registerMeter(scheduled, { ...scheduled });
        expectRefusal(() => registerMeter(scheduled, point), 'METER_CONFLICT');
        const mobility = { ...scheduled, carrier: 'mobility' as const };
        expect([point, scheduled, mobility].map(isScheduled)).to.deep.equal([false, true, false]);
    });

    it('a seat', () => {
        const granted = grantSeat(null, seat);
        expect(granted).to.deep.equal({ ...seat, status: 'granted' });
        expect(grantSeat(granted, { ...seat })).to.deep.equal(granted);
        const other = { ...seat, publicKey: 'other' };
        expectRefusal(() => grantSeat(granted, other), 'SEAT_CONFLICT', { kind: 'reviewer' });
        const revoked = revokeSeat(granted, seat);
        expect(revokeSeat(revoked, seat)).to.deep.equal({ ...seat, status: 'revoked' });
        expectRefusal(() => grantSeat(revoked, seat), 'SEAT_REVOKED', { mspId: 'RegulatorMSP' });
        expectRefusal(() => revokeSeat(null, seat), 'SEAT_MISSING', { kind: 'reviewer' });
    });
});
