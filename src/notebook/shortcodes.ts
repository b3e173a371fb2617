import { kernelNameOf } from './kernel';
import { Target } from './target';

/** Milliseconds to wait for what is not known yet. */
const PATIENCE = 5_000;

/**
 * Whether kernels can import this package, so that they take the short code.
 */
export class ShortCodes {
  /**
   * @param _query - queries whether the environment of a kernel has this package;
   *   by default, none has
   */
  constructor(
    private _query: (kernelName: string) => Promise<boolean> = async () => false
  ) {}

  /** Whether the kernel of a notebook or console can; undefined while unknown. */
  has(target: Target | null): boolean | undefined {
    return this._known.get((target && kernelNameOf(target)) ?? '');
  }

  /** Query it for the kernel of a notebook or console. Never rejects. */
  async learn(target: Target | null): Promise<void> {
    const name = target && kernelNameOf(target);
    if (name) {
      this._known.set(name, await this._query(name).catch(() => false));
    }
  }

  /**
   * Wait until it is known, at most 5 s: a notebook that was just opened has no
   * kernel yet.
   *
   * @returns null if it is known already
   */
  wait(target: Target): Promise<void> | null {
    if (this.has(target) !== undefined) {
      return null;
    }
    const known = kernelNameOf(target)
      ? this.learn(target)
      : target.sessionContext.ready.then(() => this.learn(target));
    const late = new Promise<void>(resolve => setTimeout(resolve, PATIENCE));
    return Promise.race([known, late]);
  }

  /** By the name of a kernel. */
  private _known = new Map<string, boolean>();
}
