using System;
using System.Globalization;
using System.Threading;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Import;

namespace DreamFusion.Cli;

/// <summary>A prior that is named by its checkpoint file: imported into the cache before anything else, once.</summary>
internal static class CheckpointModel
{
    /// <summary>The folder of a model's import.</summary>
    /// <param name="model">The configuration's model.</param>
    /// <param name="quiet">Whether only warnings and errors are printed.</param>
    /// <param name="stop">Ends the import.</param>
    /// <returns>Null if the model is no checkpoint file.</returns>
    public static string? FolderOf(string model, bool quiet, CancellationToken stop)
    {
        if (!ModelImport.IsCheckpoint(model))
        {
            return null;
        }

        DiskCache cache = DiskCache.OfUser();
        ImportProgressLine progress = new(quiet);
        Say(quiet, $"{model} is a checkpoint: it is imported into the cache {cache.Root}, unless it is there already.");
        ImportResult result;
        try
        {
            result = ModelImport.ToCache(new ImportRequest { CheckpointPath = model, Precision = ModelImport.DefaultPrecision }, cache, progress, stop);
        }
        finally
        {
            progress.End();
        }

        foreach (string decision in result.Decisions)
        {
            Say(quiet, decision);
        }

        Say(quiet, result.WasCached
            ? $"taken from the cache: {result.Folder}"
            : string.Create(CultureInfo.InvariantCulture, $"imported: {result.Folder}, {result.Bytes / 1e9:0.0} GB, which stay until you delete them (dfk doctor lists them)"));
        return result.Folder;
    }

    private static void Say(bool quiet, string line)
    {
        if (!quiet)
        {
            Console.Error.WriteLine("dfk: " + line);
        }
    }
}
