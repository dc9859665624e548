using System.Globalization;
using System.Text.RegularExpressions;

namespace DreamFusion.Pipeline.Runs;

/// <summary>The lines of <c>log.txt</c> that a resumed run looks for.</summary>
internal static partial class RunLog
{
    /// <summary>The line that says that a checkpoint is written.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="rollbacks">Rollbacks before it: the same steps come again after one.</param>
    /// <param name="path">Its path.</param>
    public static string Checkpoint(int step, int rollbacks, string path) =>
        string.Create(CultureInfo.InvariantCulture, $"step {step}{(rollbacks > 0 ? $" (rollback {rollbacks})" : "")}: checkpoint {path}");

    /// <summary>
    /// Where a log ends for a run that goes on at a step: behind the line of that step's checkpoint; before that of a later one, if the
    /// process was killed between file and line; with nothing for step 0.
    /// </summary>
    /// <param name="line">A line with its time.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="rollbacks">Rollbacks before that step.</param>
    public static LineFile.Cut CutAt(string line, int step, int rollbacks)
    {
        if (step == 0 && rollbacks == 0)
        {
            return LineFile.Cut.Before;
        }

        Match match = CheckpointLine().Match(line);
        if (!match.Success)
        {
            return LineFile.Cut.Keep;
        }

        // A run passes its steps once for every rollback.
        int order = (Number(match.Groups[2]), Number(match.Groups[1])).CompareTo((rollbacks, step));
        return order < 0 ? LineFile.Cut.Keep : order == 0 ? LineFile.Cut.After : LineFile.Cut.Before;
    }

    private static int Number(Group digits) => digits.Success ? int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^\S+ \S+ step (\d{1,9})(?: \(rollback (\d{1,9})\))?: checkpoint ")]
    private static partial Regex CheckpointLine();
}
