using System.Globalization;
using System.IO;
using System.Linq;

namespace DreamFusion.Pipeline.Runs;

/// <summary>Finds run folders that are already there.</summary>
public static class RunFinder
{
    /// <summary>The folder of the newest run of a prompt under <c>runs/</c> (the highest number), or null if there is none.</summary>
    /// <param name="prompt">The prompt; folders of other prompts with the same short name are passed over.</param>
    public static string? Newest(string prompt)
    {
        string slug = Slug.Of(prompt);
        if (!Directory.Exists(RunFolder.DefaultParent))
        {
            return null;
        }

        return Directory.EnumerateDirectories(RunFolder.DefaultParent, slug + "-*")
            .Select(path => (Path: path, Number: NumberOf(Path.GetFileName(path), slug)))
            .Where(run => run.Number > 0 && Summary(run.Path)?.Prompt == prompt)
            .OrderByDescending(run => run.Number)
            .Select(run => run.Path)
            .FirstOrDefault();
    }

    /// <summary>The <c>run.json</c> of a folder, or null if it has none.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if it cannot be read.</exception>
    public static RunSummary? Summary(string folder)
    {
        string path = Path.Combine(folder, RunFolder.SummaryName);
        return File.Exists(path) ? RunJson.Read(path) : null;
    }

    /// <summary>Path of the configuration that a run was started with, or null if the folder has none.</summary>
    public static string? Configuration(string folder)
    {
        string path = Path.Combine(folder, RunFolder.ConfigurationName);
        return File.Exists(path) ? path : null;
    }

    private static int NumberOf(string name, string slug) =>
        int.TryParse(name[(slug.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
