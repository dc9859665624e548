namespace DreamFusion.Pipeline.Configuration;

/// <summary>Optimisation method.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba 2015), with bias correction; weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    [YamlName("adamw")]
    AdamW,

    /// <summary>Adan (Xie et al. 2022), with its proximal weight decay; stable-dreamfusion's and NeMo's.</summary>
    Adan,

    /// <summary>
    /// Shampoo (Gupta et al. 2018, Anil et al. 2020), DreamFusion's, for matrices up to 1024 on a side; longer ones, such as hash
    /// tables, take Adam with the same <c>betas</c> and <c>eps</c>.
    /// </summary>
    Shampoo,
}

/// <summary>How the learning rates change during a run: a factor on all of them.</summary>
public enum RateSchedule
{
    /// <summary>1 throughout.</summary>
    Constant,

    /// <summary>
    /// min(1, (i + 1) / warmup_steps) · decay at step i (from 0) of N, where decay is 1 up to i/N = decay_start and falls linearly
    /// to final_factor at the end.
    /// </summary>
    [YamlName("warmup_decay")]
    WarmUpDecay,

    /// <summary>final_factor^(i/N).</summary>
    Exponential,

    /// <summary>From warmup_factor linearly to 1 over warmup_steps, then half a cosine to final_factor at the end.</summary>
    Cosine,
}

/// <summary>Where the length of a Shampoo step comes from.</summary>
public enum GraftingKind
{
    /// <summary>√n for n parameters with a gradient (SQRT_N).</summary>
    [YamlName("sqrt_n")]
    SqrtN,

    /// <summary>The length of the gradient (SGD).</summary>
    Sgd,
}

/// <summary>Optimiser and learning rates.</summary>
public sealed record OptimConfiguration
{
    /// <summary>Method; <c>adam</c>, <c>adamw</c>, <c>adan</c> or <c>shampoo</c>, default <c>adam</c>.</summary>
    public OptimizerKind Name { get; init; } = OptimizerKind.Adam;

    /// <summary>Base learning rate of the field's networks; above 0 to 1, default 0.003.</summary>
    [YamlName("lr")]
    public float LearningRate { get; init; } = 0.003f;

    /// <summary>Base learning rate of the encoding's features; above 0 to 1, default 0.01.</summary>
    [YamlName("encoder_lr")]
    public float EncoderLearningRate { get; init; } = 0.01f;

    /// <summary>Base learning rate of the background; above 0 to 1, default 0.003.</summary>
    [YamlName("background_lr")]
    public float BackgroundLearningRate { get; init; } = 0.003f;

    /// <summary>Decay of the running means, each 0 to below 1: two numbers, for <c>adan</c> three (as [0.98, 0.92, 0.99]); default [0.9, 0.99].</summary>
    public Moments Betas { get; init; } = new(0.9f, 0.99f);

    /// <summary>Added to the root of the mean square (<c>shampoo</c>: to the statistics); above 0, default 1e-15.</summary>
    public float Eps { get; init; } = 1e-15f;

    /// <summary>Weight decay of every parameter, in the method's own form; 0 to 1, default 0.</summary>
    public float WeightDecay { get; init; }

    /// <summary>Largest norm of the whole gradient, longer ones are scaled down to it; at least 0, 0 for no limit, default 0.</summary>
    [YamlName("max_grad_norm")]
    public float MaxGradientNorm { get; init; }

    /// <summary>Largest absolute value in the parameters' gradient, each clipped by itself before the norm is taken; at least 0, 0 for no limit, default 0.</summary>
    [YamlName("grad_clip")]
    public float GradientClip { get; init; }

    /// <summary>Factor on the rates during the run; <c>constant</c>, <c>warmup_decay</c>, <c>exponential</c> or <c>cosine</c>, default <c>warmup_decay</c>.</summary>
    public RateSchedule Schedule { get; init; } = RateSchedule.WarmUpDecay;

    /// <summary>Steps over which the rate rises (<c>warmup_decay</c>, <c>cosine</c>); 0 to 1,000,000, default 30.</summary>
    public int WarmupSteps { get; init; } = 30;

    /// <summary>Factor at step 0 of <c>cosine</c>; 0 to 1, default 1e-5.</summary>
    public float WarmupFactor { get; init; } = 1e-5f;

    /// <summary>Share of the run after which the rate falls (<c>warmup_decay</c>); 0 to 1, default 0.6.</summary>
    public float DecayStart { get; init; } = 0.6f;

    /// <summary>Factor on the rate at the end of the run, for <c>exponential</c> above 0; 0 to 1, default 0.2.</summary>
    public float FinalFactor { get; init; } = 0.2f;

    /// <summary>What only <c>shampoo</c> reads.</summary>
    public ShampooConfiguration Shampoo { get; init; } = new();
}

/// <summary>Options of <c>optim.name: shampoo</c>; the defaults are DreamFusion's where the paper gives them.</summary>
public sealed record ShampooConfiguration
{
    /// <summary>p of the inverse p-th roots; 1 to 16, or 0 for twice the number of sides longer than one; default 2.</summary>
    public int ExponentOverride { get; init; } = 2;

    /// <summary>Longest side of a block; 1 to 1024, default 128.</summary>
    public int BlockSize { get; init; } = 128;

    /// <summary>Length of a step; <c>sqrt_n</c> or <c>sgd</c>, default <c>sqrt_n</c>.</summary>
    public GraftingKind Grafting { get; init; } = GraftingKind.SqrtN;

    /// <summary>Steps from one computation of the roots to the next; 1 to 1,000,000, default 10.</summary>
    public int RootInterval { get; init; } = 10;

    /// <summary>Steps along the grafting direction alone before the preconditioner is trusted; 0 to 1,000,000, default 5.</summary>
    public int PlainSteps { get; init; } = 5;
}
