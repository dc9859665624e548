using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>A run of a set of prompts.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Folder">Its run folder.</param>
public sealed record PromptRun(string Prompt, uint Seed, string Folder);

/// <summary>
/// A file of prompts, one a line, each trained with one or several seeds into folders <c>SLUG-SEED</c> of one folder. What is finished there
/// is not trained again and what was cut off goes on, so a set can be stopped at any time.
/// </summary>
public static class PromptSet
{
    /// <summary>Reads a file of prompts and names their runs.</summary>
    /// <param name="file">One prompt a line, UTF-8; empty lines are passed over, each prompt counts once.</param>
    /// <param name="seeds">Seeds, at least one.</param>
    /// <param name="folder">The folder of the runs.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: unreadable, empty, or two prompts of one folder.</exception>
    public static IReadOnlyList<PromptRun> Read(string file, IReadOnlyList<uint> seeds, string folder)
    {
        string[] prompts;
        try
        {
            prompts = [.. BoundedFile.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0).Distinct()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DfkException(ExitCode.BadInput, $"{file} cannot be read: {e.Message.TrimEnd('.')}. Expected a text file with one prompt a line.", e);
        }

        if (prompts.Length == 0)
        {
            throw new DfkException(ExitCode.BadInput, $"{file} holds no prompt; expected one a line.");
        }

        if (prompts.GroupBy(Slug.Of).FirstOrDefault(same => same.Count() > 1) is { } same)
        {
            throw new DfkException(ExitCode.BadInput, $"{file}: {string.Join(" and ", same.Select(prompt => $"\"{prompt}\""))} would share the folder {same.Key}. Put them into two files with a folder each.");
        }

        return
        [
            .. prompts.SelectMany(prompt => seeds.Select(seed => new PromptRun(
                prompt, seed, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Slug.Of(prompt)}-{seed}"))))),
        ];
    }

    /// <summary>Resolves the configuration of each run: all are checked before the first hour of training.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="sources">Preset, file and values of all runs; prompt and seed are added.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: a configuration is wrong.</exception>
    public static IReadOnlyList<RunConfiguration> Configure(IReadOnlyList<PromptRun> runs, ConfigurationSources sources)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(sources);
        return
        [
            .. runs.Select(run => (sources with
            {
                Overrides =
                [
                    .. sources.Overrides,
                    new ConfigurationOverride("--prompts", "prompt", run.Prompt),
                    new ConfigurationOverride("--seeds", "seed", run.Seed.ToString(CultureInfo.InvariantCulture)),
                ],
            }).Resolve()),
        ];
    }

    /// <summary>Trains what is not finished.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="configurations">The configuration of each, from <see cref="Configure"/>.</param>
    /// <param name="modelFolder">The prior's folder where it is not the configurations' model itself, as for a checkpoint file; null otherwise.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="stop">Finishes the step under way and saves it.</param>
    /// <returns>Whether all runs are done; false if it was stopped.</returns>
    public static bool Train(IReadOnlyList<PromptRun> runs, IReadOnlyList<RunConfiguration> configurations, string? modelFolder, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(configurations);
        ArgumentNullException.ThrowIfNull(observer);
        for (int i = 0; i < runs.Count; i++)
        {
            observer.Note(string.Create(CultureInfo.InvariantCulture, $"{i + 1} of {runs.Count}: \"{runs[i].Prompt}\", seed {runs[i].Seed}"));
            TrainingResult result = TrainingSession.Run(
                configurations[i], new TrainingRequest { OutputFolder = runs[i].Folder, ModelFolder = modelFolder, Resume = true, NoVideo = true, NoMesh = true }, observer, stop);
            if (result.Outcome != TrainingOutcome.Done)
            {
                return false;
            }
        }

        return true;
    }
}
