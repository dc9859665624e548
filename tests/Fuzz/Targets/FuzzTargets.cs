using System.Collections.Generic;

namespace DreamFusion.Fuzz.Targets;

/// <summary>Every parser of files that a user may have from elsewhere.</summary>
internal static class FuzzTargets
{
    /// <summary>All targets.</summary>
    public static IReadOnlyList<FuzzTarget> All() =>
    [
        ConfigurationTargets.Yaml(),
        ConfigurationTargets.Configuration(),
        CheckpointTargets.SafeTensors(),
        CheckpointTargets.Checkpoint(),
        AdapterTargets.Lora(),
        AdapterTargets.Embedding(),
        ShardIndexTarget.Create(),
        TokenizerTargets.Clip(),
        TokenizerTargets.T5Json(),
        TokenizerTargets.T5Model(),
        OnnxTargets.Graph(),
        OnnxTargets.Gradient(),
        PngTarget.Create(),
        JsonTargets.ModelFolder(),
        JsonTargets.Vocabulary(),
        JsonTargets.Run(),
        CaptionTargets.Create(),
    ];
}
