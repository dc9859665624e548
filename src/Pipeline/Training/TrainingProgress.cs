using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Training;

/// <summary>What a run is doing.</summary>
public enum TrainingPhase
{
    /// <summary>Loading the prior, encoding the prompt, building the field.</summary>
    Preparing,

    /// <summary>Optimising.</summary>
    Optimizing,

    /// <summary>Rendering a preview sheet.</summary>
    Previewing,

    /// <summary>Writing a checkpoint.</summary>
    Saving,

    /// <summary>Rendering the final pictures.</summary>
    Finishing,

    /// <summary>Rendering the turntable video.</summary>
    Filming,

    /// <summary>Making the mesh.</summary>
    Exporting,

    /// <summary>Scoring the final pictures.</summary>
    Scoring,
}

/// <summary>What a step rendered, in all its views.</summary>
/// <param name="Shading">How: <c>albedo</c>, <c>lambertian</c>, <c>textureless</c>, ….</param>
/// <param name="OccupiedShare">Share of the occupancy grid's cells that are marched, 0 to 1.</param>
/// <param name="SampleCount">Samples in the step's rays.</param>
/// <param name="MeanOpacity">Mean opacity of the rendered rays, 0 to 1.</param>
public sealed record SceneReport(string Shading, double OccupiedShare, int SampleCount, double MeanOpacity);

/// <summary>What a step says about the health of the field, for the watchdog.</summary>
/// <param name="MeanDensity">Mean over the occupancy grid's cells of the density, 1/world unit, as of its last update.</param>
/// <param name="BorderOpacity">Mean opacity of the outermost ring of pixels of the step's views, 0 to 1.</param>
/// <param name="TranslucentShare">Share of the step's rays whose opacity lies between 0.1 and 0.9, 0 to 1.</param>
/// <param name="GuidanceNorm">Norm of the guidance's gradient, mean over the step's views.</param>
/// <param name="ParameterChange">Root mean square of the change of some of the networks' parameters in this step, over that of the parameters themselves.</param>
public sealed record HealthReport(double MeanDensity, double BorderOpacity, double TranslucentShare, double GuidanceNorm, double ParameterChange);

/// <summary>One optimisation step, as written to <c>metrics.jsonl</c> and shown on the screen.</summary>
public sealed record StepReport
{
    /// <summary>Steps done, 1 after the first step.</summary>
    public required int Step { get; init; }

    /// <summary>Steps of the whole run.</summary>
    public required int Iters { get; init; }

    /// <summary>Rollbacks of the run before this step; after one the same steps come again.</summary>
    public int Rollbacks { get; init; }

    /// <summary>Value of each loss term, weighted; keys are the names of the YAML without <c>lambda_</c>. The order is kept.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Losses { get; init; }

    /// <summary>What was rendered; null where no object is trained but pictures.</summary>
    public SceneReport? Scene { get; init; }

    /// <summary>What the watchdog looks at beside the rest; null where no object is trained but pictures.</summary>
    public HealthReport? Health { get; init; }

    /// <summary>Norm of the guidance's gradient for each of several pictures; empty where an object is trained. The order is kept.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> GuidanceNorms { get; init; } = [];

    /// <summary>Norm of the whole gradient of the trained parameters.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Noise level of the guidance, a step of the schedule; of several views the mean, rounded.</summary>
    public required int Timestep { get; init; }

    /// <summary>Learning rate of the networks.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Wall time of the step's parts in seconds: <c>field</c>, <c>guidance</c>, <c>rest</c>, …; their sum is the step. The order is kept.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Seconds { get; init; }

    /// <summary>Memory of the process, bytes.</summary>
    public required long MemoryBytes { get; init; }
}

/// <summary>
/// Told what happens in a run. Calls come from the training thread, in order; an observer must return quickly and must not throw.
/// </summary>
public interface ITrainingObserver
{
    /// <summary>The run begins: the prior is loaded and the folder is made. Preparing is reported before.</summary>
    /// <param name="runFolder">Path of the run folder.</param>
    /// <param name="iters">Steps of the whole run.</param>
    void Started(string runFolder, int iters);

    /// <summary>The run turns to something else.</summary>
    void PhaseChanged(TrainingPhase phase);

    /// <summary>A step is done.</summary>
    void StepDone(StepReport report);

    /// <summary>A file that the user may want to look at was written: a preview, a checkpoint, the sheet.</summary>
    void FileWritten(string path);

    /// <summary>One line for the user: a warning, or a decision that the program took.</summary>
    void Note(string message);

    /// <summary>One line for a user who wants to know how it goes on: how long the run will take.</summary>
    void Forecast(string message) => Note(message);
}

/// <summary>How a run ended.</summary>
public enum TrainingOutcome
{
    /// <summary>All steps are done and the results are written.</summary>
    Done,

    /// <summary>Stopped on request; a checkpoint holds the state.</summary>
    Interrupted,
}

/// <summary>What the user asked for that does not change the field that is learnt.</summary>
public sealed record TrainingRequest
{
    /// <summary>The run folder, or null for the next free <c>runs/SLUG-N</c>. A folder that is not empty is refused unless <see cref="Resume"/>.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>
    /// Go on with the run in <see cref="OutputFolder"/> from its newest checkpoint; from step 0 if it has none. A missing or empty folder
    /// becomes a new run.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Folder of the prior where the configuration's model is a checkpoint that was imported; null for the model itself.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Skip the turntable video.</summary>
    public bool NoVideo { get; init; }

    /// <summary>Skip the mesh.</summary>
    public bool NoMesh { get; init; }

    /// <summary>Skip the final sheet.</summary>
    public bool NoSheet { get; init; }

    /// <summary>Skip the scores.</summary>
    public bool NoScores { get; init; }

    /// <summary>A configuration without the results that are skipped here.</summary>
    /// <param name="configuration">The run's configuration.</param>
    public RunConfiguration Wanted(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration with
        {
            ExportSheet = configuration.ExportSheet && !NoSheet,
            ExportVideo = configuration.ExportVideo && !NoVideo,
            ExportMesh = configuration.ExportMesh && !NoMesh,
            ExportScores = configuration.ExportScores && !NoScores,
        };
    }

    /// <summary>Code of the operations that have more than one: the kernels as written, or host code for this CPU.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Tuned;

    /// <summary>What reading the configuration had to say; printed and logged with the run's own notes.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Go on where a check says that the result will disappoint, such as a prompt whose words the prior does not know.</summary>
    public bool Anyway { get; init; }
}

/// <summary>What a run produced.</summary>
public sealed record TrainingResult
{
    /// <summary>How the run ended.</summary>
    public required TrainingOutcome Outcome { get; init; }

    /// <summary>Path of the run folder.</summary>
    public required string RunFolder { get; init; }

    /// <summary>Steps that were done before this process went on; all of them if the run was finished already.</summary>
    public int FirstStep { get; init; }

    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Wall time of this process on the run.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Path of the newest checkpoint.</summary>
    public required string CheckpointPath { get; init; }

    /// <summary>Whether <c>--resume</c> goes on with it: it was interrupted, and is of a kind that is resumed.</summary>
    public bool CanResume { get; init; }

    /// <summary>Path of the final sheet, or null if there is none.</summary>
    public string? SheetPath { get; init; }

    /// <summary>Path of the turntable video, or null if there is none.</summary>
    public string? VideoPath { get; init; }

    /// <summary>Path of the mesh, or null if there is none.</summary>
    public string? MeshPath { get; init; }

    /// <summary>Where the time of the whole run went; null if nothing was run.</summary>
    public RunTimes? Times { get; init; }

    /// <summary>Final scores by name, empty if the prior has nothing to score with. The order is kept.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Scores { get; init; } = [];
}
