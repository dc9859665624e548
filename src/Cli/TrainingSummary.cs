using System.Globalization;
using System.IO;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk train</c> says at its end.</summary>
internal static class TrainingSummary
{
    /// <summary>For people: what was done and where the results are.</summary>
    public static void WriteText(TrainingResult result, TextWriter output)
    {
        double seconds = result.Duration.TotalSeconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(result.Outcome == TrainingOutcome.Done ? "done" : "interrupted")}: {result.Step} steps in {ProgressText.Duration(result.Duration)} ({result.Step / seconds:0.0} steps/s over all)"));
        if (result.SheetPath is not null)
        {
            output.WriteLine("  pictures              " + result.SheetPath);
        }

        output.WriteLine("  checkpoint            " + result.CheckpointPath);
        output.WriteLine("  run folder            " + result.RunFolder);
        foreach ((string name, double value) in result.Scores)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-20}  {value:G4}"));
        }
    }

    /// <summary>For programs.</summary>
    public static void WriteJson(TrainingResult result)
    {
        JsonOutput.Write(json =>
        {
            json.WriteString("status", result.Outcome == TrainingOutcome.Done ? "done" : "interrupted");
            json.WriteString("run", result.RunFolder);
            json.WriteNumber("step", result.Step);
            json.WriteNumber("seconds", result.Duration.TotalSeconds);
            json.WriteString("checkpoint", result.CheckpointPath);
            if (result.SheetPath is not null)
            {
                json.WriteString("sheet", result.SheetPath);
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
