import { expect } from 'chai';
import { type Market, subjectHashOfCertificate } from '@commonwatt/client';
import { applyCodec, participantCodec } from '@commonwatt/chaincode/wire/participant';
import { signedText } from '@commonwatt/chaincode/wire/signature';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { CARRIER, DEPOSIT_NANO, OFFICERS, officers, pointOf, RETAILER } from '../support/market.js';
import { expectRefusal } from '../support/refusal.js';
import { SigningKey } from '../support/signing-key.js';
import { of } from './by-name.js';
import { BUYER, NEWCOMER, PROSUMER, SUBJECTS } from './cast.js';
import { type Qualified } from './story.js';
import { withStory } from './with-story.js';

describe('01 qualify', function () {
    this.timeout(20_000);
    const story = withStory((each) => each.qualified());
    let acts: Qualified;
    before(async () => {
        acts = await story().qualified();
    });

    const hashOf = (name: string): string => {
        const { mspId, certificate } = story().market.actors.get(name).entry;
        return subjectHashOfCertificate(mspId, certificate);
    };

    describe('the charter', () => {
        it('is the same at both chaincodes, and says that time is virtual', async () => {
            const { charter } = story().as(BUYER.id);
            const [exchange, supervision] = [await charter.show('exchange'), await charter.show('supervision')];
            expect(exchange).to.deep.equal(supervision);
            expect(exchange).to.include({ clock: 'virtual', firstSlot: story().market.firstSlot, currency: 'EUR' });
        });

        it('is confirmed at both chaincodes by every organisation, by its own administrator', async () => {
            const { charter } = story().as(BUYER.id);
            for (const role of ['supervision', 'exchange'] as const) {
                const { confirmedBy } = await charter.established(role);
                expect(confirmedBy, role).to.have.members([
                    'OperatorMSP',
                    'CommunityMSP',
                    'SupplierMSP',
                    'RegulatorMSP',
                ]);
            }
            const { charterHash } = await charter.established();
            await expectRefusal(charter.confirmAt('supervision', charterHash), 'forbidden CALLER_NOT_ADMIN');
        });

        it('stands for ever: again it changes nothing, another is refused, and only administrators ask', async () => {
            const admin = await story().market.actors.admin('operator');
            const command = { charter: await admin.charter.show(), rules: await admin.charter.rules() };
            await expectNothingWritten(admin, await admin.charter.establishAt('exchange', command));
            const other = { ...command, charter: { ...command.charter, currency: 'CHF' } };
            await expectRefusal(admin.charter.establishAt('exchange', other), 'conflict CHARTER_ESTABLISHED');
            await expectRefusal(admin.charter.establishAt('supervision', other), 'conflict CHARTER_ESTABLISHED');
            const { charter } = story().as(BUYER.id);
            await expectRefusal(charter.establishAt('exchange', command), 'forbidden CALLER_NOT_ADMIN');
        });
    });

    describe('officers', () => {
        for (const kind of officers) {
            it(`${kind} is seated by the administrator of ${OFFICERS[kind]}`, async () => {
                const seated = of(await story().seated(), kind);
                const { mspId, subjectHash } = seated.value;
                expect(subjectHash).to.equal(hashOf(kind));
                await expectInBlock(story().as(kind), seated, {
                    chaincode: 'supervision',
                    verb: 'seat:grant',
                    keys: [`seat/${kind}/${mspId}/${subjectHash}`],
                    event: { name: 'SeatGranted/1', payload: { kind, mspId, subjectHash } },
                });
            });
        }

        it('are named by administrators alone, of their own organisation, for the seats that the charter gives it', async () => {
            const { actors } = story().market;
            const { kind, mspId, subjectHash, publicKey } = of(await story().seated(), 'reviewer').value;
            const seat = { kind, mspId, subjectHash, publicKey };
            const operator = await actors.admin('operator');
            await expectRefusal(story().as('reviewer').seats.grant(seat), 'forbidden CALLER_NOT_ADMIN');
            await expectRefusal(operator.seats.grant(seat), 'forbidden ORG_NOT_ADMITTED', { kind: 'reviewer' });
            const own = { ...seat, mspId: 'OperatorMSP' };
            await expectRefusal(operator.seats.grant(own), 'forbidden ORG_NOT_ADMITTED', { mspId: 'OperatorMSP' });
        });
    });

    describe('participants', () => {
        for (const { id, kind } of SUBJECTS) {
            it(`${id} applies as ${kind}, known by a pseudonym and a hash`, async () => {
                await expectInBlock(story().as(id), of(acts.applied, id), {
                    chaincode: 'exchange',
                    verb: 'participant:apply',
                    keys: [`participant/${id}`, `subject/${hashOf(id)}`],
                    event: { name: 'ParticipantApplied/1', payload: { participantId: id, kind } },
                });
            });
        }

        it('keep their pseudonym, and have one', async () => {
            const stranger = await story().market.actors.enrol('stranger', 'community');
            const application = { kind: 'consumer', sector: 'residential', beneficialOwnerMspId: null } as const;
            const taken = stranger.market.participants.apply({ participantId: BUYER.id, ...application });
            await expectRefusal(taken, 'conflict PARTICIPANT_CONFLICT');
            const second = story()
                .as(BUYER.id)
                .participants.apply({ participantId: 'second-self', ...application });
            await expectRefusal(second, 'conflict SUBJECT_TAKEN', { participantId: BUYER.id });
        });

        it('come from the organisations that may bring them, and hold the key they register', async () => {
            const official = await story().market.actors.enrol('official', 'regulator');
            const application = {
                participantId: 'official',
                kind: 'consumer',
                sector: 'residential',
                beneficialOwnerMspId: null,
            } as const;
            await expectRefusal(official.market.participants.apply(application), 'forbidden ORG_NOT_ADMITTED');
            const { market, entry } = await story().market.actors.enrol('thief', 'community');
            const { holder } = market.ledger;
            const { publicKey } = entry.signingKey;
            const stolen = { ...application, participantId: 'thief', publicKey, ...holder };
            const scope = market.ledger.scope('exchange');
            const own = new SigningKey();
            const signature = own.sign(
                signedText('commonwatt/participant/1', scope, stolen.publicKey, participantCodec.toJson(stolen)),
            );
            const attempt = market.ledger.submit(
                'exchange',
                'participant:apply',
                () => applyCodec.encode({ application: stolen, signature }),
                (answer) => answer,
            );
            await expectRefusal(attempt, 'invalid SIGNATURE_INVALID');
        });

        it('have nobody who saw their application send it under a certificate of its own', async () => {
            const { market: victim } = await story().market.actors.enrol('newcomer', 'community');
            const { market: thief } = await story().market.actors.enrol('interceptor', 'community');
            const { publicKey } = victim.ledger.documents;
            const applicant = { participantId: 'newcomer', kind: 'consumer', sector: 'residential' } as const;
            const application = { ...applicant, publicKey, beneficialOwnerMspId: null, ...victim.ledger.holder };
            const body = participantCodec.toJson(application);
            const { signature } = await victim.ledger.sign('commonwatt/participant/1', 'exchange', body);
            const send = (market: Market): Promise<unknown> =>
                market.ledger.submit(
                    'exchange',
                    'participant:apply',
                    () => applyCodec.encode({ application, signature }),
                    (answer) => answer,
                );
            await expectRefusal(send(thief), 'forbidden CALLER_NOT_PARTICIPANT', { participantId: 'newcomer' });
            await send(victim);
        });
    });

    describe('qualification', () => {
        it("is the regulator's, numbered and signed", async () => {
            for (const [participantId, granted] of acts.granted) {
                await expectInBlock(story().as('reviewer'), granted, {
                    chaincode: 'supervision',
                    verb: 'qualification:grant',
                    keys: [`qualification/${participantId}`],
                    event: {
                        name: 'QualificationChanged/1',
                        payload: { participantId, sequence: 1, status: 'granted' },
                    },
                });
            }
        });

        it('says what each may trade, and nothing of the newcomer', async () => {
            const { qualifications } = story().as(NEWCOMER.id);
            const permits = (await qualifications.show(PROSUMER.id)).statement.permits;
            expect(permits).to.deep.equal([{ carrier: CARRIER, buy: true, sell: true }]);
            await expectRefusal(qualifications.show(NEWCOMER.id), 'notFound PARTICIPANT_MISSING');
        });

        it('comes from a reviewer, not from another officer or the applicant', async () => {
            const grant = { participantId: NEWCOMER.id, permits: [], reasonCode: 'applicationComplete' };
            for (const name of ['metering', NEWCOMER.id]) {
                const attempt = story().as(name).qualifications.grant(grant);
                await expectRefusal(attempt, 'forbidden CALLER_NOT_SEATED', { kind: 'reviewer' });
            }
        });
    });

    describe('meters', () => {
        it('are registered for a coming slot, each with its signed baseline', async () => {
            const fromSlot = story().firstSlot;
            const slotKey = String(fromSlot).padStart(10, '0');
            for (const { id } of SUBJECTS) {
                const pointId = pointOf(id);
                const metered =
                    id === RETAILER.id ? [] : [`reading/${pointId}/${previous(slotKey)}`, `last-reading/${pointId}`];
                await expectInBlock(story().as('metering'), of(acts.registered, id), {
                    chaincode: 'exchange',
                    verb: 'meter:register',
                    keys: [`metering-point/${pointId}`, `point-from-slot/${CARRIER}/${slotKey}/${pointId}`, ...metered],
                    event: { name: 'MeterRegistered/1', payload: { pointId, participantId: id, carrier: CARRIER } },
                });
            }
        });

        it('show what the building has consumed and fed in', async () => {
            const [baseline] = await story().as(BUYER.id).readings.list(PROSUMER.id);
            expect(baseline?.reading).to.include({ sequence: 0, slot: story().firstSlot - 1 });
            expect(baseline?.reading).to.include(story().market.registersAt(PROSUMER.id, story().firstSlot - 1));
        });

        it("are the metering officer's to register, once per point, never for a slot that has begun", async () => {
            const point = of(acts.registered, BUYER.id).value;
            const { meters } = story().as('metering');
            const [recorded] = await story().as(BUYER.id).readings.list(BUYER.id);
            const baseline =
                recorded === undefined ? null : { reading: recorded.reading, signature: recorded.signature };
            const same = { point, baseline, consents: [await story().as(BUYER.id).meters.consent(point)] };
            await expectNothingWritten(story().as('metering'), await meters.register(same));
            await expectRefusal(story().as(BUYER.id).meters.register(same), 'forbidden CALLER_NOT_SEATED');
            const moved = { ...same, point: { ...point, connectionPoint: 'bus-99' } };
            await expectRefusal(meters.register(moved), 'conflict METER_CONFLICT');
            const other = { ...point, pointId: 'bld-99' };
            const unsigned = { ...same, point: other };
            await expectRefusal(meters.register(unsigned), 'invalid SIGNATURE_INVALID');
            await expectRefusal(meters.register({ ...unsigned, consents: [] }), 'forbidden SIGNATURE_MISSING');
            const elsewhere = { ...unsigned, consents: [await story().as(BUYER.id).meters.consent(other)] };
            await expectRefusal(meters.register(elsewhere), 'invalid INPUT_INVALID');
            await story().tickUntil(story().market.firstSlot);
            const late = {
                ...of(acts.registered, RETAILER.id).value,
                pointId: 'late-point',
                fromSlot: story().market.firstSlot,
            };
            const signed = [await story().as(RETAILER.id).meters.consent(late)];
            const register = meters.register({ point: late, baseline: null, consents: signed });
            await expectRefusal(register, 'conflict SLOT_BEGUN');
        });
    });

    describe('deposits', () => {
        it('are confirmed by the settlement agent and show in the account', async () => {
            for (const [participantId, deposited] of acts.deposited) {
                const paymentId = `transfer-${participantId}`;
                await expectInBlock(story().as('settlement'), deposited, {
                    chaincode: 'exchange',
                    verb: 'account:deposit',
                    keys: [
                        `deposit/${paymentId}`,
                        `payment/${paymentId}`,
                        `credit/${participantId}/deposit.${paymentId}`,
                    ],
                    event: {
                        name: 'DepositAccepted/1',
                        payload: { paymentId, participantId, amountNano: DEPOSIT_NANO },
                    },
                });
            }
            expect((await story().as(NEWCOMER.id).accounts.show(NEWCOMER.id)).freeNano).to.equal(0n);
        });

        it('count once, and nobody else confirms them', async () => {
            const deposit = of(acts.deposited, BUYER.id).value;
            const { accounts } = story().as('settlement');
            await expectNothingWritten(story().as('settlement'), await accounts.deposit(deposit));
            const more = { ...deposit, amountNano: DEPOSIT_NANO * 2n } as typeof deposit;
            await expectRefusal(accounts.deposit(more), 'conflict DEPOSIT_CONFLICT');
            const own = story()
                .as(BUYER.id)
                .accounts.deposit({ ...deposit, paymentId: 'own-transfer' });
            await expectRefusal(own, 'forbidden CALLER_NOT_SEATED', { kind: 'settlement' });
        });
    });
});

const previous = (slotKey: string): string => String(Number(slotKey) - 1).padStart(10, '0');
