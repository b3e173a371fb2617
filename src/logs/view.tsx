import { Clipboard } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import React, { useMemo, useState } from 'react';
import { ErrorMessage } from '../components/alert';
import { TextButton } from '../components/button';
import { CheckField, SelectField } from '../components/fields';
import { useSignal } from '../components/hooks';
import { download } from './download';
import { FindField } from './find';
import { FollowedText } from './followed';
import { LogModel } from './model';
import {
  allText,
  isMatch,
  Level,
  markLines,
  parseLog,
  sourcesOf
} from './text';

/** The props of all parts. */
interface ILogProps {
  model: LogModel;
  trans: TranslationBundle;
}

/**
 * The logs of a cluster, one source at a time, of which lines can be found and
 * left out.
 */
export function Logs({ model, trans }: ILogProps): JSX.Element {
  useSignal(model.changed);
  const [level, setLevel] = useState<Level>(0);
  const [pattern, setPattern] = useState('');
  const [match, setMatch] = useState(0);
  const [isFiltered, setFiltered] = useState(false);
  const [isWrapped, setWrapped] = useState(true);
  const sources = model.logs ? sourcesOf(model.logs, trans) : [];
  // Until the user selects a source, the first one with any output.
  const current =
    sources.find(({ id }) => id === model.source) ??
    sources.find(({ text }) => text.trim()) ??
    sources[0];
  const lines = useMemo(() => parseLog(current?.text ?? ''), [current?.text]);
  const shown = useMemo(
    () =>
      lines.filter(
        line =>
          (level === 0 || line.level >= level) &&
          !(isFiltered && pattern && !isMatch(line, pattern))
      ),
    [lines, level, isFiltered, pattern]
  );
  const { blocks, matches } = useMemo(
    () => markLines(shown, pattern),
    [shown, pattern]
  );
  const text = shown.map(line => line.text).join('\n');
  const isPartial = level > 0 || (isFiltered && !!pattern);
  const position = matches > 0 ? Math.min(match, matches - 1) : -1;
  return (
    <>
      <div className="jp-ClusterLauncher-logBar">
        <SelectField
          label={trans.__('Source')}
          value={current?.id ?? ''}
          choices={sources.map(({ id, title }) => ({
            value: id,
            label: title
          }))}
          onChange={id => model.select(id)}
        />
        <SelectField
          label={trans.__('Level')}
          value={String(level)}
          choices={[
            { value: '0', label: trans.__('All') },
            { value: '1', label: trans.__('Warnings and errors') },
            { value: '2', label: trans.__('Errors') }
          ]}
          onChange={value => setLevel(Number(value) as Level)}
        />
        <FindField
          {...{ matches, pattern, position, trans }}
          onFind={text => {
            setPattern(text);
            setMatch(0);
          }}
          onMove={step => setMatch((position + step + matches) % matches)}
        />
        <div className="jp-ClusterLauncher-logChecks">
          <CheckField
            label={trans.__('Matching lines only')}
            checked={isFiltered}
            onChange={setFiltered}
          />
          <CheckField
            label={trans.__('Wrap lines')}
            checked={isWrapped}
            onChange={setWrapped}
          />
        </div>
        <div className="jp-ClusterLauncher-logButtons">
          <TextButton
            disabled={!text}
            onClick={() => Clipboard.copyToSystem(text)}
          >
            {trans.__('Copy')}
          </TextButton>
          <TextButton
            disabled={!sources.some(source => source.text)}
            title={trans.__('Download all logs of this cluster as one file')}
            onClick={() =>
              download(trans.__('%1 logs.txt', model.name), allText(sources))
            }
          >
            {trans.__('Download')}
          </TextButton>
        </div>
      </div>
      <ErrorMessage error={model.error} />
      <FollowedText
        key={current?.id}
        blocks={text.trim() ? blocks : []}
        isWrapped={isWrapped}
        label={current?.title ?? trans.__('Log')}
        match={position}
        view={`${level} ${isFiltered} ${pattern}`}
        placeholder={
          !model.logs
            ? trans.__('Loading logs…')
            : isPartial
              ? trans.__('No matching lines.')
              : trans.__('No output yet.')
        }
      />
    </>
  );
}
