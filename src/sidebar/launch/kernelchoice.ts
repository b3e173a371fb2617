import { KernelSpec } from '@jupyterlab/services';
import { INotebooks } from '../../tokens';

/** A kernelspec to choose. */
export interface IKernel {
  /** The name of the kernelspec. */
  name: string;
  /** Its display name. */
  title: string;
}

/**
 * The Python environment of the next cluster: the kernel of the current notebook or
 * console, which gets the code, unless the user chose another one.
 */
export class KernelChoice {
  constructor(
    private _kernelspecs: Pick<KernelSpec.IManager, 'specs'>,
    private _notebooks: Pick<INotebooks, 'current'> | null
  ) {}

  /** The Python kernels of the server. */
  get kernels(): IKernel[] {
    const specs = Object.values(this._kernelspecs.specs?.kernelspecs ?? {});
    return specs
      .filter(spec => spec?.language.toLowerCase() === 'python')
      .map(spec => ({ name: spec!.name, title: spec!.display_name }));
  }

  /** The kernelspec that the user chose; null to use the default. */
  get chosen(): string | null {
    return this._isPython(this._chosen) ? this._chosen : null;
  }
  set chosen(name: string | null) {
    this._chosen = name;
  }

  /** What the default is the kernel of; null if it is that of the server. */
  get follows(): 'console' | 'notebook' | null {
    const current = this._notebooks?.current;
    if (!this._isPython(current?.kernelName)) {
      return null;
    }
    return current?.isConsole ? 'console' : 'notebook';
  }

  /** The kernel to use unless the user chose one; undefined if there is none. */
  get default(): IKernel | undefined {
    const names = [
      this._notebooks?.current?.kernelName,
      this._kernelspecs.specs?.default
    ];
    const { kernels } = this;
    const name = names.find(name => this._isPython(name));
    return kernels.find(kernel => kernel.name === name) ?? kernels[0];
  }

  /** The kernelspec to use; undefined for the default of the server. */
  get name(): string | undefined {
    return this.chosen ?? this.default?.name;
  }

  private _isPython(name: string | null | undefined): boolean {
    return this.kernels.some(kernel => kernel.name === name);
  }

  private _chosen: string | null = null;
}
