import React from 'react';
import { IClusters, IPlatform } from '../../tokens';

/** Milliseconds until a touch is sent again; the server waits twice as long. */
const PERIOD = 60_000;

/** Milliseconds between two looks for what a platform lacks. */
const PAUSE = 5_000;

/** Milliseconds for which the pointer must stay: it also crosses the form. */
const DWELL = 150;

/**
 * What a launch would use: a platform and a kernelspec.
 */
export interface IChoice {
  /** The name of the platform. */
  platform: string;
  /** The name of the kernelspec; undefined for the default. */
  kernelName?: string;
}

/**
 * Has the server prepare for a launch while the user fills in the form.
 */
export class Preparation {
  /**
   * @param _onUnavailable - called when the form is used while there is nothing to
   *   prepare for
   */
  constructor(
    private _clusters: Pick<IClusters, 'prepare'>,
    private _onUnavailable: () => void
  ) {}

  /**
   * Choose what to prepare for; nothing while the platform is null or not available.
   * A new choice is sent while the form is in use.
   */
  choose(platform: IPlatform | null, kernelName?: string): void {
    this._choice = platform?.available
      ? { platform: platform.name, kernelName }
      : null;
    if (this._choice && this._isInUse()) {
      this.touch();
    }
  }

  /** Note that the user uses the form. Sends at most one request in a period. */
  touch(): void {
    const choice = this._choice;
    if (choice === null) {
      this._lookAgain();
      return;
    }
    const isSent =
      choice.platform === this._sent?.platform &&
      choice.kernelName === this._sent?.kernelName;
    if (isSent && this._isInUse()) {
      return;
    }
    this._sent = choice;
    this._sentAt = Date.now();
    this._clusters.prepare(choice.platform, choice.kernelName).catch(() => {
      // A launch works without it, and says what is wrong.
    });
  }

  /** Note that a launch has used what was prepared. */
  reset(): void {
    this._sent = null;
  }

  /** Move the focus in the form, which is no use of it by the user. */
  ignore(move: () => void): void {
    this._isIgnored = true;
    move();
    this._isIgnored = false;
  }

  /** The handlers of the form. */
  readonly handlers: React.HTMLAttributes<HTMLFormElement> = {
    onPointerEnter: () => {
      this._dwell = setTimeout(() => this.touch(), DWELL);
    },
    onPointerLeave: () => clearTimeout(this._dwell),
    onPointerDown: () => this.touch(),
    onFocus: ({ currentTarget, target }) => {
      // Opening the sidebar focuses the first control.
      const first = currentTarget.querySelector<Element>('button');
      if (target !== first && !this._isIgnored) {
        this.touch();
      }
    }
  };

  /** Look for what is missing, at most once in a while: the server starts a process. */
  private _lookAgain(): void {
    if (Date.now() - this._lookedAt >= PAUSE) {
      this._lookedAt = Date.now();
      this._onUnavailable();
    }
  }

  private _isInUse(): boolean {
    return this._sent !== null && Date.now() - this._sentAt < PERIOD;
  }

  private _choice: IChoice | null = null;
  private _dwell: ReturnType<typeof setTimeout> | undefined;
  private _isIgnored = false;
  private _sent: IChoice | null = null;
  private _lookedAt = 0;
  private _sentAt = 0;
}
