namespace DreamFusion.Pipeline.Configuration;

/// <summary>The penalty on a ray's opacity α.</summary>
public enum OpacityForm
{
    /// <summary>√(α² + 0.01) (DreamFusion's paper, threestudio's sparsity).</summary>
    Root,

    /// <summary>α² (stable-dreamfusion, NeMo).</summary>
    Square,
}

/// <summary>What the entropy is taken of.</summary>
public enum EntropyOf
{
    /// <summary>The rays' opacity, clamped to 0.001 from 0 and 1.</summary>
    Rays,

    /// <summary>The samples' weights, clamped to 0.00001 from 0 and 1 (stable-dreamfusion, NeMo).</summary>
    Weights,
}

/// <summary>What the sum of the orientation loss is divided by.</summary>
public enum OrientationOver
{
    /// <summary>The rays (DreamFusion's paper).</summary>
    Rays,

    /// <summary>The samples (stable-dreamfusion with its CUDA march, NeMo).</summary>
    Samples,

    /// <summary>The rays with any opacity (threestudio).</summary>
    Foreground,
}

/// <summary>In which steps normals are regularised.</summary>
public enum NormalLossesIn
{
    /// <summary>Those whose shading needs normals (stable-dreamfusion, NeMo).</summary>
    Shaded,

    /// <summary>Every step; plain albedo then costs as much as a shaded step (threestudio).</summary>
    All,
}

/// <summary>
/// Weights of the loss terms. The regularisers are means (over rays, or over neighbouring entries); with
/// <see cref="ScaleByLatents"/> each is multiplied by the number of latents, because the distillation term is a sum over them.
/// Every weight may be a schedule, <c>[start_step, start, end, end_step]</c>.
/// </summary>
public sealed record LossConfiguration
{
    /// <summary>Factor on the gradient of the score distillation; 0 to 1000, default 1.</summary>
    [YamlName("lambda_sds")]
    public ScheduledValue Sds { get; init; } = 1f;

    /// <summary>Opacity, mean over rays of what <see cref="OpacityForm"/> says; 0 to 1000, default 0.002.</summary>
    [YamlName("lambda_opacity")]
    public ScheduledValue Opacity { get; init; } = 2e-3f;

    /// <summary>Penalty on the opacity; <c>root</c> or <c>square</c>, default <c>root</c>.</summary>
    public OpacityForm OpacityForm { get; init; } = OpacityForm.Root;

    /// <summary>Binary cross-entropy (nats) of the rays' opacity with itself, clamped to 0.001 from 0 and 1, mean; 0 to 100,000, default 0.</summary>
    [YamlName("lambda_opaque")]
    public ScheduledValue Opaque { get; init; }

    /// <summary>Binary entropy (bits) of what <see cref="EntropyOf"/> says, mean; 0 to 1000, default 0.05.</summary>
    [YamlName("lambda_entropy")]
    public ScheduledValue Entropy { get; init; } = 0.05f;

    /// <summary>Of what; <c>rays</c> or <c>weights</c>, default <c>rays</c>.</summary>
    public EntropyOf EntropyOf { get; init; } = EntropyOf.Rays;

    /// <summary>Share of the run over which the entropy's weight rises linearly from 0; 0 (at once) to 1, default 1.</summary>
    public float EntropyRamp { get; init; } = 1f;

    /// <summary>
    /// Orientation, Σ w max(0, n·d)² of normals that face away from the camera, divided as <see cref="OrientationOver"/> says; 0 to 1000,
    /// default 0.
    /// </summary>
    [YamlName("lambda_orientation")]
    public ScheduledValue Orientation { get; init; }

    /// <summary>Divisor; <c>rays</c>, <c>samples</c> or <c>foreground</c>, default <c>rays</c>.</summary>
    public OrientationOver OrientationOver { get; init; } = OrientationOver.Rays;

    /// <summary>
    /// Smoothness of the image of composited normals: mean squared difference of neighbours along x and along y; 0 to 1000, default 0.
    /// </summary>
    [YamlName("lambda_2d_normal_smooth")]
    public ScheduledValue ImageNormalSmoothness { get; init; }

    /// <summary>
    /// Smoothness of normals in space: mean absolute difference of each sample's normal to that of a point 0.01 · N(0, I) away; doubles
    /// the cost of the field; 0 to 1000, default 0.
    /// </summary>
    [YamlName("lambda_3d_normal_smooth")]
    public ScheduledValue SpaceNormalSmoothness { get; init; }

    /// <summary>Steps in which the three terms on normals apply; <c>shaded</c> or <c>all</c>, default <c>shaded</c>.</summary>
    public NormalLossesIn NormalLossesIn { get; init; } = NormalLossesIn.Shaded;

    /// <summary>Variance of the depth along each ray of more than half opacity, mean; 0 to 1000, default 0.</summary>
    [YamlName("lambda_z_variance")]
    public ScheduledValue DepthVariance { get; init; }

    /// <summary>Total variation of the feature levels: mean squared difference of neighbours, summed over axes and levels; 0 to 1000, default 0.015.</summary>
    [YamlName("lambda_tv")]
    public ScheduledValue TotalVariation { get; init; } = 0.015f;

    /// <summary>Consistency of a mesh's normals, a term of DMTet; only 0, the default, as a radiance field has no mesh.</summary>
    [YamlName("lambda_mesh_normal")]
    public float MeshNormal { get; init; }

    /// <summary>Laplacian of a mesh, a term of DMTet; only 0, the default, as a radiance field has no mesh.</summary>
    [YamlName("lambda_mesh_laplacian")]
    public float MeshLaplacian { get; init; }

    /// <summary>Multiply the regularisers by the number of latents (1024 for the toybox); default true.</summary>
    public bool ScaleByLatents { get; init; } = true;
}
