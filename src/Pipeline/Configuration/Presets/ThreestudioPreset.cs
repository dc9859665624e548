namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>threestudio's configuration <c>dreamfusion-sd</c>.</summary>
internal static class ThreestudioPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("threestudio", "threestudio's configuration dreamfusion-sd", new RunConfiguration
    {
        Iters = 10_000,
        GuidanceScale = 100f,
        UpdateExtraInterval = 16,
        AlbedoIterRatio = 0f,
        AlbedoIterSteps = 2001,
        ShadedRatio = 0.75f,
        TexturelessRatio = 0.5f,
        MinAmbientRatio = 0.1f,
        MaxAmbientRatio = 0.1f,
        ViewPrompts = ViewTables.WithOverhead,
        Nerf = new NerfConfiguration
        {
            Bound = 2f,
            BoundKind = BoundKind.Cube,
            DensityActivation = DensityActivation.Softplus,
            BlobKind = BlobKind.Linear,
            BlobDensity = 10f,
            BlobRadius = 0.5f,
            DensityGain = 1f,
            DensityBias = 0f,
            DensityScale = 1f,
            AlbedoGain = 1f,
            Encoder = new EncoderConfiguration
            {
                Levels = 16,
                FeaturesPerLevel = 2,
                Log2HashmapSize = 19,
                BaseResolution = 16,
                DesiredResolution = 4096,
                ProgressiveLevels = new ScheduledValue(new SchedulePoint(2000, 8f), new SchedulePoint(6000, 16f)),
                InitScale = 1e-4f,
            },
            SigmaNet = new MlpConfiguration { NumHiddenDims = 64, NumLayers = 2, Bias = false },
            FeaturesNet = new MlpConfiguration { NumHiddenDims = 64, NumLayers = 2, Bias = false },
        },
        Background = new BackgroundConfiguration
        {
            Kind = BackgroundKind.Environment,
            EncoderDegree = 3,
            Net = new MlpConfiguration { NumHiddenDims = 16, NumLayers = 3, Bias = false },
        },
        Material = new MaterialConfiguration
        {
            Light = LightKind.Point,
            LightMean = LightMean.CameraPosition,
            LightSpread = 1f,
            LightDistanceRange = new Interval(0.8f, 1.5f),
        },
        // A cell is marched where σ times the step, 2√3 · 2 / 512, exceeds 0.01 or the mean: σ above 0.739.
        Renderer = new RendererConfiguration
        {
            GridResolution = 32,
            DensityThreshold = 0.739f,
            DensityThresholdByMean = true,
            GridDecay = 0.95f,
            GridWarmupSteps = 256,
            MaxSteps = 512,
            EvalMaxSteps = 512,
            SampleBudget = 1 << 22,
        },
        Guidance = new GuidanceConfiguration
        {
            TimestepRange = new Interval(0.02f, 0.98f),
            TimestepMaxEnd = 0.98f,
            TimestepMaxIncluded = true,
            Convention = CfgConvention.DreamFusion,
            Posterior = PosteriorMode.Sample,
        },
        Optim = new OptimConfiguration
        {
            Name = OptimizerKind.Adam,
            LearningRate = 0.01f,
            EncoderLearningRate = 0.01f,
            BackgroundLearningRate = 0.001f,
            Betas = new Moments(0.9f, 0.99f),
            Eps = 1e-15f,
            Schedule = RateSchedule.Constant,
        },
        Loss = new LossConfiguration
        {
            Opacity = 1f,
            OrientationOver = OrientationOver.Foreground,
            NormalLossesIn = NormalLossesIn.All,
            Entropy = 0f,
            Orientation = new ScheduledValue(new SchedulePoint(0, 10f), new SchedulePoint(5000, 1000f)),
            TotalVariation = 0f,
            ScaleByLatents = false,
        },
        Data = new DataConfiguration
        {
            Train = new TrainDataConfiguration
            {
                Width = 64,
                Height = 64,
                RadiusRange = new Interval(1.5f, 2f),
                HalfWidthRange = null,
                FovyRange = new Interval(40f, 70f),
                ThetaRange = new Interval(45f, 100f),
                PhiRange = new Interval(-180f, 180f),
                BatchUniformAzimuth = true,
                OverheadRatio = 0f,
                UniformAreaRate = 0.5f,
                Jitter = true,
                DefaultRadius = 2f,
                DefaultPolar = 75f,
                DefaultFovy = 70f,
            },
            Validation = new ViewDataConfiguration { Size = 1, Width = 512, Height = 512 },
            Test = new ViewDataConfiguration { Size = 120, Width = 512, Height = 512 },
        },
    })
    {
        IsForStableDiffusion = true,
        Notes =
        [
            "its world is z-up, this one y-up: elevation and azimuth mean the same.",
            "mixed precision is not used: field and optimiser are float32, and the graphs of the model folder have their own width.",
            "the decoding of every denoised latent, which it does not use, is left out.",
            "samples of little opacity (alpha below 0.01) are not dropped one by one.",
        ],
    };
}
