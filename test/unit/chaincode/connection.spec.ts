import {
    type Connection,
    type ConnectionShare,
    type ConnectionStatement,
    followsConnection,
    grantShare,
    noShare,
    shareLimits,
    type SignedTransfer,
    transferShare,
} from '@commonwatt/chaincode/domain/connection';
import { powerW } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const W = powerW;
const grant = (pointId: string, importW: bigint, exportW: bigint): ConnectionStatement['grants'][number] => ({
    pointId,
    importW: W(importW),
    exportW: W(exportW),
});
const statement = (changes: Partial<ConnectionStatement> = {}): ConnectionStatement => ({
    carrier: 'electricity',
    connectionPoint: 'bus-1',
    sequence: 1,
    importMaxW: W(1_000n),
    exportMaxW: W(100n),
    grants: [],
    reasonCode: 'built',
    ...changes,
});
const connection = (changes: Partial<ConnectionStatement>, importW: bigint, exportW: bigint): Connection => ({
    statement: statement(changes),
    officerSubjectHash: '',
    keyId: '',
    signature: '',
    importSharedW: W(importW),
    exportSharedW: W(exportW),
});
const share = (pointId: string, importW: bigint, exportW: bigint, sequence = 1): ConnectionShare => ({
    ...noShare('electricity', 'bus-1', pointId),
    sequence,
    importMaxW: W(importW),
    exportMaxW: W(exportW),
});
const about = { carrier: 'electricity', connectionPoint: 'bus-1' };

describe('statements on a connection', () => {
    it('follow one another by number', () => {
        followsConnection(null, statement());
        followsConnection(connection({ sequence: 4 }, 0n, 0n), statement({ sequence: 5 }));
        for (const [existing, sequence] of [
            [null, 0],
            [null, 2],
            [connection({ sequence: 4 }, 0n, 0n), 4],
            [connection({ sequence: 4 }, 0n, 0n), 6],
        ] as const) {
            expectRefusal(() => followsConnection(existing, statement({ sequence })), 'CONNECTION_CONFLICT', {
                ...about,
                sequence: existing === null ? 0 : 4,
            });
        }
    });

    it('grant what is nobody’s yet, to the W, each way', () => {
        const all = statement({ grants: [grant('a', 600n, 60n), grant('b', 400n, 40n)] });
        expect(followsConnection(null, all)).to.deep.equal({ importSharedW: 1_000n, exportSharedW: 100n });
        const exceeded = (
            before: Connection | null,
            next: ConnectionStatement,
            side: string,
            askedW: bigint,
            freeW: bigint,
        ) =>
            expectRefusal(() => followsConnection(before, next), 'SHARE_EXCEEDED', {
                ...about,
                pointId: null,
                side,
                askedW,
                freeW,
            });
        exceeded(null, statement({ grants: [grant('a', 600n, 0n), grant('b', 401n, 0n)] }), 'import', 1_001n, 1_000n);
        exceeded(null, statement({ grants: [grant('a', 0n, 101n)] }), 'export', 101n, 100n);
        const most = connection({}, 900n, 100n);
        const next = (importW: bigint, more: Partial<ConnectionStatement> = {}): ConnectionStatement =>
            statement({ sequence: 2, grants: [grant('c', importW, 0n)], ...more });
        expect(followsConnection(most, next(100n))).to.deep.equal({ importSharedW: 1_000n, exportSharedW: 100n });
        exceeded(most, next(101n), 'import', 101n, 100n);
        exceeded(most, next(1n, { importMaxW: W(500n) }), 'import', 1n, -400n);
        expect(followsConnection(most, next(0n, { importMaxW: W(500n) }))).to.deep.equal({
            importSharedW: 900n,
            exportSharedW: 100n,
        });
    });
});

describe('a share of a connection', () => {
    const signed = (changes: Partial<SignedTransfer['transfer']> = {}): SignedTransfer => ({
        transfer: {
            ...about,
            carrier: 'electricity',
            fromPointId: 'a',
            sequence: 2,
            toPointId: 'b',
            importW: W(5n),
            exportW: W(3n),
            ...changes,
        },
        signature: 'ab',
    });

    it('grows by what is granted', () => {
        const granted = grantShare({ ...share('a', 10n, 20n), transfer: signed() }, grant('a', 1n, 2n));
        expect(granted).to.deep.equal({ ...share('a', 11n, 22n, 2), transfer: null });
    });

    it('passes in part to another, and no more than there is', () => {
        const shares = { giver: share('a', 5n, 4n), taker: noShare('electricity', 'bus-1', 'b') };
        expect(transferShare(shares, signed())).to.deep.equal({
            giver: { ...share('a', 0n, 1n, 2), transfer: signed() },
            taker: { ...share('b', 5n, 3n, 1), transfer: signed() },
        });
        const exceeded = (side: string, askedW: bigint, freeW: bigint, changes: Parameters<typeof signed>[0]): void =>
            expectRefusal(() => transferShare(shares, signed(changes)), 'SHARE_EXCEEDED', {
                ...about,
                pointId: 'a',
                side,
                askedW,
                freeW,
            });
        exceeded('import', 6n, 5n, { importW: W(6n) });
        exceeded('export', 5n, 4n, { exportW: W(5n) });
        for (const sequence of [1, 3]) {
            expectRefusal(() => transferShare(shares, signed({ sequence })), 'SHARE_CONFLICT', {
                ...about,
                pointId: 'a',
                sequence: 1,
            });
        }
    });

    it('is what it says, or its part of less; in Wh of a slot, rounded down', () => {
        const own = share('a', 999n, 40n);
        expect(shareLimits(connection({}, 1_000n, 100n), own, 15)).to.deep.equal({ importWh: 249n, exportWh: 10n });
        expect(shareLimits(connection({ importMaxW: W(500n) }, 1_000n, 100n), own, 15)).to.deep.equal({
            importWh: 124n, // of 499 W
            exportWh: 10n,
        });
        expect(shareLimits(connection({ exportMaxW: W(0n) }, 1_000n, 100n), own, 60)).to.deep.equal({
            importWh: 999n,
            exportWh: 0n,
        });
    });
});
