using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Training;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Runs;

/// <summary>
/// The folder of one run: <c>run.json</c>, <c>config.yaml</c>, <c>metrics.jsonl</c>, <c>log.txt</c>, <c>previews/</c>,
/// <c>checkpoints/</c> and the results. <c>metrics.jsonl</c> and <c>log.txt</c> grow by whole lines, every other file is written whole or not at all.
/// </summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>Name of the log.</summary>
    internal const string LogName = "log.txt";

    /// <summary>Name of the summary.</summary>
    internal const string SummaryName = "run.json";

    /// <summary>Name of the folder with the checkpoints.</summary>
    internal const string CheckpointsName = "checkpoints";

    /// <summary>Name of the resolved configuration.</summary>
    internal const string ConfigurationName = "config.yaml";

    /// <summary>Where runs go that are not given a folder.</summary>
    internal const string DefaultParent = "runs";

    /// <summary>Name of the final sheet.</summary>
    internal const string SheetName = "sheet.png";

    private const string LockName = ".lock";
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int MostRunsOfOneName = 100_000;

    // A link may lead to files that are not the run's.
    private static readonly EnumerationOptions _withoutLinks = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    private readonly FileStream _lock;
    private readonly LineFile _log;
    private readonly LineFile _metrics;

    private RunFolder(string path, FileMode mode)
    {
        Path = path;
        _lock = Lock(path);
        try
        {
            // Creating log.txt is the claim of a new folder: of two processes only one can make the file.
            _log = LineFile.Open(System.IO.Path.Combine(path, LogName), mode);
            _metrics = LineFile.Open(System.IO.Path.Combine(path, "metrics.jsonl"), FileMode.OpenOrCreate);
        }
        catch
        {
            _log?.Dispose();
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Path of the folder, as given or relative to the current folder.</summary>
    public string Path { get; }

    /// <summary>Path of the run's summary.</summary>
    public string SummaryPath => System.IO.Path.Combine(Path, SummaryName);

    /// <summary>Path of the resolved configuration.</summary>
    public string ConfigurationPath => System.IO.Path.Combine(Path, ConfigurationName);

    /// <summary>Path of the log.</summary>
    public string LogPath => _log.Path;

    /// <summary>Path of the final sheet.</summary>
    public string SheetPath => System.IO.Path.Combine(Path, SheetName);

    /// <summary>Path of the folder with the checkpoints.</summary>
    public string CheckpointsPath => System.IO.Path.Combine(Path, CheckpointsName);

    /// <summary>Refuses a folder that has something in it, without making or claiming it: for before the slow preparations.</summary>
    /// <param name="output">The folder, or null for one that <see cref="Create"/> will choose.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>.</exception>
    public static void RequireFree(string? output)
    {
        if (output is not null)
        {
            OutputPath.RequireFolder(output);
        }

        if (output is not null && Directory.Exists(output) && Contents(output).Any())
        {
            throw Occupied(output);
        }
    }

    /// <summary>Makes a new run folder and claims it for this process.</summary>
    /// <param name="output">The folder, or null for the first free <c>runs/SLUG-N</c>, N from 1.</param>
    /// <param name="prompt">The prompt, for the folder's name.</param>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>, if the folder has something in it; with <see cref="ExitCode.MachineLacks"/>, if it cannot be made.
    /// </exception>
    public static RunFolder Create(string? output, string prompt)
    {
        if (output is not null)
        {
            MakeFolder(output);
            return Claim(output) ?? throw Occupied(output);
        }

        string slug = Slug.Of(prompt);
        for (int n = 1; n <= MostRunsOfOneName; n++)
        {
            string path = System.IO.Path.Combine(DefaultParent, string.Create(CultureInfo.InvariantCulture, $"{slug}-{n}"));
            if (Directory.Exists(path) || File.Exists(path))
            {
                continue;
            }

            MakeFolder(path);
            RunFolder? folder = Claim(path);
            if (folder is not null)
            {
                return folder;
            }
        }

        throw new DfkException(ExitCode.BadInput, $"run folder: {MostRunsOfOneName} runs named {slug} exist under {DefaultParent}; name one with --out.");
    }

    /// <summary>
    /// Claims the folder of a run to go on in it: deletes files that a killed process left half-written, and cuts metrics and log back to a
    /// step.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="step">Steps done by the checkpoint that the run goes on from; 0 to begin again.</param>
    /// <param name="rollbacks">Rollbacks before that checkpoint.</param>
    /// <param name="damaged">Steps whose checkpoints cannot be read; they are set aside.</param>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>, if another process runs in it or has gone on with it since that checkpoint was chosen; with <see cref="ExitCode.MachineLacks"/>, if it cannot be written.
    /// </exception>
    public static RunFolder Reopen(string path, int step, int rollbacks = 0, IReadOnlyCollection<int>? damaged = null)
    {
        RunFolder? folder = null;
        try
        {
            folder = new RunFolder(path, FileMode.OpenOrCreate);
            folder.RequireNewest(step, damaged ?? []);
            foreach (string left in Directory.EnumerateFiles(path, "*" + WholeFile.TemporarySuffix, _withoutLinks))
            {
                File.Delete(left);
            }

            folder._metrics.CutBack(line => RunJson.PositionOf(line) is { } at && at.CompareTo((rollbacks, step)) <= 0 ? LineFile.Cut.Keep : LineFile.Cut.Before);
            folder._log.CutBack(line => RunLog.CutAt(line, step, rollbacks));
            RunFolder reopened = folder;
            folder = null;
            return reopened;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DfkException(ExitCode.MachineLacks, $"run folder {path} cannot be written: {e.Message.TrimEnd('.')}. Make it writable, or copy it elsewhere.", e);
        }
        finally
        {
            folder?.Dispose();
        }
    }

    /// <summary>The folder with the checkpoints.</summary>
    /// <param name="keep">Newest checkpoints kept, at least 1.</param>
    /// <param name="milestones">Checkpoints of every that many steps are kept beside them, 0 for none.</param>
    public CheckpointFolder Checkpoints(int keep, int milestones = 0)
    {
        return new CheckpointFolder(CheckpointsPath, keep, milestones);
    }

    /// <summary>Writes the resolved configuration; <c>dfk train --config</c> on it repeats the run.</summary>
    public void WriteConfiguration(RunConfiguration configuration)
    {
        WholeFile.Write(ConfigurationPath, ConfigurationFile.Write(configuration));
    }

    /// <summary>Writes the run's summary in place of the last one.</summary>
    public void WriteSummary(RunSummary summary)
    {
        WholeFile.Write(SummaryPath, RunJson.Summary(summary));
    }

    /// <summary>Path of the preview after that many steps; its folder is made.</summary>
    public string PreviewPath(int step)
    {
        string folder = System.IO.Path.Combine(Path, "previews");
        MakeFolder(folder);
        return System.IO.Path.Combine(folder, step.ToString("D6", CultureInfo.InvariantCulture) + ".png");
    }

    /// <summary>Writes the final sheet as an 8-bit PNG.</summary>
    /// <returns>Its path.</returns>
    public string WriteSheet(FloatImage image)
    {
        WholeFile.Write(SheetPath, PngWriter.Write(PngImage.FromFloat(image)));
        return SheetPath;
    }

    /// <summary>Appends a step to <c>metrics.jsonl</c>.</summary>
    public void AppendMetrics(StepReport report)
    {
        _metrics.Append(RunJson.Step(report));
    }

    /// <summary>Appends a rollback to <c>metrics.jsonl</c>.</summary>
    /// <param name="recovery">The rollback.</param>
    /// <param name="rollbacks">Rollbacks with this one.</param>
    internal void AppendRollback(Recovery recovery, int rollbacks) => _metrics.Append(RunJson.Rollback(recovery, rollbacks));

    /// <summary>Appends a line to <c>log.txt</c>, with the time (UTC) before it. Line breaks in the message become spaces.</summary>
    public void Log(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        string time = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        _log.Append(Encoding.UTF8.GetBytes($"{time} {message.ReplaceLineEndings(" ")}"));
    }

    /// <summary>Appends the line about a checkpoint to <c>log.txt</c>; a resumed run cuts the log there.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="path">Its path.</param>
    /// <param name="rollbacks">Rollbacks before it.</param>
    public void LogCheckpoint(int step, string path, int rollbacks = 0) => Log(RunLog.Checkpoint(step, rollbacks, path));

    /// <summary>Closes log and metrics.</summary>
    public void Dispose()
    {
        _metrics.Dispose();
        _log.Dispose();
        _lock.Dispose();
    }

    /// <summary>Names of what is in a folder. A lock without a run in it was left by a process that was killed at once; it is nothing.</summary>
    internal static IEnumerable<string> Contents(string path) =>
        Directory.EnumerateFileSystemEntries(path).Select(entry => System.IO.Path.GetFileName(entry)).Where(name => name != LockName);

    /// <summary>Makes the folder of a file that is about to be written.</summary>
    /// <param name="file">The file, as the user named it.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: no file can be there. With <see cref="ExitCode.MachineLacks"/>: the folder cannot be made.</exception>
    public static void MakeFolderOf(string file)
    {
        OutputPath.RequireFile(file);
        if (System.IO.Path.GetDirectoryName(file) is { Length: > 0 } folder)
        {
            MakeFolder(folder);
        }
    }

    /// <summary>Makes a folder and those above it.</summary>
    public static void MakeFolder(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                Directory.CreateDirectory(path);
                FolderFlush.Of(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DfkException(ExitCode.MachineLacks, $"folder {path} cannot be made: {e.Message.TrimEnd('.')}. Choose another one with --out.", e);
        }
    }

    // The checkpoint was chosen before the folder was claimed; another process may have run in it in between.
    private void RequireNewest(int step, IReadOnlyCollection<int> damaged)
    {
        if (!Directory.Exists(CheckpointsPath))
        {
            return;
        }

        CheckpointFolder checkpoints = Checkpoints(keep: 1);
        if (checkpoints.Steps.LastOrDefault(at => at > step && !damaged.Contains(at)) is > 0 and int later)
        {
            throw new DfkException(
                ExitCode.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"run folder {Path}: expected its newest checkpoint after {step} steps, got one after {later}: another dfk has gone on with the run meanwhile. Give the command again."));
        }

        checkpoints.SetAside(damaged, step);
    }

    // Null if another process was faster.
    private static RunFolder? Claim(string path)
    {
        if (Contents(path).Any())
        {
            return null;
        }

        try
        {
            return new RunFolder(path, FileMode.CreateNew);
        }
        catch (DfkException e) when (e.ExitCode == ExitCode.BadInput)
        {
            return null;
        }
        catch (IOException) when (File.Exists(System.IO.Path.Combine(path, LogName)))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DfkException(ExitCode.MachineLacks, $"run folder {path} cannot be written: {e.Message.TrimEnd('.')}. Choose another one with --out.", e);
        }
    }

    /// <summary>
    /// A lock that ends with the process, however it ends. The file stays: were it deleted, a process that had opened it just before and
    /// one that made it anew could both hold "the" lock.
    /// </summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (e.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock)
        {
            throw new DfkException(ExitCode.BadInput, $"run folder {path}: another dfk is running in it. Wait for it, stop it, or choose another --out.", e);
        }
    }

    private static DfkException Occupied(string path) => new(
        ExitCode.BadInput,
        $"run folder {path}: expected a new or empty folder, got one that holds {Describe(path)}. Choose another --out, or delete it.");

    private static string Describe(string path)
    {
        List<string> names = [.. Contents(path).Order(StringComparer.Ordinal).Take(4)];
        return names.Count > 3 ? string.Join(", ", names.Take(3)) + " and more" : names.Count == 0 ? "another run" : string.Join(", ", names);
    }
}
