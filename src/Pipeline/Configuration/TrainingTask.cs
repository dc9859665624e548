namespace DreamFusion.Pipeline.Configuration;

/// <summary>What a run makes of its prompt.</summary>
public enum TrainingTask
{
    /// <summary>A radiance field, seen from all sides.</summary>
    [YamlName("3d")]
    Asset,

    /// <summary>Pictures: a latent, pixels and a network, each painted by score distillation.</summary>
    [YamlName("2d")]
    Pictures,
}
