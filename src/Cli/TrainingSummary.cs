using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk train</c> says at its end.</summary>
internal static class TrainingSummary
{
    /// <summary>For people: what was done and where the results are.</summary>
    public static void WriteText(TrainingResult result, TextWriter output)
    {
        int steps = result.Step - result.FirstStep;
        string taken = steps == 0
            ? "before"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(result.FirstStep == 0 ? "" : $"{steps} of them ")}in {ProgressText.Duration(result.Duration)} ({steps / result.Duration.TotalSeconds:0.0} steps/s over all)");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{(result.Outcome == TrainingOutcome.Done ? "done" : "interrupted")}: {result.Step} steps, {taken}"));
        if (result.SheetPath is not null)
        {
            output.WriteLine("  pictures              " + result.SheetPath);
        }

        if (result.VideoPath is not null)
        {
            output.WriteLine("  video                 " + result.VideoPath);
        }

        if (result.MeshPath is not null)
        {
            output.WriteLine("  mesh                  " + result.MeshPath);
        }

        output.WriteLine("  checkpoint            " + result.CheckpointPath);
        output.WriteLine("  run folder            " + result.RunFolder);
        if (result.CanResume)
        {
            output.WriteLine("  to go on              " + ResumeCommand(result));
        }

        foreach ((string name, double value) in result.Scores)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-20}  {value:G4}"));
        }

        if (result.Times is { } times)
        {
            string shares = string.Join(", ", times.Shares.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Key} {100 * part.Value:0.#}%")));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  time                  {times.TotalSeconds:0.0} s: {shares}"));
        }
    }

    /// <summary>The command line that goes on with a run.</summary>
    public static string ResumeCommand(TrainingResult result)
    {
        bool plain = result.RunFolder.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '\\' or '.' or '-' or '_' or ':');
        return plain ? $"dfk train --resume={result.RunFolder}" : $"dfk train \"--resume={result.RunFolder}\"";
    }

    /// <summary>For programs.</summary>
    public static void WriteJson(TrainingResult result)
    {
        JsonOutput.Write(json =>
        {
            json.WriteString("status", result.Outcome == TrainingOutcome.Done ? "done" : "interrupted");
            json.WriteString("run", result.RunFolder);
            json.WriteNumber("first_step", result.FirstStep);
            json.WriteNumber("step", result.Step);
            json.WriteNumber("seconds", result.Duration.TotalSeconds);
            json.WriteString("checkpoint", result.CheckpointPath);
            if (result.SheetPath is not null)
            {
                json.WriteString("sheet", result.SheetPath);
            }

            if (result.VideoPath is not null)
            {
                json.WriteString("video", result.VideoPath);
            }

            if (result.MeshPath is not null)
            {
                json.WriteString("mesh", result.MeshPath);
            }

            if (result.Times is { } times)
            {
                json.WriteNumber("total_seconds", times.TotalSeconds);
                json.WriteStartObject("shares");
                foreach ((string part, double share) in times.Shares)
                {
                    json.WriteNumber(part, share);
                }

                json.WriteEndObject();
            }

            json.WriteStartObject("scores");
            foreach ((string name, double value) in result.Scores)
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
        });
    }
}
