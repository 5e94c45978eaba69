import type { Reading } from '@commonwatt/chaincode/domain/reading';
import { MeterKeyFile, type MeterMemory, MeterSigner } from '@commonwatt/client';
import type { Ledger } from '@commonwatt/client';

/** A software meter that writes to its file once, when the day is over: a disc is slower than a day of the demo. */
export class DayMeter implements MeterMemory {
    readonly file: MeterKeyFile;
    readonly signer: MeterSigner;
    last: Reading | null = null;

    private constructor(file: MeterKeyFile, ledger: Ledger) {
        this.file = file;
        const { pointId, meterId, key } = file;
        this.signer = new MeterSigner({ pointId, meterId, key, scope: ledger.scope('exchange'), memory: this });
    }

    static async create(path: string, pointId: string, ledger: Ledger): Promise<DayMeter> {
        return new DayMeter(await MeterKeyFile.create(path, pointId, `meter-${pointId}`), ledger);
    }

    save(reading: Reading): Promise<void> {
        this.last = reading;
        return Promise.resolve();
    }

    /** What another process needs to read on. */
    async store(): Promise<void> {
        if (this.last !== null) {
            await this.file.save(this.last);
        }
    }
}
