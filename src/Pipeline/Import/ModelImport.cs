using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import;

/// <summary>Makes a model folder of a Stable Diffusion 1.x or 2.x checkpoint: into a folder of the user's, or into the cache.</summary>
public static class ModelImport
{
    private const string ModelName = "model";

    /// <summary>The precision that suits this machine: half where ONNX Runtime's CUDA provider loads, which computes in it, else single.</summary>
    public static WeightPrecision DefaultPrecision => Guidance.GuidanceDevice.HasCuda ? WeightPrecision.Float16 : WeightPrecision.Float32;

    /// <summary>Whether a model's name means a checkpoint that is to be imported: a file, or an index of files.</summary>
    /// <param name="model">Name or path given by the user.</param>
    public static bool IsCheckpoint(string model) =>
        !ModelLocator.IsToybox(model) && (model.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || Reading.ShardIndex.IsIndex(model) || File.Exists(model)) && !Directory.Exists(model);

    /// <summary>Imports into a new folder.</summary>
    /// <param name="request">What, and how.</param>
    /// <param name="folder">The folder, missing or empty.</param>
    /// <param name="progress">Told how far it is, on this thread; null for nobody.</param>
    /// <param name="stop">Ends it; nothing is left behind.</param>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>: the checkpoint cannot be used, or the folder is not empty; with <see cref="ExitCode.MachineLacks"/>: no
    /// room on the disk; with <see cref="ExitCode.Interrupted"/>: stopped.
    /// </exception>
    public static ImportResult ToFolder(ImportRequest request, string folder, IProgress<ImportProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        NewFolder.RequireFree(folder);
        return Guard(() =>
        {
            using var plan = ImportPlan.Make(request);
            NewFolder.RequireSpace(folder, plan.OutputBytes, "Free space, or choose another --out.");
            ImportMeter meter = MeterOf(plan, progress);
            IReadOnlyList<(SourceFile, ModelFile)> hashes = Hash(plan, meter, stop);
            (PredictionDecision? Prediction, IReadOnlyList<string> Decisions) done = (null, []);
            NewFolder.Write(folder, temporary => done = new FolderImport(plan, hashes, meter, stop).Write(temporary));
            return new ImportResult(Path.GetFullPath(folder), plan.Architecture, done.Prediction, done.Decisions, BytesIn(folder), WasCached: false);
        });
    }

    /// <summary>Imports into the cache, unless it has been done before.</summary>
    /// <param name="request">What, and how.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="progress">Told how far it is, on this thread; null for nobody.</param>
    /// <param name="stop">Ends it; nothing is left behind.</param>
    /// <exception cref="DfkException">As <see cref="ToFolder"/>; also with <see cref="ExitCode.MachineLacks"/> if the cache cannot be used.</exception>
    public static ImportResult ToCache(ImportRequest request, DiskCache cache, IProgress<ImportProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(cache);
        return Guard(() =>
        {
            using var plan = ImportPlan.Make(request);
            ImportMeter meter = MeterOf(plan, progress);
            IReadOnlyList<(SourceFile Source, ModelFile Hash)> hashes = Hash(plan, meter, stop);
            string key = KeyOf(plan, hashes);
            meter.Begin("checking the cache");
            if (cache.Find(DiskCache.ImportedModels, key) is { } found)
            {
                string cached = Path.Combine(found, ModelName);
                return new ImportResult(cached, plan.Architecture, Prediction: null, [], BytesIn(cached), WasCached: true);
            }

            string other = $"Import it elsewhere: dfk models import {request.CheckpointPath} --out DIR, then --model DIR.";
            NewFolder.RequireSpace(cache.Root, plan.OutputBytes, other);
            (PredictionDecision? Prediction, IReadOnlyList<string> Decisions) done = (null, []);
            string entry = Add(cache, key, other, temporary =>
            {
                string model = Directory.CreateDirectory(Path.Combine(temporary, ModelName)).FullName;
                done = new FolderImport(plan, hashes, meter, stop).Write(model);
                NewFolder.Flush(model);
            }) ?? throw new DfkException(ExitCode.MachineLacks, $"{string.Join(" ", cache.Warnings)} {other}");
            string folder = Path.Combine(entry, ModelName);
            return new ImportResult(folder, plan.Architecture, done.Prediction, done.Decisions, BytesIn(folder), WasCached: false);
        });
    }

    private static string? Add(DiskCache cache, string key, string advice, Action<string> write)
    {
        try
        {
            return cache.Add(DiskCache.ImportedModels, key, write);
        }
        catch (DfkException e) when (e.ExitCode == ExitCode.MachineLacks)
        {
            throw new DfkException(ExitCode.MachineLacks, $"The cache {cache.Root} cannot take the import: {e.InnerException?.Message ?? e.Message} {advice}", e);
        }
    }

    private static ImportResult Guard(Func<ImportResult> import)
    {
        try
        {
            return import();
        }
        catch (OperationCanceledException e)
        {
            throw new DfkException(ExitCode.Interrupted, "the import was interrupted; nothing is left of it.", e);
        }
    }

    private static ImportMeter MeterOf(ImportPlan plan, IProgress<ImportProgress>? progress) =>
        new(progress, plan.OutputBytes + plan.Sources.Sum(source => new FileInfo(source.FilePath).Length));

    private static (SourceFile Source, ModelFile Hash)[] Hash(ImportPlan plan, ImportMeter meter, CancellationToken stop)
    {
        meter.Begin("reading the checkpoint for its checksum");
        return [.. plan.Sources.Select(source => (source, source.Hash(meter.Add, stop)))];
    }

    private static string KeyOf(ImportPlan plan, IReadOnlyList<(SourceFile Source, ModelFile Hash)> hashes)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{ImportRecord.FormatVersion} {ProgramVersions.Program}\n{ImportRecord.OptionsText(plan.Request)}\n");
        foreach ((SourceFile source, ModelFile hash) in hashes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{source.Role} {hash.Sha256} {hash.RelativePath}\n");
        }

        return ContentHash.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static long BytesIn(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
