using System;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Cli;

/// <summary>The words of the progress display, the same on a terminal and in a file.</summary>
internal static class ProgressText
{
    /// <summary>Step, speed and time left.</summary>
    public static string Position(StepReport step, StepRate rate)
    {
        TimeSpan left = TimeSpan.FromSeconds(rate.PerSecond > 0 ? (step.Iters - step.Step) / rate.PerSecond : 0);
        return string.Create(CultureInfo.InvariantCulture, $"step {step.Step}/{step.Iters}  {rate.PerSecond:0.0} steps/s  {Duration(left)} left");
    }

    /// <summary>Loss terms, occupied share and samples, or the norms of the pictures' gradients; and memory.</summary>
    public static string Measurements(StepReport step)
    {
        string losses = string.Join(" ", step.Losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss.Key} {loss.Value:G3}")));
        string scene = step.Scene is { } rendered
            ? string.Create(CultureInfo.InvariantCulture, $"{losses}  occupied {100 * rendered.OccupiedShare:0}%  {rendered.SampleCount} samples")
            : "gradients: " + string.Join(" ", step.GuidanceNorms.Select(norm => string.Create(CultureInfo.InvariantCulture, $"{norm.Key} {norm.Value:G3}")));
        return string.Create(CultureInfo.InvariantCulture, $"{scene}  {step.MemoryBytes / 1e6:0} MB");
    }

    /// <summary>Times of a step's parts.</summary>
    public static string Times(StepReport step)
    {
        return string.Join(" ", step.Seconds.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Key} {1000 * part.Value:0} ms")));
    }

    /// <summary>Minutes and seconds, with hours where there are any.</summary>
    public static string Duration(TimeSpan time)
    {
        return time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>A phase in words.</summary>
    public static string Phase(TrainingPhase phase)
    {
        return phase switch
        {
            TrainingPhase.Preparing => "preparing",
            TrainingPhase.Optimizing => "training",
            TrainingPhase.Previewing => "rendering a preview",
            TrainingPhase.Saving => "saving a checkpoint",
            TrainingPhase.Finishing => "rendering the final pictures",
            TrainingPhase.Filming => "rendering the turntable",
            TrainingPhase.Exporting => "making the mesh",
            TrainingPhase.Scoring => "scoring",
            _ => phase.ToString(),
        };
    }
}
