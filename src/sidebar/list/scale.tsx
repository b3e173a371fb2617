import React, { useEffect, useId, useState } from 'react';
import { Change } from '../../tokens';
import { NumberField } from '../../components/fields';
import { IRowProps } from '../context';

/** Where the platform is unknown, the server still holds its own bounds. */
const UNBOUNDED = { minimum: 0, maximum: 100_000 };

/**
 * How many workers a running cluster should have: a number to type or step,
 * Enter to apply; or bounds within which it follows its load.
 */
export function Scale(props: IRowProps): JSX.Element {
  const { cluster, context, platform } = props;
  const { clusters, trans } = context;
  const bounds = platform?.workers ?? UNBOUNDED;
  const { requested } = cluster.workers;
  const id = useId();
  // What was typed, null where nothing was.
  const [typed, setTyped] = useState<string | null>(null);
  const [adapting, setAdapting] = useState(false);
  const [error, setError] = useState('');
  useEffect(() => setTyped(null), [requested, cluster.adapt]);

  const apply = (change: Change): void => {
    clusters.change(cluster.id, change).then(
      () => {
        setError('');
        setAdapting(false);
        setTyped(null);
      },
      (reason: Error) => setError(reason.message)
    );
  };
  const target = typed ?? String(requested);
  const number = Number(target);
  const valid =
    target.trim() !== '' &&
    Number.isInteger(number) &&
    number >= bounds.minimum &&
    number <= bounds.maximum;
  // The number that an adapting cluster has just now can be asked for, too.
  const changed =
    typed !== null && (typed !== String(requested) || cluster.adapt !== null);

  return (
    <div className="jp-ClusterLauncher-scale">
      <form
        className="jp-ClusterLauncher-scaleLine"
        onSubmit={event => {
          event.preventDefault();
          if (valid) {
            apply({ workers: number });
          }
        }}
      >
        <label htmlFor={id}>{trans.__('Scale to')}</label>
        <input
          id={id}
          className="jp-mod-styled"
          type="number"
          min={bounds.minimum}
          max={bounds.maximum}
          step={1}
          value={target}
          aria-invalid={!valid}
          onChange={event => setTyped(event.target.value)}
        />
        {changed ? (
          <button
            type="submit"
            className="jp-mod-styled jp-mod-minimal"
            disabled={!valid}
          >
            {trans.__('Scale')}
          </button>
        ) : (
          (platform?.adaptive ?? false) && (
            <button
              type="button"
              className="jp-mod-styled jp-mod-minimal"
              aria-expanded={adapting}
              onClick={() => setAdapting(!adapting)}
            >
              {trans.__('Adapt…')}
            </button>
          )
        )}
      </form>
      {adapting && (
        <AdaptForm
          {...props}
          minimum={bounds.minimum}
          maximum={bounds.maximum}
          onApply={apply}
        />
      )}
      {error && (
        <p role="alert" className="jp-ClusterLauncher-error">
          {error}
        </p>
      )}
    </div>
  );
}

/**
 * The bounds of a cluster that follows its load.
 */
function AdaptForm(
  props: IRowProps & {
    minimum: number;
    maximum: number;
    onApply: (change: Change) => void;
  }
): JSX.Element {
  const { cluster, context, minimum, maximum, onApply } = props;
  const { trans } = context;
  const [least, setLeast] = useState(cluster.adapt?.minimum ?? minimum);
  const [most, setMost] = useState(
    cluster.adapt?.maximum ?? Math.max(cluster.workers.requested, 1)
  );
  return (
    <form
      className="jp-ClusterLauncher-adapt"
      aria-label={trans.__('Adapt to the load')}
      onSubmit={event => {
        event.preventDefault();
        onApply({ adapt: { minimum: least, maximum: most } });
      }}
    >
      <div className="jp-ClusterLauncher-pair">
        <NumberField
          label={trans.__('At least')}
          value={least}
          minimum={minimum}
          maximum={most}
          onChange={setLeast}
        />
        <NumberField
          label={trans.__('At most')}
          value={most}
          minimum={Math.max(least, 1)}
          maximum={maximum}
          onChange={setMost}
        />
      </div>
      <button type="submit" className="jp-mod-styled jp-mod-minimal">
        {trans.__('Adapt to the load')}
      </button>
    </form>
  );
}
