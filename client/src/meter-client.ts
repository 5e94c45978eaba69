import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import type { MeterExchange } from '@commonwatt/chaincode/domain/meter-exchange';
import {
    meterExchangeCodec,
    meteringPointCodec,
    type RegisterMeterCommand,
    registerMeterCodec,
} from '@commonwatt/chaincode/wire/meter';
import { type Page, type PageQuery, pointQueryCodec } from '@commonwatt/chaincode/wire/query';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** Metering points and their meters. */
export class MeterClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Registers a metering point with its meter and the meter's signed baseline (`MeterSigner.baseline`), or a
     * scheduled point without either. The holder of a metering seat does.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError METER_CONFLICT, SLOT_BEGUN · InvalidError
     * SIGNATURE_INVALID · NotFoundError PARTICIPANT_MISSING
     */
    async register(command: RegisterMeterCommand): Promise<Committed<MeteringPoint>> {
        return await this.#ledger.submit(
            'exchange',
            'meter:register',
            () => registerMeterCodec.encode(command),
            meteringPointCodec.decode,
            async () => {
                const existing = await orNull(this.show(command.point.pointId));
                return existing !== null && meteringPointCodec.isSame(existing, command.point) ? existing : null;
            },
        );
    }

    /**
     * Installs another meter, with what the old one closes at (`MeterSigner.closing`) and the new one opens at
     * (`MeterSigner.baseline`). The holder of a metering seat does.
     * @throws ForbiddenError CALLER_NOT_SEATED · InvalidError SIGNATURE_INVALID, METER_EXCHANGE_INVALID · ConflictError
     * METER_EXCHANGE_CONFLICT, SLOT_NOT_OVER · NotFoundError METER_MISSING
     */
    async exchange(command: MeterExchange): Promise<Committed<MeteringPoint>> {
        return await this.#ledger.submit(
            'exchange',
            'meter:exchange',
            () => meterExchangeCodec.encode(command),
            meteringPointCodec.decode,
            () => Promise.resolve(null), // the same exchange sent again changes nothing
        );
    }

    /** @throws NotFoundError METER_MISSING {pointId} */
    async show(pointId: string): Promise<MeteringPoint> {
        return await this.#ledger.evaluate(
            'exchange',
            'meter:show',
            () => pointQueryCodec.encode({ pointId }),
            meteringPointCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<MeteringPoint>> {
        return await this.#ledger.page('exchange', 'meter:list', query, meteringPointCodec);
    }

    async list(): Promise<readonly MeteringPoint[]> {
        return await everyItem((query) => this.page(query));
    }
}
