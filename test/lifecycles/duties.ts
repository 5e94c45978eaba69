import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { datedRulesCodec } from '@commonwatt/chaincode/wire/charter';
import type { Codec } from '@commonwatt/chaincode/wire/codec';
import { conformityCodec } from '@commonwatt/chaincode/wire/conformity';
import { mandateCodec } from '@commonwatt/chaincode/wire/mandate';
import { departureCodec } from '@commonwatt/chaincode/wire/participant';
import { requirementCodec } from '@commonwatt/chaincode/wire/requirement';
import { screeningCodec } from '@commonwatt/chaincode/wire/screening';
import { standardCodec } from '@commonwatt/chaincode/wire/standard';
import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { FIRST_SLOT } from '../support/sample-market.js';
import { must, sum } from './broken.js';
import type { Tally } from './tally.js';
import { DEVICES } from './world.js';

const written = (number: number): string => String(number).padStart(10, '0');

/** Holds what those who agree owe to the weak centre and to the networks. */
export class DutyWatch {
    readonly #ledger: LedgerDouble;
    readonly #tally: Tally;
    readonly #rules: Rules;

    constructor(ledger: LedgerDouble, tally: Tally) {
        this.#ledger = ledger;
        this.#tally = tally;
        const enacted = datedRulesCodec.decode(ledger.read('exchange', 'rules')?.value.toString('utf8') ?? '');
        this.#rules = enacted.rules;
    }

    /** Terms that are about to be in force, instead of others or for the first time. */
    agreed({ terms, consents }: Agreement, before: Terms | undefined): void {
        for (const { participantId, mandateId } of consents) {
            this.staying(participantId);
            const mandate = this.#read('exchange', `mandate/${participantId}/${mandateId ?? ''}`, mandateCodec);
            this.staying(mandate?.statement.agentId ?? participantId);
        }
        for (const standardId of this.#rules.carriers.electricity?.conformityStandards ?? []) {
            this.#checkDevices(terms, standardId);
        }
        for (const carrier of carriersOf(terms)) {
            this.#checkRequirement(carrier, terms, before);
        }
    }

    /** @param participantId somebody who takes part in something new */
    staying(participantId: string): void {
        const departure = this.#read('exchange', `departure/${participantId}`, departureCodec);
        must(departure === null, 'who leaves agrees nothing new', { participantId });
    }

    /** Money on its way out of the market. */
    paidOut(participantId: string): void {
        const departure = this.#read('exchange', `departure/${participantId}`, departureCodec);
        must(departure?.isWoundUp !== false, 'who leaves is paid when it is wound up', { participantId });
        this.#tally.saw('payouts of who has left', departure === null ? 0 : 1);
    }

    /** An agreement comes into force, or goes on with other terms. */
    entered({ agreementId, version, termsHash }: Execution, terms: Terms): void {
        const central = carriersOf(terms).filter((each) => this.#rules.carriers[each]?.screening === 'central');
        for (const carrier of central) {
            const key = `screening/${agreementId}/${written(version)}/${carrier}`;
            const statement = this.#read('exchange', key, screeningCodec)?.statement;
            const isAdmitted = statement?.decision === 'admitted' && statement.termsHash === termsHash;
            must(isAdmitted, 'what is screened centrally was admitted', { agreementId, version, carrier });
            this.#tally.saw('admitted versions in force');
        }
    }

    /** What sells electricity is certified to the end of delivery, and for as much as it promises. */
    #checkDevices({ legs, firstSlot, slotCount }: Terms, standardId: string): void {
        const endSlot = firstSlot + slotCount;
        const standard = this.#read('supervision', `standard/${standardId}`, standardCodec);
        const fromSlot = Math.max(firstSlot, standard?.statement.fromSlot ?? endSlot);
        for (const { pointId } of DEVICES) {
            const own = legs.filter((leg) => leg.sellerPoint === pointId);
            if (own.length === 0 || fromSlot >= endSlot) {
                continue;
            }
            const held = this.#read('supervision', `conformity/${pointId}/${standardId}`, conformityCodec)?.statement;
            must(held?.status === 'certified', 'what sells is certified', { pointId });
            must(held.untilSlot >= endSlot, 'what sells is certified to the end', { pointId, endSlot });
            for (let slot = fromSlot; slot < endSlot; slot += 1) {
                const sold = sum(own.map((leg) => leg.energyWh[slot - firstSlot] ?? 0n));
                must(sold <= held.ratedW / 4n, 'what sells is certified for as much', { pointId, slot, sold });
                this.#tally.saw('slots sold by certified devices');
            }
        }
    }

    #checkRequirement(carrier: Carrier, terms: Terms, before: Terms | undefined): void {
        const asked = this.#read('exchange', `requirement/${carrier}`, requirementCodec)?.statement;
        if (asked === undefined) {
            return;
        }
        const { curtailableAboveWh, toleranceBpMax, leadTimeSlots } = asked;
        const energies = terms.legs.filter((leg) => leg.carrier === carrier).flatMap((leg) => leg.energyWh);
        const isSmall = energies.every((energy) => curtailableAboveWh === null || energy <= curtailableAboveWh);
        must(isSmall || terms.curtailable, 'much energy can be curtailed where that is asked', { carrier });
        must(terms.toleranceBp <= toleranceBpMax, 'no more tolerance than asked', { carrier });
        const first = before === undefined ? terms.firstSlot : changedFrom(before, terms, carrier);
        const isLate = first !== null && this.#hasBegun(first - leadTimeSlots);
        must(!isLate, 'networks are told in time', { carrier, first });
        this.#tally.saw('agreements as networks ask');
    }

    #hasBegun(slot: number): boolean {
        return slot < FIRST_SLOT || this.#ledger.read('exchange', `tick/${written(slot)}`) !== undefined;
    }

    #read<Value>(chaincode: string, key: string, codec: Codec<Value>): Value | null {
        const text = this.#ledger.read(chaincode, key)?.value.toString('utf8');
        return text === undefined ? null : codec.decode(text);
    }
}

const carriersOf = ({ legs }: Terms): Carrier[] => [...new Set(legs.map(({ carrier }) => carrier))];

/** First slot in which legs of a carrier promise something else than before. */
function changedFrom(before: Terms, after: Terms, carrier: Carrier): number | null {
    const count = Math.max(before.slotCount, after.slotCount);
    const offsets = Array.from({ length: count }, (_, offset) => offset);
    const changed = offsets.find((offset) =>
        after.legs.some((leg, index) => {
            const was = before.legs[index];
            const isOtherEnergy = (leg.energyWh[offset] ?? 0n) !== (was?.energyWh[offset] ?? 0n);
            const isOtherPrice = leg.priceMicroPerKwh[offset] !== was?.priceMicroPerKwh[offset];
            return leg.carrier === carrier && (isOtherEnergy || isOtherPrice);
        }),
    );
    return changed === undefined ? null : after.firstSlot + changed;
}
