using System.Globalization;
using System.Text.RegularExpressions;

namespace DreamFusion.Pipeline.Runs;

/// <summary>The lines of <c>log.txt</c> that a resumed run looks for.</summary>
internal static partial class RunLog
{
    /// <summary>The line that says that a checkpoint is written.</summary>
    public static string Checkpoint(int step, string path) => string.Create(CultureInfo.InvariantCulture, $"step {step}: checkpoint {path}");

    /// <summary>
    /// Where a log ends for a run that goes on at a step: behind the line of that step's checkpoint; before that of a later one, if the
    /// process was killed between file and line; with nothing for step 0.
    /// </summary>
    /// <param name="line">A line with its time.</param>
    /// <param name="step">Steps done.</param>
    public static LineFile.Cut CutAt(string line, int step)
    {
        if (step == 0)
        {
            return LineFile.Cut.Before;
        }

        Match match = CheckpointLine().Match(line);
        if (!match.Success || !int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int at) || at < step)
        {
            return LineFile.Cut.Keep;
        }

        return at == step ? LineFile.Cut.After : LineFile.Cut.Before;
    }

    [GeneratedRegex(@"^\S+ \S+ step (\d{1,9}): checkpoint ")]
    private static partial Regex CheckpointLine();
}
