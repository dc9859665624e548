using System.Collections.Immutable;
using System.Linq;
using DreamFusion.Pipeline.Configuration.Presets;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// Everything that determines a training run: the top-level options of the NeMo DreamFusion YAML and its groups.
/// A property <c>PromptText</c> is <c>prompt_text</c> in YAML and in <c>--set</c>; options of a group are written
/// <c>group.option</c>. The defaults are the recipe of the embedded prior's
/// model card, from which every preset starts.
/// </summary>
public sealed record RunConfiguration
{
    /// <summary>What is made of the prompt; <c>3d</c> (an object) or <c>2d</c> (pictures, as <c>dfk train --2d</c>), default <c>3d</c>.</summary>
    public TrainingTask Task { get; init; } = TrainingTask.Asset;

    /// <summary>The sentence to turn into an object; 1 to 4096 characters, no default.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>What to keep away from: the text of the unconditional branch of the guidance; default empty.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>Optimisation steps; 1 to 1,000,000, default 400.</summary>
    public int Iters { get; init; } = 400;

    /// <summary>Seed of every random draw; 0 to 4,294,967,295, default 0.</summary>
    public uint Seed { get; init; }

    /// <summary>The diffusion prior: <c>toybox</c> (embedded) or a folder in the diffusers ONNX layout; default <c>toybox</c>.</summary>
    [NotPartOfResult]
    public string Model { get; init; } = "toybox";

    /// <summary>The preset that this configuration started from; a name of <see cref="PresetCatalogue.Names"/>, default <c>toybox</c>.</summary>
    [NotPartOfResult]
    public string Preset { get; init; } = "toybox";

    /// <summary>
    /// A checkpoint (or a run folder: its newest) whose field the run starts from, with a fresh optimiser and step 0; empty for a new field,
    /// default empty. <c>--resume</c> is something else: it goes on with a run. Checkpoints keep the
    /// file's hash instead of its path.
    /// </summary>
    [NotPartOfResult]
    public string ResumeFromCheckpoint { get; init; } = "";

    /// <summary>Whether the run ends with a turntable video; default true.</summary>
    [NotPartOfResult]
    public bool ExportVideo { get; init; } = true;

    /// <summary>Whether the run ends with a sheet of pictures; default true.</summary>
    [NotPartOfResult]
    public bool ExportSheet { get; init; } = true;

    /// <summary>Whether the run ends with a mesh; default true.</summary>
    [NotPartOfResult]
    public bool ExportMesh { get; init; } = true;

    /// <summary>Whether the run ends with scores, if the prior has a judge; default true.</summary>
    [NotPartOfResult]
    public bool ExportScores { get; init; } = true;

    /// <summary>Classifier-free guidance s in ε_u + s (ε_c - ε_u); 0 to 1000, 1 means no guidance, default 10.</summary>
    public float GuidanceScale { get; init; } = 10f;

    /// <summary>Steps between two updates of the occupancy grid; at least 1, default 8.</summary>
    public int UpdateExtraInterval { get; init; } = 8;

    /// <summary>
    /// Whether step i of N uses the share min(1, 0.25 + 2 i/N) of the grid's levels, rounded up (stable-dreamfusion's option of that name);
    /// instead of <c>nerf.encoder_cfg.progressive_levels</c>, default false.
    /// </summary>
    public bool ProgressiveLevel { get; init; }

    /// <summary>
    /// Share of the run, from its start, in which normals as colours and opacity stand for the latents and no image is encoded; 0 to 1,
    /// default 0. Needs a model with four latent channels.
    /// </summary>
    public float LatentIterRatio { get; init; }

    /// <summary>
    /// Share of the run, from its start, in which every step renders plain albedo: step / <see cref="Iters"/> up to and including this
    /// value; 0 (none) to 1, default 0.1. The longer of this and <see cref="AlbedoIterSteps"/> counts.
    /// </summary>
    public float AlbedoIterRatio { get; init; } = 0.1f;

    /// <summary>First steps, all of which render plain albedo; 0 (none) to 1,000,000, default 0.</summary>
    public int AlbedoIterSteps { get; init; }

    /// <summary>Least ambient light of a shaded step, drawn uniformly up to <see cref="MaxAmbientRatio"/>; 0 to 1, default 0.2.</summary>
    public float MinAmbientRatio { get; init; } = 0.2f;

    /// <summary>Most ambient light of a shaded step; <see cref="MinAmbientRatio"/> to 1, default 0.9.</summary>
    public float MaxAmbientRatio { get; init; } = 0.9f;

    /// <summary>Share of the steps after the albedo phase that are shaded, the others render albedo; 0 to 1, default 0.5.</summary>
    public float ShadedRatio { get; init; } = 0.5f;

    /// <summary>Share of the shaded steps that render without albedo; 0 to 1, default 0.</summary>
    public float TexturelessRatio { get; init; }

    /// <summary>Share of the shaded steps with albedo that also have the material's highlights; 0 to 1, default 0.</summary>
    public float PhongRatio { get; init; }

    /// <summary>View words appended to the prompt, first match wins; every direction must match, default <see cref="ViewTables.Fine"/>.</summary>
    public ImmutableArray<ViewPrompt> ViewPrompts { get; init; } = ViewTables.Fine;

    /// <summary>
    /// How the rows of <see cref="ViewPrompts"/> become a camera's text states: <c>nearest</c> or <c>interpolated</c>, default
    /// <c>nearest</c>; <c>interpolated</c> if the rows come from NeMo's <c>front_prompt</c>, <c>side_prompt</c>, <c>back_prompt</c>.
    /// </summary>
    public ViewChoice ViewChoice { get; init; } = ViewChoice.Nearest;

    /// <summary>Steps between two checkpoints; at least 1, default 250.</summary>
    [NotPartOfResult]
    public int CheckpointInterval { get; init; } = 250;

    /// <summary>Newest checkpoints kept; at least 1, default 2.</summary>
    [NotPartOfResult]
    public int CheckpointKeep { get; init; } = 2;

    /// <summary>
    /// Checkpoints of every that many steps are kept for good, beside the newest; 0 for none or a multiple of
    /// <see cref="CheckpointInterval"/>, default 0.
    /// </summary>
    [NotPartOfResult]
    public int CheckpointMilestones { get; init; }

    /// <summary>Steps between two preview sheets, 0 for none; default 100.</summary>
    [NotPartOfResult]
    public int PreviewInterval { get; init; } = 100;

    /// <summary>
    /// Decay of the exponential moving average of the parameters, which pictures, previews and scores are made from; 0 (no average) to
    /// below 1, default 0.
    /// </summary>
    public float EmaDecay { get; init; }

    /// <summary>Steps between two updates of the moving average; at least 1, default 1 (stable-dreamfusion: 100).</summary>
    public int EmaInterval { get; init; } = 1;

    /// <summary>
    /// Whether update u of the moving average takes min(ema_decay, (1 + u) / (10 + u)), so that it forgets the start (torch_ema's
    /// use_num_updates); default true.
    /// </summary>
    public bool EmaWarmup { get; init; } = true;

    /// <summary>Same seed, same bits also where that costs speed; the CPU is always deterministic. Default false.</summary>
    public bool Deterministic { get; init; }

    /// <summary>Where our kernels run: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; default <c>auto</c>.</summary>
    [NotPartOfResult]
    public string Device { get; init; } = "auto";

    /// <summary>CPU threads of our kernels; 0 (one for each core) to 1024, default 0.</summary>
    [NotPartOfResult]
    public int Threads { get; init; }

    /// <summary>The radiance field.</summary>
    public NerfConfiguration Nerf { get; init; } = new();

    /// <summary>What is behind the object.</summary>
    public BackgroundConfiguration Background { get; init; } = new();

    /// <summary>Shading and light.</summary>
    public MaterialConfiguration Material { get; init; } = new();

    /// <summary>Ray marching and the occupancy grid.</summary>
    public RendererConfiguration Renderer { get; init; } = new();

    /// <summary>Score distillation.</summary>
    public GuidanceConfiguration Guidance { get; init; } = new();

    /// <summary>Optimiser and learning rates.</summary>
    public OptimConfiguration Optim { get; init; } = new();

    /// <summary>Weights of the loss terms.</summary>
    public LossConfiguration Loss { get; init; } = new();

    /// <summary>What is done about a run that goes wrong.</summary>
    public WatchdogConfiguration Watchdog { get; init; } = new();

    /// <summary>Picture sizes and cameras.</summary>
    public DataConfiguration Data { get; init; } = new();

    /// <summary>Checks every option and every contradiction between options.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; one message with all problems.</exception>
    public void Validate()
    {
        ConfigurationValidator.ThrowIfAny([.. ConfigurationValidator.Check(this).Select(problem => problem.Message)]);
    }
}
