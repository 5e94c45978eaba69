import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import { amountNano, energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, termsCodec } from '@commonwatt/chaincode/wire/agreement';
import { submitReadingsCodec } from '@commonwatt/chaincode/wire/reading';
import { type Committed, draftTerms, type Market, MeterKeyFile } from '@commonwatt/client';
import { replaceFile } from '@commonwatt/client/durable-file';
import { orNull } from '@commonwatt/client/ledger';
import type { OrgName } from '@commonwatt/network';

/** Who acts, and as a member of which organisation. */
export const ROLES = {
    seller: 'community',
    buyer: 'community',
    reviewer: 'regulator',
    metering: 'operator',
    settlement: 'operator',
    platform: 'operator',
} as const satisfies Record<string, OrgName>;
export type Role = keyof typeof ROLES;
type Party = 'seller' | 'buyer';

const CARRIER = 'electricity';
const SLOTS = 2;
const AGREED_WH = 80n;
/** What the seller feeds in and the buyer takes, in every slot. */
const METERED_WH = { seller: 70n, buyer: 90n } as const;
const DEPOSIT_NANO = amountNano(100_000_000_000n);
/** Registers are estimated a slot after the end of theirs, and corrected from the slot after on. */
export const QUICK_RULES = { readingDeadlineSlots: 1, reconciliationAfterSlots: [2, 3, 4] } as const;

/** Where a trader works: its files outlast it, its connections do not. */
export type Desk = Readonly<{
    folder: string;
    /** First slot of delivery. */
    firstSlot: SlotIndex;
    as: (role: Role) => Promise<Market>;
}>;

/** One step of a trade; whoever repeats it finds it done. */
export type Act = Readonly<{
    name: string;
    /** The keeper's are pushed by the keeper alone: the trader waits until it reads that they are done. */
    by: 'trader' | 'keeper';
    /** What it writes: its verb, and keys of which no other transaction of that verb may write any. */
    effects: (trade: Pick<Desk, 'firstSlot'> & Readonly<{ agreementId: string }>) => readonly Effect[];
    perform: (desk: Desk) => Promise<Committed<unknown> | null>;
}>;
export type Effect = Readonly<{ verb: string; key: string }>;

const PARTIES: readonly Party[] = ['seller', 'buyer'];
const pointOf = (party: Party): string => `${party}-point`;
const padded = (number: number): string => String(number).padStart(10, '0');

function partyActs(party: Party): Act[] {
    return [
        {
            name: `apply ${party}`,
            by: 'trader',
            effects: () => [{ verb: 'participant:apply', key: `exchange/participant/${party}` }],
            perform: async ({ as }) => {
                const kind = party === 'seller' ? 'prosumer' : 'consumer';
                const subject = { kind, sector: 'residential', beneficialOwnerMspId: null } as const;
                return await (await as(party)).participants.apply({ participantId: party, ...subject });
            },
        },
        {
            name: `qualify ${party}`,
            by: 'trader',
            effects: () => [{ verb: 'qualification:grant', key: `supervision/qualification/${party}` }],
            perform: async ({ as }) =>
                (await as('reviewer')).qualifications.grant({
                    participantId: party,
                    permits: [{ carrier: CARRIER, buy: true, sell: party === 'seller' }],
                    reasonCode: 'applicationComplete',
                }),
        },
        {
            name: `register ${party}`,
            by: 'trader',
            effects: () => [{ verb: 'meter:register', key: `exchange/metering-point/${pointOf(party)}` }],
            perform: async (desk) => await register(desk, party),
        },
        {
            name: `deposit ${party}`,
            by: 'trader',
            effects: () => [{ verb: 'account:deposit', key: `exchange/deposit/transfer-${party}` }],
            perform: async ({ as }) =>
                (await as('settlement')).accounts.deposit({
                    paymentId: `transfer-${party}`,
                    participantId: party,
                    amountNano: DEPOSIT_NANO,
                }),
        },
    ];
}

async function register({ as, folder, firstSlot }: Desk, party: Party): Promise<Committed<unknown>> {
    const market = await as('metering');
    const file = await meterOf(folder, party);
    const point = { pointId: pointOf(party), participantId: party, carrier: CARRIER, fromSlot: firstSlot } as const;
    const meter = { meterId: file.meterId, publicKey: file.key.publicKey };
    const zero = { importWh: energyWh(0n), exportWh: energyWh(0n) };
    const baseline = await file.signer(market.ledger.scope('exchange')).baseline(firstSlot, zero);
    const metered = { ...point, ...PLAIN_POINT, connectionPoint: 'bus-01', meter };
    const consents = [await (await as(party)).meters.consent(metered)];
    return await market.meters.register({ point: metered, baseline, consents });
}

async function meterOf(folder: string, party: Party): Promise<MeterKeyFile> {
    const path = join(folder, `${party}.meter.json`);
    const pointId = pointOf(party);
    return (await orNull(MeterKeyFile.open(path))) ?? (await MeterKeyFile.create(path, pointId, `meter-${pointId}`));
}

/** Terms are drafted once, whoever loses them afterwards. */
async function draftedTerms({ folder, firstSlot }: Desk): Promise<Terms> {
    const path = join(folder, 'terms.json');
    const drafted = await textOf(path);
    if (drafted !== null) {
        return termsCodec.decode(drafted);
    }
    const leg = { carrier: CARRIER, sellerId: 'seller', sellerPoint: pointOf('seller'), buyerId: 'buyer' } as const;
    const terms = draftTerms({
        proposerId: 'seller',
        legs: [
            {
                ...leg,
                buyerPoint: pointOf('buyer'),
                energyWh: Array.from({ length: SLOTS }, () => energyWh(AGREED_WH)),
                priceMicroPerKwh: Array.from({ length: SLOTS }, () => priceMicroPerKwh(200_000n)),
            },
        ],
        firstSlot,
        slotCount: SLOTS,
        defaultRateMicroPerKwh: priceMicroPerKwh(100_000n),
        defaultCapNano: amountNano(1_000_000_000n),
    });
    await replaceFile(path, termsCodec.encode(terms));
    return terms;
}

/** The agreement that a folder's trade is about. */
export const agreementIn = async (folder: string): Promise<string> =>
    agreementIdOf(termsCodec.decode((await textOf(join(folder, 'terms.json'))) ?? ''));

async function textOf(path: string): Promise<string | null> {
    return await readFile(path, 'utf8').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
            return null;
        }
        throw error;
    });
}

const contractActs: readonly Act[] = [
    {
        name: 'conclude',
        by: 'trader',
        effects: ({ agreementId }) => [{ verb: 'agreement:conclude', key: `exchange/agreement/${agreementId}` }],
        perform: async (desk) => {
            const terms = await draftedTerms(desk);
            const seller = await desk.as('seller');
            const consents = [
                await seller.agreements.consent(terms, 'seller'),
                await (await desk.as('buyer')).agreements.consent(terms, 'buyer'),
            ];
            return await seller.agreements.conclude(terms, consents);
        },
    },
    {
        name: 'approve',
        by: 'trader',
        effects: ({ agreementId }) => [
            { verb: 'verdict:approve', key: `supervision/verdict/${agreementId}/${padded(1)}` },
        ],
        perform: async ({ as, folder }) => {
            const reviewer = await as('reviewer');
            const { agreement } = await reviewer.agreements.show(await agreementIn(folder));
            return await reviewer.verdicts.approve(agreement, 'noObjection');
        },
    },
    {
        name: 'fund',
        by: 'keeper',
        effects: ({ agreementId }) => [{ verb: 'agreement:fund', key: `exchange/execution/${agreementId}` }],
        perform: async ({ as, folder }) => {
            const { agreements } = await as('buyer');
            const agreementId = await agreementIn(folder);
            return await untilTrue(async () => (await agreements.show(agreementId)).execution.state !== 'concluded');
        },
    },
];

const begin = (offset: number): Act => ({
    name: `begin ${offset}`,
    by: 'trader',
    effects: ({ firstSlot }) => [{ verb: 'clock:advance', key: `exchange/tick/${padded(firstSlot + offset)}` }],
    perform: async ({ as, firstSlot }) => {
        // Slots begin one after the other, from the first of the charter on.
        const fromSlot = offset === 0 ? firstSlot - 1 : firstSlot + offset;
        return await (await as('platform')).clock.advance({ fromSlot, toSlot: firstSlot + offset });
    },
});

const read = (offset: number): Act => ({
    name: `read ${offset}`,
    by: 'trader',
    effects: ({ firstSlot }) =>
        PARTIES.map((party) => ({
            verb: 'reading:submit',
            key: `exchange/reading/${pointOf(party)}/${padded(firstSlot + offset)}`,
        })),
    perform: async (desk) => {
        const readings = await Promise.all(PARTIES.map((party) => signedReading(desk, party, offset)));
        return await (await desk.as('metering')).readings.submit(readings);
    },
});

/** What the meter signed is kept, so that the same is sent again. */
async function signedReading({ as, folder, firstSlot }: Desk, party: Party, offset: number): Promise<SignedReading> {
    const path = join(folder, `reading-${party}-${offset}.json`);
    const kept = await textOf(path);
    if (kept !== null) {
        const [reading] = submitReadingsCodec.decode(kept).readings;
        if (reading !== undefined) {
            return reading;
        }
    }
    const shownWh = energyWh(METERED_WH[party] * BigInt(offset + 1));
    const none = energyWh(0n);
    const registers =
        party === 'seller' ? { importWh: none, exportWh: shownWh } : { importWh: shownWh, exportWh: none };
    const signer = (await meterOf(folder, party)).signer((await as('metering')).ledger.scope('exchange'));
    const reading = await signer.read(firstSlot + offset, registers);
    await replaceFile(path, submitReadingsCodec.encode({ readings: [reading] }));
    return reading;
}

const settled = (name: string, verb: string, offset: number, run: number): Act => ({
    name,
    by: 'keeper',
    effects: ({ firstSlot }) => [
        { verb, key: `exchange/settlement/${CARRIER}/${padded(firstSlot + offset)}/${padded(run)}` },
    ],
    perform: async ({ as, firstSlot }) => {
        const { settlements } = await as('buyer');
        return await untilTrue(async () => {
            return (await orNull(settlements.show(CARRIER, firstSlot + offset, run))) !== null;
        });
    },
});

const POLL_MS = 100;

/** Whoever waits reads again and again; errors are the caller's to wait out. */
async function untilTrue(holds: () => Promise<boolean>): Promise<null> {
    while (!(await holds())) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return null;
}

/** A short trade of two slots, from application to reconciliation. */
export const ACTS: readonly Act[] = [
    ...PARTIES.flatMap(partyActs),
    ...contractActs,
    begin(0),
    begin(1),
    read(0),
    settled('settle 0', 'settlement:run', 0, 0),
    begin(2),
    read(1),
    settled('settle 1', 'settlement:run', 1, 0),
    begin(3),
    settled('reconcile 0', 'settlement:reconcile', 0, 1),
];
