namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>The defaults of stable-dreamfusion's <c>-O</c>, which NeMo's DreamFusion shares but for what its own variants say.</summary>
internal static class StableDreamFusionPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("stable-dreamfusion", "stable-dreamfusion's and NeMo's defaults, for Stable Diffusion", new RunConfiguration
    {
        Iters = 10_000,
        GuidanceScale = 100f,
        UpdateExtraInterval = 16,
        LatentIterRatio = 0.2f,
        AlbedoIterRatio = 0f,
        MinAmbientRatio = 0.1f,
        MaxAmbientRatio = 1f,
        ShadedRatio = 1f,
        TexturelessRatio = 0.2f,
        ViewPrompts = ViewTables.FrontSideBack,
        ViewChoice = ViewChoice.Interpolated,
        Nerf = Nerf,
        Background = new BackgroundConfiguration
        {
            Kind = BackgroundKind.Torchngp,
            RandomAugProb = 0.5f,
            EncoderMultiRes = 6,
            Net = new MlpConfiguration { NumHiddenDims = 32, NumLayers = 2, Bias = true },
        },
        Material = new MaterialConfiguration { Light = LightKind.Directional, LightMean = LightMean.CameraPosition, LightSpread = 1f },
        Renderer = new RendererConfiguration
        {
            GridResolution = 128,
            GridLevels = null,
            DensityThreshold = 10f,
            DensityThresholdByMean = true,
            GridDecay = 0.95f,
            StepRule = StepRule.StableDreamfusion,
            MaxSteps = 1024,
            EvalMaxSteps = 1024,
            MinNear = 0.2f,
            SampleBudget = 1 << 22,
        },
        Guidance = new GuidanceConfiguration { TimestepRange = new Interval(0.02f, 0.98f), TimestepMaxEnd = 0.98f, TimestepMaxIncluded = true, Posterior = PosteriorMode.Sample },
        Optim = new OptimConfiguration
        {
            Name = OptimizerKind.Adan,
            LearningRate = 5e-3f,
            EncoderLearningRate = 5e-2f,
            BackgroundLearningRate = 5e-3f,
            Betas = new Moments(0.98f, 0.92f, 0.99f),
            Eps = 1e-8f,
            WeightDecay = 2e-5f,
            MaxGradientNorm = 5f,
            Schedule = RateSchedule.Constant,
        },
        EmaDecay = 0.95f,
        EmaInterval = 100,
        Loss = new LossConfiguration
        {
            Sds = 1f,
            Opacity = 0f,
            OpacityForm = OpacityForm.Square,
            Entropy = 1e-3f,
            EntropyOf = EntropyOf.Weights,
            EntropyRamp = 0.5f,
            Orientation = 1e-2f,
            OrientationOver = OrientationOver.Samples,
            TotalVariation = 0f,
            ScaleByLatents = false,
        },
        Data = new DataConfiguration
        {
            Train = new TrainDataConfiguration
            {
                Width = 64,
                Height = 64,
                RadiusRange = new Interval(3f, 3.5f),
                ThetaRange = new Interval(45f, 105f),
                PhiRange = new Interval(-180f, 180f),
                HalfWidthRange = null,
                FovyRange = new Interval(10f, 30f),
                OverheadRatio = 0f,
                JitterUpAxis = UpAxis.Image,
            },
            Validation = new ViewDataConfiguration { Size = 8, Width = 800, Height = 800 },
            Test = new ViewDataConfiguration { Size = 100, Width = 800, Height = 800 },
        },
    })
    {
        IsForStableDiffusion = true,
        Notes =
        [
            "-O's float16 is not used: field and optimiser are float32, and the graphs of the model folder have their own width.",
            "pictures are not mirror images: its image axes have determinant -1, these +1.",
            "the gradient of the entropy of sample weights is exact; its CUDA code treats that gradient as constant along the ray.",
            "rays have unit length, so the background network sees unit directions and depths are distances.",
        ],
    };

    private static NerfConfiguration Nerf => new()
    {
        Bound = 1f,
        BoundKind = BoundKind.Cube,
        NormalType = NormalType.CentralFiniteDifference,
        DensityActivation = DensityActivation.Exp,
        BlobKind = BlobKind.Gaussian,
        BlobDensity = 5f,
        BlobRadius = 0.2f,
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
            DesiredResolution = 2048,
            Interpolation = GridInterpolation.Smoothstep,
            InitScale = 1e-4f,
        },
        Net = new MlpConfiguration { NumHiddenDims = 64, NumLayers = 3, Bias = true },
    };
}
