import React, { useCallback, useId, useState } from 'react';
import { ErrorMessage } from '../../components/alert';
import { nameFor } from '../../components/button';
import { isComposing } from '../../components/keys';
import {
  AdaptFields,
  IBounds,
  NumberInput,
  parseNumber
} from '../../components/numberfield';
import { Change } from '../../tokens';
import { RowButton } from './button';
import { IRowProps } from './props';
import { Renew } from './renew';

/** The bounds while the platform is unknown; the server checks its own. */
const UNBOUNDED: IBounds = { minimum: 0, maximum: 100_000 };

/**
 * A form to change the number of workers, another for adaptive scaling, and one
 * for how long jobs are kept.
 *
 * @param props.busy - whether the server has not answered to a change yet: what is
 *   typed meanwhile would be lost
 * @param props.onBusy - called when a change is sent, and when it is answered
 * @param props.onDone - called after a change was accepted, and with Escape
 */
export function Scale(
  props: IRowProps & {
    busy: boolean;
    onBusy: (busy: boolean) => void;
    onDone: () => void;
  }
): JSX.Element {
  const { busy, cluster, context, onBusy, onDone, platform } = props;
  const bounds = platform?.workers ?? UNBOUNDED;
  const [error, setError] = useState('');
  const [isAdapting, setAdapting] = useState(false);

  const apply = async (change: Change): Promise<boolean> => {
    if (busy) {
      return false;
    }
    onBusy(true);
    try {
      await context.clusters.change(cluster.id, change);
      setError('');
      onDone();
      return true;
    } catch (reason) {
      setError((reason as Error).message);
      return false;
    } finally {
      onBusy(false);
    }
  };
  return (
    <div
      className="jp-ClusterLauncher-scale"
      data-opener="scale"
      onKeyDown={event => {
        if (event.key === 'Escape' && !isComposing(event)) {
          event.stopPropagation();
          if (!busy) {
            onDone();
          }
        }
      }}
    >
      <WorkersForm {...props} bounds={bounds} onApply={apply}>
        {platform?.adaptive && (
          <RowButton
            {...{ cluster, context }}
            text={context.trans.__('Adaptive…')}
            aria-expanded={isAdapting}
            busy={busy}
            onClick={() => setAdapting(!isAdapting)}
          />
        )}
      </WorkersForm>
      {isAdapting && <AdaptForm {...props} bounds={bounds} onApply={apply} />}
      <Renew {...props} onApply={apply} />
      <ErrorMessage error={error} />
    </div>
  );
}

/** The props of a form that changes the number of workers. */
interface IScaleFormProps extends IRowProps {
  /** The bounds of the number of workers. */
  bounds: IBounds;
  /** Whether the server has not answered to a change yet. */
  busy: boolean;
  /** Applies a change, and resolves to whether the server accepted it. */
  onApply: (change: Change) => Promise<boolean>;
}

/**
 * A form for a fixed number of workers.
 *
 * @param props.children - what to show while nothing was typed
 */
function WorkersForm(
  props: IScaleFormProps & { children: React.ReactNode }
): JSX.Element {
  const { bounds, busy, cluster, context, onApply } = props;
  const { trans } = context;
  const { adapt, name } = cluster;
  const { requested } = cluster.workers;
  const id = useId();
  const label = trans.__('Scale to');
  // The text in the field; null if the user has not changed it. It stays when the
  // number changes elsewhere, by the load or in another window.
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? String(requested);
  const workers = parseNumber(text, bounds);
  // The current number of an adaptive cluster can be made a fixed one.
  const isChanged =
    typed !== null && (typed !== String(requested) || adapt !== null);
  const apply = async (workers: number): Promise<void> => {
    if (await onApply({ workers })) {
      setTyped(null);
    }
  };
  return (
    <form
      className="jp-ClusterLauncher-scaleLine"
      onSubmit={event => {
        event.preventDefault();
        if (workers !== null) {
          void apply(workers);
        }
      }}
    >
      <label htmlFor={id}>
        <span aria-hidden="true">{label}</span>
        <span className="jp-ClusterLauncher-unseen">
          {nameFor(label, [name], trans)}
        </span>
      </label>
      <NumberInput
        {...{ bounds, id, text }}
        autoFocus
        readOnly={busy}
        onChange={setTyped}
      />
      {isChanged ? (
        <RowButton
          {...{ busy, cluster, context }}
          type="submit"
          text={trans.__('Scale')}
          disabled={workers === null}
        />
      ) : (
        props.children
      )}
    </form>
  );
}

/**
 * A form for the bounds of adaptive scaling.
 */
function AdaptForm(props: IScaleFormProps): JSX.Element {
  const { bounds, busy, cluster, context, onApply } = props;
  const { trans } = context;
  const [adapt, setAdapt] = useState(
    cluster.adapt ?? {
      minimum: bounds.minimum,
      maximum: Math.max(cluster.workers.requested, 1)
    }
  );
  const [invalid, setInvalid] = useState<string[]>([]);
  const onInvalid = useCallback(
    (label: string, isInvalid: boolean) =>
      setInvalid(before => [
        ...before.filter(each => each !== label),
        ...(isInvalid ? [label] : [])
      ]),
    []
  );
  const label = trans.__('Adaptive scaling');
  return (
    <form
      className="jp-ClusterLauncher-adapt"
      aria-label={nameFor(label, [cluster.name], trans)}
      onSubmit={event => {
        event.preventDefault();
        void onApply({ adapt });
      }}
    >
      <AdaptFields
        {...{ adapt, bounds, onInvalid, trans }}
        readOnly={busy}
        onChange={setAdapt}
      />
      <RowButton
        {...{ busy, cluster, context }}
        type="submit"
        text={trans.__('Apply')}
        part={label}
        disabled={invalid.length > 0}
      />
    </form>
  );
}
