import { ISignal, Signal } from '@lumino/signaling';
import { ILaunch, INotebooks, IPlatform } from '../../tokens';
import { launchRequest } from './choices';
import { Forms } from './forms';
import { KernelChoice } from './kernelchoice';
import { LaunchQueries } from './queries';
import { invalidOptions } from './validation';

/** The parts of the launch form that a request is made of. */
export interface IParts {
  /** The values of the form. */
  forms: Forms;
  /** The environment of the cluster. */
  kernel: KernelChoice;
  /** The notebooks and consoles, in whose folder the cluster runs. */
  notebooks: Pick<INotebooks, 'current'> | null;
  /** The options of the platforms. */
  queries: LaunchQueries;
}

/** What the user typed that holds for one cluster only. */
export type Typed = Partial<Pick<Draft, 'address' | 'name'>>;

/**
 * The next launch: what the user typed that holds for one cluster only, and the
 * request that is made of the form.
 */
export class Draft {
  constructor(private _parts: IParts) {}

  /** Emitted when the user typed a name, an address or a number. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The name of the cluster; empty to generate one. */
  get name(): string {
    return this._name;
  }
  set name(name: string) {
    this._name = name;
    this._changed.emit();
  }

  /** The address or scheduler file of the cluster to join. */
  get address(): string {
    return this._address;
  }
  set address(address: string) {
    this._address = address;
    this._changed.emit();
  }

  /** Set whether what is typed in a field for a number is none that is allowed. */
  setMistyped = (label: string, isInvalid: boolean): void => {
    if (isInvalid) {
      this._mistyped.add(label);
    } else {
      this._mistyped.delete(label);
    }
    this._changed.emit();
  };

  /** How often other numbers took the place of those that were typed. */
  get fillings(): number {
    return this._fillings;
  }

  /**
   * Forget the numbers that were typed and are not allowed: others take their place,
   * which may be those from before. Emits nothing.
   */
  fill(): void {
    this._fillings += 1;
    this._mistyped.clear();
  }

  /** What is typed for one cluster only, in the fields of a platform. */
  typed({ launches }: IPlatform): Typed {
    const { address, name } = this;
    return launches ? { name } : { address, name };
  }

  /** Forget what was typed for one cluster only, unless it changed. Emits nothing. */
  clear({ address, name }: Typed): void {
    if (this._address === address) {
      this._address = '';
    }
    if (this._name === name) {
      this._name = '';
    }
  }

  /** Where the next cluster runs: its environment and its folder. */
  place(): { cwd?: string; kernel_name?: string } {
    const { kernel, notebooks } = this._parts;
    const path = notebooks?.current?.path;
    return {
      kernel_name: kernel.name,
      cwd: path?.split('/').slice(0, -1).join('/')
    };
  }

  /** The titles of the fields whose values are not allowed. */
  invalid(platform: IPlatform | null): string[] {
    const { forms, queries } = this._parts;
    if (!platform) {
      return [];
    }
    const schema = queries.schema(platform);
    const names = invalidOptions(schema, forms.get(platform).options);
    const titles = names.map(name => schema.properties[name].title);
    return [...this._mistyped, ...titles];
  }

  /** The request that launches a cluster. */
  request(platform: IPlatform): ILaunch {
    const { forms, queries } = this._parts;
    return launchRequest(
      platform,
      forms.get(platform),
      queries.schema(platform),
      { ...this.place(), name: this._name }
    );
  }

  /**
   * The request that launches a cluster, or joins one.
   *
   * @param discovered - the id of a discovered cluster to join
   */
  submission(platform: IPlatform, discovered?: string): ILaunch {
    const launch = this.request(platform);
    if (discovered !== undefined) {
      launch.adopt = discovered;
    } else if (!platform.launches) {
      launch.adopt = this._address.trim();
    }
    return launch;
  }

  private _address = '';
  private _changed = new Signal<this, void>(this);
  private _fillings = 0;
  private _mistyped = new Set<string>();
  private _name = '';
}
