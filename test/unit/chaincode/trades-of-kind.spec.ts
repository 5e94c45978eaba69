import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkKinds } from '@commonwatt/chaincode/domain/agreement';
import { type Carrier, CARRIERS } from '@commonwatt/chaincode/domain/charter';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { type Participant, PARTICIPANT_KINDS, SECTORS } from '@commonwatt/chaincode/domain/participant';
import {
    demandPointOfKind,
    demandSectorOfKind,
    demandTradeOfKind,
    SIDES,
    tradesOf,
} from '@commonwatt/chaincode/domain/trades-of-kind';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleTerms } from '../../support/sample-market.js';

type Kind = Participant['kind'];
type Side = 'buy' | 'sell';

const subject = (kind: Kind, participantId = 'solar', sector: Participant['sector'] = null): Participant => ({
    participantId,
    kind,
    sector,
    mspId: 'CommunityMSP',
    subjectHash: '0'.repeat(64),
    publicKey: '',
    beneficialOwnerMspId: null,
});

function holds(check: () => void): boolean {
    try {
        check();
        return true;
    } catch {
        return false;
    }
}

const trades = (kind: Kind, carrier: Carrier, side: Side): boolean =>
    holds(() => {
        demandTradeOfKind(subject(kind), carrier, side);
    });

const own = (kind: Kind, more: Partial<MeteringPoint>): void => {
    const point: MeteringPoint = {
        pointId: 'p',
        participantId: 'solar',
        carrier: 'electricity',
        connectionPoint: 'bus-1',
        fromSlot: FIRST_SLOT,
        meter: null,
        ...PLAIN_POINT,
        ...more,
    };
    demandPointOfKind(point, subject(kind));
};
const owns = (kind: Kind, more: Partial<MeteringPoint>): boolean =>
    holds(() => {
        own(kind, more);
    });

/** What the paper's §2.2 and §3.1 say of each subject, in their words: on all networks, on some, or on none. */
const NETWORKS: readonly Carrier[] = ['electricity', 'heat', 'cooling', 'gas'];
const LOTS: readonly Carrier[] = ['coal', 'oil'];
const ALL_BUT_MOBILITY = [...NETWORKS, ...LOTS];
const PAPER: Readonly<Record<Kind, Readonly<Record<Side, readonly Carrier[]>>>> = {
    // (1) "do not have the capacity to produce energy"; "electricity consumers, hot and cold consumers, and gas consumers"
    consumer: { buy: NETWORKS, sell: [] },
    // (2) "with excess energy can sell it"
    prosumer: { buy: NETWORKS, sell: NETWORKS },
    prosumerWithStorage: { buy: NETWORKS, sell: NETWORKS },
    // (3) "electricity storage, heat storage, cold storage, and gas storage"
    storageProvider: { buy: NETWORKS, sell: NETWORKS },
    // (4) "trade with other members, and participate in wholesale markets"; §3.1 "(coal, gas, oil, etc.) holders"
    energySeller: { buy: ALL_BUT_MOBILITY, sell: ALL_BUT_MOBILITY },
    // (5) "distribution networks, heating networks, and gas pipeline networks"; "can also participate in the transaction"
    networkOperator: { buy: NETWORKS, sell: NETWORKS },
    // §3.1 "power plants", here with those that turn one energy into another, and with what they run on
    plant: { buy: ALL_BUT_MOBILITY, sell: ALL_BUT_MOBILITY },
    // §3.1 "electrified transportation": what hands energy to vehicles and back, and the vehicles
    chargingOperator: { buy: ['electricity', 'mobility'], sell: ['electricity', 'mobility'] },
    evFleet: { buy: ['mobility'], sell: ['mobility'] },
};

describe('what a kind of subject trades', () => {
    for (const kind of PARTICIPANT_KINDS) {
        for (const side of SIDES) {
            it(`${kind}: what it may ${side}`, () => {
                const traded = CARRIERS.filter((carrier) => trades(kind, carrier, side));
                expect(traded).to.have.members(PAPER[kind][side]);
                expect(tradesOf(subject(kind), side)).to.deep.equal(traded);
            });
        }
    }

    it('is lots of coal and oil to buy for industrial end users, and for no other', () => {
        for (const carrier of LOTS) {
            const buying = PARTICIPANT_KINDS.flatMap((kind) =>
                SECTORS.filter((sector) => tradesOf({ kind, sector }, 'buy').includes(carrier)).map(
                    (sector) => `${sector} ${kind}`,
                ),
            );
            const endUsers = ['consumer', 'prosumer', 'prosumerWithStorage'];
            const professional = buying.filter((each) => !endUsers.some((kind) => each.endsWith(` ${kind}`)));
            expect(buying).to.include.members(endUsers.map((kind) => `industrial ${kind}`));
            expect(buying.length - professional.length).to.equal(endUsers.length);
            expect(tradesOf({ kind: 'consumer', sector: 'industrial' }, 'sell')).not.to.include(carrier);
        }
    });

    it('leaves no carrier without a buyer and a seller', () => {
        for (const side of SIDES) {
            for (const carrier of CARRIERS) {
                expect(PARTICIPANT_KINDS.some((kind) => trades(kind, carrier, side))).to.equal(true);
            }
        }
    });

    it('binds both sides of every leg', () => {
        checkKinds(sampleTerms(), [subject('prosumer'), subject('consumer', 'anna')]);
        expectRefusal(
            () => {
                checkKinds(sampleTerms(), [subject('consumer'), subject('consumer', 'anna')]);
            },
            'TRADE_NOT_OF_KIND',
            { participantId: 'solar', kind: 'consumer', carrier: 'electricity', side: 'sell' },
        );
        expectRefusal(
            () => {
                checkKinds(sampleTerms(), [subject('prosumer'), subject('evFleet', 'anna')]);
            },
            'TRADE_NOT_OF_KIND',
            { participantId: 'anna', kind: 'evFleet', carrier: 'electricity', side: 'buy' },
        );
    });
});

describe('what a kind of subject is', () => {
    const those = (has: (kind: Kind) => boolean): Kind[] => PARTICIPANT_KINDS.filter(has);

    it('has a sector for consumers and prosumers, which must say it, and for nobody else', () => {
        const endUsers = ['consumer', 'prosumer', 'prosumerWithStorage'];
        for (const sector of SECTORS) {
            const admitted = those((kind) =>
                holds(() => {
                    demandSectorOfKind(subject(kind, 'solar', sector));
                }),
            );
            expect(admitted).to.have.members(endUsers);
        }
        const without = those((kind) =>
            holds(() => {
                demandSectorOfKind(subject(kind));
            }),
        );
        expect(without).to.have.members(PARTICIPANT_KINDS.filter((kind) => !endUsers.includes(kind)));
        expectRefusal(
            () => {
                demandSectorOfKind(subject('consumer', 'anna'));
            },
            'SECTOR_INVALID',
            { participantId: 'anna', kind: 'consumer', sector: null },
        );
    });

    it('has points of every carrier that it trades, and of no other', () => {
        for (const kind of PARTICIPANT_KINDS) {
            const has = CARRIERS.filter((carrier) => owns(kind, { carrier }));
            expect(has, kind).to.have.members([...new Set([...PAPER[kind].buy, ...PAPER[kind].sell])]);
        }
    });

    it('stores if it is a storage provider or a prosumer with storage: electricity, heat, cold or gas', () => {
        for (const carrier of NETWORKS) {
            const storing = those((kind) => owns(kind, { carrier, storageEfficiencyBp: 9_000 }));
            expect(storing).to.have.members(['prosumerWithStorage', 'storageProvider']);
        }
    });

    it('generates if it is a prosumer or a plant', () => {
        const generating = ['prosumer', 'prosumerWithStorage', 'plant'];
        expect(those((kind) => owns(kind, { isRenewable: true }))).to.have.members(generating);
        const storing = those((kind) => owns(kind, { isRenewable: true, storageEfficiencyBp: 9_000 }));
        expect(storing).to.have.members(['prosumerWithStorage', 'storageProvider']);
    });

    it('says why a point is none of its kind', () => {
        const refused = (kind: Kind, more: Partial<MeteringPoint>, reason: string): void =>
            expectRefusal(() => own(kind, more), 'POINT_NOT_OF_KIND', { pointId: 'p', kind, reason });
        refused('consumer', { carrier: 'mobility' }, 'it trades nothing of this carrier');
        refused('consumer', { storageEfficiencyBp: 9_000 }, 'it stores nothing');
        refused('consumer', { isRenewable: true }, 'it generates nothing');
    });

    it('is what the documentation says', () => {
        const page = readFileSync(
            fileURLToPath(new URL('../../../../chaincode/docs/subjects.md', import.meta.url)),
            'utf8',
        );
        const rows = page
            .split('\n')
            .filter((line) => line.startsWith('| `'))
            .map((line) => line.split('|').map((cell) => cell.replaceAll('`', '').trim()));
        const listed = (carriers: readonly Carrier[]): string =>
            carriers.length === 0 ? '—' : [...carriers].sort().join(', ');
        const inOrder = (cell = ''): string => cell.split(', ').sort().join(', ');
        expect(rows.map(([, kind]) => kind)).to.deep.equal(PARTICIPANT_KINDS);
        for (const [, kind, , buys, sells] of rows) {
            expect(inOrder(buys), kind).to.equal(listed(tradesOf(subject(kind as Kind), 'buy')));
            expect(inOrder(sells), kind).to.equal(listed(tradesOf(subject(kind as Kind), 'sell')));
        }
    });
});
