import { kernelNameOf } from './kernel';
import { Target } from './target';

/**
 * Whether kernels can import this package, so that they take the short code.
 */
export class ShortCodes {
  /**
   * @param _query - queries whether the environment of a kernel has this package
   */
  constructor(private _query: (kernelName: string) => Promise<boolean>) {}

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

  /** By the name of a kernel. */
  private _known = new Map<string, boolean>();
}
