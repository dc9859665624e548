namespace DreamFusion.Pipeline.Configuration.Presets;

/// <summary>The choices of DreamFusion's paper (Poole et al. 2022), as far as latent diffusion allows.</summary>
internal static class DreamFusionPreset
{
    /// <summary>The preset.</summary>
    public static Preset Value { get; } = new("dreamfusion", "the paper's choices, as far as latent diffusion allows", new RunConfiguration
    {
        Iters = 15_000,
        GuidanceScale = 100f,
        AlbedoIterRatio = 0f,
        AlbedoIterSteps = 1000,
        ShadedRatio = 0.75f,
        TexturelessRatio = 0.5f,
        MinAmbientRatio = 0.1f,
        MaxAmbientRatio = 0.1f,
        ViewPrompts = ViewTables.WithOverhead,
        Nerf = new NerfConfiguration
        {
            Bound = 1.4f,
            DensityActivation = DensityActivation.Exp,
            BlobKind = BlobKind.AddedGaussian,
            BlobDensity = 5f,
            BlobRadius = 0.2f,
            DensityGain = 1f,
            DensityBias = 0f,
            DensityScale = 1f,
            AlbedoGain = 1f,
            Encoder = new EncoderConfiguration
            {
                EncoderType = EncoderType.Integrated,
                EncoderMultiRes = 8,
                Covariance = new ScheduledValue(new SchedulePoint(0, 5e-2f), new SchedulePoint(5000, 2e-3f)),
            },
            Net = new MlpConfiguration { NumHiddenDims = 128, NumLayers = 5, Bias = true, HiddenActivation = MlpActivation.Silu },
        },
        Renderer = new RendererConfiguration
        {
            GridResolution = 64,
            MaxSteps = 256,
            EvalMaxSteps = 256,
            SampleBudget = 1 << 20,
        },
        Background = new BackgroundConfiguration { Kind = BackgroundKind.Torchngp },
        Material = new MaterialConfiguration
        {
            Light = LightKind.Point,
            LightMean = LightMean.CameraPosition,
            LightSpread = 1f,
            LightDistanceRange = new Interval(0.8f, 1.5f),
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
            Name = OptimizerKind.Shampoo,
            LearningRate = 1e-4f,
            EncoderLearningRate = 1e-4f,
            BackgroundLearningRate = 1e-4f,
            Betas = new Moments(0.9f, 0.9f),
            Eps = 1e-6f,
            Schedule = RateSchedule.Cosine,
            WarmupSteps = 3000,
            WarmupFactor = 1e-5f,
            FinalFactor = 0.01f,
        },
        Loss = new LossConfiguration
        {
            Opacity = 1e-3f,
            NormalLossesIn = NormalLossesIn.All,
            Entropy = 0f,
            Orientation = new ScheduledValue(new SchedulePoint(0, 1e-4f), new SchedulePoint(5000, 1e-2f)),
            TotalVariation = 0f,
            ScaleByLatents = false,
        },
        Data = new DataConfiguration
        {
            Train = new TrainDataConfiguration
            {
                BatchSize = 4,
                Width = 64,
                Height = 64,
                RadiusRange = new Interval(1f, 1.5f),
                HalfWidthRange = null,
                FocalRange = new Interval(0.7f, 1.35f),
                ThetaRange = new Interval(0f, 100f),
                PhiRange = new Interval(0f, 360f),
                OverheadRatio = 0f,
                UniformSphereRate = 0.5f,
                Jitter = true,
            },
        },
    })
    {
        IsForStableDiffusion = true,
        Notes =
        [
            "Imagen's 64x64 pixel model with T5-XXL is whatever --model names; the gradient of a latent model comes through its VAE encoder.",
            "guidance scale 100 is the paper's for Imagen.",
            "the residual network of five blocks of 128 with layer normalisation is a plain SiLU network.",
            "cones integrated by mip-NeRF 360 with proposal sampling are rays through an occupancy grid; the annealed Gaussians of the encoding stay.",
            "the four views of a step, one on each of four chips there, follow each other here.",
            "view words are those of the nearest view (appendix A.2), not the weighted mixture of section 3.2 (view_choice: interpolated).",
            "the paper gives the weight of the opacity as 1e-3 to 5e-3; 1e-3 is taken.",
        ],
    };
}
